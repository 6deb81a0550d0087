"""Ringside: train a challenger, put it against the champion, publish what people approve.

The main modules, from the data to the terminal:

- `task`: the definition of a task; the only module that a task imports.
- `data`: partitions, their manifest and their profile.
- `pipeline`: the stages `validate`, `split`, `train` and `evaluate`; each takes and returns data frames.
- `verdict`: metrics, confidence intervals and rules, for the predictions of any tool.
- `evaluation`: the comparison of a challenger with the champion and other rivals.
- `report`: the texts, tables and files that show a verdict.
- `registry`: released versions, and predictions by old ones.
- `store`: the paths of files, and the only code that writes them.
- `cli`: arguments, exit codes and the terminal.

For programs: `ringside.load("champion").predict(frame)` in a checkout, `ringside.Release(folder)` without one.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringside.programs import Model, Release, load

__all__ = ["Model", "Release", "load"]

# The only definition of the version: pyproject.toml, the wheels and `ringside --version` read it here.
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Imported on first use, so that `import ringside` stays fast.
    if name in __all__:
        from ringside import programs

        return getattr(programs, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
