"""A page of HTML, read strictly."""

from html.parser import HTMLParser

VOID = {"meta", "circle", "path", "rect"}


class Page(HTMLParser):
    """A page's tags, with what is open."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.ids, self.references, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        """Open, unless the tag has no end."""
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.references += [value for name, value in attrs if name in ("href", "src", "action", "style")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):  # noqa: ARG002  # the parser gives both
        """Neither open nor close."""
        self.tags.append(tag)

    def handle_endtag(self, tag):
        """Close the last one, which must be this."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep what a reader sees."""
        self.text.append(data)


def parsed(page):
    """A page after its last tag."""
    found = Page()
    found.feed(page)
    found.close()
    assert found.open == []
    return found
