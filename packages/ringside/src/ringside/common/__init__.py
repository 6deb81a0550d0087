"""What two or more stages import. Each stage depends on this folder and on its own: an edit here runs all of them."""
