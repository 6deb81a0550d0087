"""A double of GitHub on loopback: `gh`, Git, CML and our own code take it for github.com."""

from hub.bare import Bare
from hub.hub import Hub, gh
from hub.state import BOT, Call

__all__ = ["BOT", "Bare", "Call", "Hub", "gh"]
