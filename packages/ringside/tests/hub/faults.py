"""What goes wrong, on demand."""

import re
from typing import Any

from hub.state import Fault

_MESSAGES = {
    401: "Bad credentials",
    403: "Resource not accessible by integration",
    404: "Not Found",
    409: "Conflict",
    422: "Validation Failed",
    429: "You have exceeded a secondary rate limit.",
    500: "Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


class Faults:
    """Those that wait for their requests."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self, method: str, pattern: str, *, times: int = 1, skip: int = 0, status: int | None = None, **how: Any
    ) -> None:
        """Let requests go wrong.

        Args:
            method: as GET; empty: any.
            pattern: a regular expression, searched in path and query.
            times: how many requests.
            skip: how many go well before.
            status: the answer's.
            how: `message`; `retry_after` in seconds (with 403: a secondary rate limit); `exhausted=True`, the primary
                rate limit, which ends at `reset` (seconds since 1970); `cut=True`: the connection ends amid the answer,
                and a write is not done; `after=True`: the write is done, and then its answer is lost or another;
                `slow`: seconds before the answer.
        """
        headers = {} if how.get("retry_after") is None else {"Retry-After": str(how["retry_after"])}
        if how.get("exhausted"):
            headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(how.get("reset", 0))}
        message = how.get("message", _MESSAGES.get(status or 0, ""))
        if status == 403 and headers:
            message = how.get(
                "message", "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            )
        fault = Fault(
            method,
            pattern,
            times,
            status,
            message,
            headers,
            how.get("cut", False),
            how.get("slow", 0.0),
            how.get("after", False),
            skip,
        )
        unknown = set(how) - {"message", "retry_after", "exhausted", "reset", "cut", "slow", "after"}
        assert not unknown, f"no such fault: {unknown}"
        self._waiting.append(fault)

    def take(self, method: str, target: str) -> Fault | None:
        """The fault that befalls this request."""
        for fault in self._waiting:
            if fault.times and fault.method in {"", method} and re.search(fault.pattern, target):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        """All is well again."""
        self._waiting.clear()
