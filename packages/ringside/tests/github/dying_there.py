"""A publisher that is killed before a command that changes something on GitHub.

As a script: `dying_there.py CHECKOUT COUNT FACTS`. Publishes FACTS (JSON) and is killed before its write number COUNT;
ends with 0 where it comes to its end before.
"""

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

from ringside.registry.models import ReleaseMetadata
from shelves import HubShelf

WRITES = {"POST", "PATCH", "DELETE", "push"}


def killed(shelf: HubShelf, made: ReleaseMetadata, count: int) -> bool:
    """Publish in a process of its own that is killed before its write number `count`; whether it came to that."""
    folder = Path(__file__).parent
    places = [folder, folder.parent, folder.parent / "registry", folder.parents[1] / "src"]
    done = subprocess.run(
        [sys.executable, __file__, str(shelf.root), str(count), made.model_dump_json()],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places))},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def main(root: Path, count: int, made: ReleaseMetadata) -> None:
    """Publish until the end comes."""
    left = itertools.count(count, -1)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        """Count what changes something, and end everything in time."""
        if event == "subprocess.Popen" and WRITES & set(arguments[1]) and next(left) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    HubShelf(root, None).again(made)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), ReleaseMetadata.model_validate_json(sys.argv[3]))
