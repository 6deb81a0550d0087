"""`ringside doctor`: what is on, what is off, and what each switch adds."""
