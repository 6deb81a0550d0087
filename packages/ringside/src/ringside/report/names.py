"""Names as a report may hold them."""

import hashlib
import re

_OTHER = re.compile(r"[^A-Za-z0-9_.-]")
LENGTH = 64


def name_of(text: object) -> str:
    """`text` where it is a name already; else its harmless characters and eight digits of its hash.

    The hash keeps two texts that look alike two names.

    Args:
        text: any value; its `str` counts.
    """
    whole = str(text)
    clean = _OTHER.sub("_", whole)
    if clean == whole and 0 < len(whole) <= LENGTH:
        return whole
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{clean[: LENGTH - 9]}-{digest}"
