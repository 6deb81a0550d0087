"""Whether the template has newer machinery than this copy."""

from ringside.github.checkup import Finding, Question, Seen
from ringside.github.origin import parent_of
from ringside.scaffold.machinery import address_on_record
from ringside.scaffold.update.base import FETCHED, standing
from ringside.scaffold.update.git import PREFIX, Git

_SECONDS = 30
"""A template that takes longer gives no answer; nothing else waits for it."""
_SHOWN = 10
"""Characters of a commit's hash."""


def machinery(seen: Seen) -> Finding:
    """Whether `make update` would bring anything; the template is asked, which needs no secret where it is public."""
    address = address_on_record(seen.root)
    if address is None and seen.github is not None:
        address = parent_of(seen.facts)
        if address is None and seen.facts.get("is_template"):
            return Finding("on", "this is the template")
    if address is None:
        how = "name it once, as in `make update FROM=https://github.com/OWNER/ringside`; it is then on record."
        return Finding("off", "it is not on record where the template is", how)
    git = Git(seen.root, _SECONDS)
    try:
        here, newest = standing(git, address)
    finally:
        git.forget(FETCHED.removeprefix(PREFIX))
    if here.commit == newest.commit:
        return Finding("on", f"the template has nothing newer than this copy ({newest.name})")
    return Finding("off", f"{newest.name} is newer than this copy's {here.commit[:_SHOWN]}", "run `make update`.")


QUESTIONS = (
    Question(
        "machinery",
        "what the template mended and learned since comes to this copy, and what is yours stays",
        machinery,
        "run `ringside update --check`.",
    ),
)
