"""Ringside: train a challenger, put it against the champion, publish what people approve.

The rooms, from the data to the terminal:

- `task`: what a task is; the only module that a task imports.
- `data`: partitions, their manifest and their profile.
- `pipeline`: the stages `validate`, `split`, `train`, `evaluate`: frames in, frames out.
- `verdict`: metrics, intervals and rules, for predictions of any tool.
- `bout`: a challenger against its rivals.
- `report`: what a verdict looks like.
- `registry`: versions, and how an old one predicts.
- `store`: where files are, and the only code that writes them.
- `cli`: arguments, exit codes and the terminal.

For programs: `ringside.load("champion").predict(frame)` in a checkout, `ringside.Release(folder)` without one.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringside.programs import Model, Release, load

__all__ = ["Model", "Release", "load"]

# The one place of the version: pyproject.toml, the wheels and `ringside --version` read it here.
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Imported when it is asked for, so that `import ringside` costs nothing.
    if name in __all__:
        from ringside import programs

        return getattr(programs, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
