"""A valid report with something wrong in it: what a hostile pull request would upload, for the fuzz tests."""

import copy
import json

from hypothesis import strategies as st

from examples import ALL
from ringside.report.read import dump_report

WRITTEN = [dump_report(make()) for name, make in ALL.items() if name != "huge"]
"""Reports as the machinery writes them."""

TEXTS = (
    "",
    "a b",
    "log_loss\n",
    "x" * 65,
    "[x](https://evil.example)",
    "![x](https://evil.example/t.png)",
    "<img src=https://evil.example/t.png>",
    "<script>alert(1)</script>",
    "<!-- x",
    "</details>",
    "@octocat",
    "@acme/owners",
    "#1",
    "GH-1",
    "acme/demo#1",
    "www.evil.example",
    "https://evil.example",
    "me@evil.example",
    "javascript:alert(1)",
    "```",
    "| a | b |",
    "**b**",
    "__b__",
    "$(id)",
    "`id`",
    "${{ github.token }}",
    "::error::x",
    "::set-env name=PATH::/x",
    "../../etc/passwd",
    "..",
    ".",
    "-",
    "---",
    "===",
    "1.",
    "\x00",
    "\x1b[31m",
    "\r\n::warning::x",
    "\u202eevil",
    "\u2066x\u2069",
    "\u200b",
    "\ufeff",
    "\ud800",
    "\U0001f600",
    "ﬁ",
    "\u0430",
    "deadbeef",
    "0" * 40,
    "v1.0.0",
    "NaN",
    "null",
    ":octocat:",
    "&lt;b&gt;",
    "\\",
    '"',
    "%%{init: {}}%%",
)
"""Texts that mean something to somebody: Markdown, HTML, GitHub, shells, workflows, terminals, Mermaid."""

NUMBERS = (0, -1, 1, 2**31, 2**63, 10**13, -(10**400), 1e15, 1e16, -1e308, 5e-324, 0.1)

SCALARS = st.sampled_from([*TEXTS, *NUMBERS, True, False, None]) | st.text(max_size=80) | st.floats() | st.integers()
VALUES = SCALARS | st.lists(SCALARS, max_size=4) | st.dictionaries(st.sampled_from(TEXTS), SCALARS, max_size=3)


def _places(value, at=()):
    """The way to each value within."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, part in inner for place in _places(part, (*at, key)))]


def _within(value, way):
    for key in way:
        value = value[key]
    return value


@st.composite
def mutated(draw):
    """The bytes of a report in which one to four things were changed."""
    values = copy.deepcopy(json.loads(draw(st.sampled_from(WRITTEN))))
    for _ in range(draw(st.integers(1, 4))):
        way = draw(st.sampled_from(_places(values)))
        if not way:
            continue
        holder, key = _within(values, way[:-1]), way[-1]
        change = draw(st.sampled_from(["replace", "replace", "name", "drop", "add", "repeat"]))
        if change == "replace":
            holder[key] = draw(VALUES)
        elif change == "name" and isinstance(holder[key], str):
            holder[key] = draw(st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True))
        elif change == "drop":
            del holder[key]
        elif change == "add" and isinstance(holder, dict):
            holder[draw(st.sampled_from(TEXTS))] = draw(VALUES)
        elif change == "repeat" and isinstance(holder, list):
            holder.extend([holder[key]] * draw(st.integers(1, 1200)))
    # JSON of Python has NaN and infinities, which the reader must refuse.
    return json.dumps(values, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw, originals):
    """The bytes of one of `originals` with up to six places overwritten, cut out or doubled."""
    content = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        match draw(st.sampled_from(["set", "set", "cut", "double", "end"])):
            case "set":
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=4))
            case "cut":
                del content[at : at + draw(st.integers(1, 40))]
            case "double":
                content[at:at] = content[at : at + draw(st.integers(1, 400))]
            case "end":
                del content[at:]
    return bytes(content)
