"""Whether the template has a newer version than your repository."""

from ringside.github.checkup import Finding, Question, Seen
from ringside.github.origin import parent_of
from ringside.scaffold.machinery import address_on_record
from ringside.scaffold.update.base import FETCHED, standing
from ringside.scaffold.update.git import PREFIX, Git

_SECONDS = 30
"""After which the template counts as out of reach."""
_SHOWN = 10
"""Characters of a commit's hash."""


def machinery(seen: Seen) -> Finding:
    """Return whether `make update` would bring anything; a public template is asked without a secret."""
    address = address_on_record(seen.root)
    if address is None and seen.github is not None:
        address = parent_of(seen.facts)
        if address is None and seen.facts.get("is_template"):
            return Finding("on", "this is the template")
    if address is None:
        how = "name it once: `make update FROM=https://github.com/OWNER/ringside`; .ringside.json keeps the address."
        return Finding("off", "the template's address is not known", how)
    git = Git(seen.root, _SECONDS)
    try:
        here, newest = standing(git, address)
    finally:
        git.forget(FETCHED.removeprefix(PREFIX))
    if here.commit == newest.commit:
        return Finding("on", f"the template has nothing newer ({newest.name})")
    return Finding("off", f"{newest.name} is newer than {here.commit[:_SHOWN]}, which you have", "run `make update`.")


QUESTIONS = (
    Question(
        "machinery",
        "fixes and new functions of the template come to your repository; what is yours stays",
        machinery,
        "run `ringside update --check`.",
    ),
)
