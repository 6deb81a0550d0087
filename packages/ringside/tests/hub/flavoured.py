"""Markdown to HTML as GitHub shows it: tables, alerts, task lists, folded sections; and nothing that could run."""

import re
from html import escape
from html.parser import HTMLParser

from markdown_it import MarkdownIt

_ALLOWED = {
    "a": {"href", "title"},
    "blockquote": {"class"},
    "br": set(),
    "code": {"class"},
    "dd": set(),
    "del": set(),
    "details": {"open"},
    "div": {"align", "class"},
    "dl": set(),
    "dt": set(),
    "em": set(),
    "h1": set(),
    "h2": set(),
    "h3": set(),
    "h4": set(),
    "h5": set(),
    "h6": set(),
    "hr": set(),
    "img": {"alt", "src", "title"},
    "input": {"type", "checked", "disabled"},
    "kbd": set(),
    "li": {"class"},
    "ol": {"start"},
    "p": {"align", "class"},
    "picture": set(),
    "pre": set(),
    "s": set(),
    "samp": set(),
    "span": {"class"},
    "strong": set(),
    "sub": set(),
    "summary": set(),
    "sup": set(),
    "table": set(),
    "tbody": set(),
    "td": {"align", "style"},
    "th": {"align", "style"},
    "thead": set(),
    "tr": set(),
    "ul": {"class"},
    "var": set(),
}
_OURS = re.compile(r"alert(?:-title)?(?: alert-(?:note|tip|important|warning|caution))?|language-[a-z]+|task|caption")
"""Classes that this page's style knows; all others go."""
_VOID = {"br", "hr", "img", "input"}
_SILENT = {"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "plaintext", "xmp"}
_ALERT = re.compile(r"<blockquote>\s*<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|<br ?/?>|(?=</p>))")
_TASK = re.compile(r"<li>(\s*(?:<p>)?)\[([ xX])\] ")
_MERMAID = re.compile(r'<pre><code class="language-mermaid">')
_LINKED = re.compile(
    r"(?<![\w/@.])(?P<at>@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?![\w/.]))"
    r"|(?<![\w/&])(?P<number>#[1-9]\d*)\b|(?P<address>https?://[^\s<>]*[^\s<>.,;:!?)])"
)

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def to_html(text: str) -> str:
    """The HTML of a comment, a body or a summary."""
    found = _MARKDOWN.render(text)
    found = _ALERT.sub(
        lambda kind: (
            f'<blockquote class="alert alert-{kind[1].lower()}"><p class="alert-title">{kind[1].title()}</p><p>'
        ),
        found,
    )
    found = _TASK.sub(
        lambda box: f'<li class="task">{box[1]}<input type="checkbox" disabled{" checked" * (box[2] != " ")}> ', found
    )
    # On GitHub a diagram is drawn here; this page shows what it is drawn from.
    found = _MERMAID.sub('<p class="caption">GitHub draws this chart:</p>\\g<0>', found)
    cleaner = _Cleaner()
    cleaner.feed(found)
    cleaner.close()
    return cleaner.result()


class _Cleaner(HTMLParser):
    """Keeps what is allowed, closes what was opened, and shows the rest as nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that is not allowed goes; what it holds stays, unless it is code."""
        if tag in _SILENT:
            self._silent += 1
        if tag not in _ALLOWED or self._silent:
            return
        kept = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs if _is_kept(tag, name, value or ""))
        self._out.append(f"<{tag}{kept}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes what is open within, too; an end without a beginning goes."""
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        if tag in self._open:
            while (last := self._open.pop()) != tag:
                self._out.append(f"</{last}>")
            self._out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Text; who is mentioned and what is linked by itself stands out as on GitHub."""
        if self._silent:
            return
        within = {"a", "code", "pre"} & set(self._open)
        self._out.append(escape(data, quote=False) if within else _linked(data))

    def result(self) -> str:
        """All of it, with what was left open closed."""
        return "".join(self._out) + "".join(f"</{tag}>" for tag in reversed(self._open))


def _is_kept(tag: str, name: str, value: str) -> bool:
    if name not in _ALLOWED[tag]:
        return False
    if name in {"href", "src"}:
        return re.match(r"https?://|#", value) is not None
    if name == "style":
        return re.fullmatch(r"text-align:(left|right|center)", value) is not None
    if name == "class":
        return _OURS.fullmatch(value) is not None
    return name != "type" or value == "checkbox"


def _linked(text: str) -> str:
    out, at = [], 0
    for found in _LINKED.finditer(text):
        out.append(escape(text[at : found.start()], quote=False))
        shown = escape(found[0])
        out.append(
            f'<a href="{shown}">{shown}</a>' if found["address"] else f'<strong class="mention">{shown}</strong>'
        )
        at = found.end()
    return "".join(out) + escape(text[at:], quote=False)
