"""Price per minute of a runner, by its label."""

import math
import re
from dataclasses import dataclass

DEFAULT = "ubuntu-24.04"
"""Label of the workflows' runner if no variable names another."""

# docs.github.com, Actions runner pricing, 2026: USD for each started minute.
_SLIM = 0.002
_LINUX = {2: 0.006, 4: 0.012, 8: 0.022, 16: 0.042, 32: 0.082, 64: 0.162, 96: 0.252}
_ARM = {2: 0.005, 4: 0.008, 8: 0.014, 16: 0.026}
_WINDOWS, _MACOS = 0.010, 0.062
_GPU, _WINDOWS_GPU = 0.052, 0.102

_STANDARD = (
    (r"ubuntu-slim", _SLIM),
    (r"ubuntu-(latest|[0-9]{2}\.04)", _LINUX[2]),
    (r"ubuntu-[0-9]{2}\.04-arm", _ARM[2]),
    (r"windows-(latest|20[0-9]{2})", _WINDOWS),
    (r"macos-(latest|[0-9]{2})", _MACOS),
)
"""Standard runners with their prices in a private repository; free in a public one."""
_CORES = re.compile(r"(?<![0-9.])([0-9]{1,3})[-_ ]?(?:core|cpu|vcpu)s?(?![a-z])")
_MOST = 1000.0


@dataclass(frozen=True)
class Runner:
    """The runner of a job."""

    label: str
    usd_per_minute: float | None
    """Price of a started minute; None if unknown."""
    free: bool
    """True if it is a standard runner of a public repository; the price is that of a private one."""


def runner(label: str, *, stated: str = "", public: bool = False, own: bool = False) -> Runner:
    """Return the runner with this label.

    Args:
        label: Label in `runs-on`.
        stated: Price per minute in USD set by the user; empty if not set. An invalid price counts as unknown.
        public: Whether the repository is public.
        own: Whether the runner is self-hosted.

    Returns:
        The runner with its price.
    """
    if stated:
        return Runner(label, _price(stated), free=False)
    if own:
        return Runner(label, None, free=False)
    name = label.lower()
    for pattern, price in _STANDARD:
        if re.fullmatch(pattern, name):
            return Runner(label, price, free=public)
    return Runner(label, _larger(name), free=False)


def started(seconds: float) -> int:
    """Return the billed minutes; each job is rounded up to a full minute."""
    return max(1, math.ceil(seconds / 60))


def dollars(seconds: float | None, usd_per_minute: float | None) -> float | None:
    """Return the price of a job in USD; None if its time or price is unknown."""
    return None if seconds is None or usd_per_minute is None else started(seconds) * usd_per_minute


def _larger(name: str) -> float | None:
    """Return the price of a larger runner, by the system and cores in its label."""
    system = re.search(r"ubuntu|linux|windows", name)
    if system is None:
        return None
    windows = system[0] == "windows"
    if re.search(r"gpu|(?<![a-z0-9])t4(?![a-z0-9])", name):
        return _WINDOWS_GPU if windows else _GPU
    cores = _CORES.search(name)
    prices = {} if windows else _ARM if "arm" in name else _LINUX
    return prices.get(int(cores[1])) if cores else None


def _price(stated: str) -> float | None:
    try:
        price = float(stated)
    except ValueError:
        return None
    return price if 0 <= price <= _MOST else None
