"""Draws the pictures of docs/images: reports as a page with GitHub's style shows them. Run by hand, not in CI.

    cd packages/ringside
    python docs/pictures.py                the pictures of the README: two reports, wide and narrow, light and dark
    python docs/pictures.py --all FOLDER   every example report, wide and as on a phone, light and dark

What each of them shows is noted in drawn.json beside this file, so that a test tells when they are stale. It needs
Node.js, npm and Chromium. Its packages (marked, marked-alert, github-markdown-css, mermaid) are installed into
a temporary folder, or into the one that `--modules` names, which is then kept.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PACKAGE / "src"), str(PACKAGE / "tests" / "report")]

from examples import ALL  # noqa: E402  # found by the line above
from ringside.report.render.html import to_html  # noqa: E402
from ringside.report.render.markdown import to_markdown  # noqa: E402

PACKAGES = ("marked@18", "marked-alert@2", "github-markdown-css@5", "mermaid@{mermaid}")
IMAGES = PACKAGE.parents[1] / "docs" / "images"
WIDE, PHONE = 900, 360
REPORTS = {"report-pass": "passed", "report-inconclusive": "undecided"}
NARROW = 500
"""The least width of Chromium's window, in which a phone's picture is drawn larger."""

OURS = {
    f"{name}{'-phone' * (width == NARROW)}{'-dark' * (theme == 'dark')}.png": (example, width, theme)
    for name, example in REPORTS.items()
    for width in (WIDE, NARROW)
    for theme in ("light", "dark")
}
"""The pictures of the documents: the example that each shows, as far as it is not folded, its width and its theme."""

PAGE = """<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{modules}/github-markdown-css/github-markdown-{theme}.css">
<style>body {{ margin: 0; background: {page}; zoom: {zoom} }} .markdown-body {{ padding: 20px; max-width: 860px }}
.markdown-alert-title svg {{ margin-right: 8px }} pre.mermaid {{ background: none }}</style></head>
<body><article class="markdown-body"></article>
<script src="{modules}/marked/lib/marked.umd.js"></script>
<script src="{modules}/marked-alert/dist/index.umd.js"></script>
<script src="{modules}/mermaid/dist/mermaid.min.js"></script>
<script>
const article = document.querySelector("article");
article.innerHTML = new marked.Marked({{gfm: true}}).use(markedAlert()).parse({text});
for (const part of document.querySelectorAll("details")) if ({unfold}) part.open = true; else part.remove();
for (const code of document.querySelectorAll("code.language-mermaid")) {{
  const chart = document.createElement("pre");
  chart.className = "mermaid";
  chart.textContent = code.textContent;
  code.parentElement.replaceWith(chart);
}}
mermaid.initialize({{startOnLoad: false, theme: "{mermaid_theme}"}});
mermaid.run().catch(error => document.body.append("MERMAID: " + error))
  .finally(() => document.body.dataset.height = document.documentElement.scrollHeight);
</script></body></html>
"""


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every example, into this folder")
    parser.add_argument("--modules", type=Path, metavar="FOLDER", help="keep the Node packages in this folder")
    parser.add_argument("--mermaid", default="11", help="the major version of Mermaid (default 11)")
    parser.add_argument("--only", default="", help="with --all: examples whose name holds this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        modules = install(options.modules or Path(scratch), options.mermaid)
        if options.all is None:
            for name, (example, width, theme) in OURS.items():
                page = comment(example, modules, theme, unfold=False, zoom=1.3 if width == NARROW else 1)
                shoot(page, IMAGES / name, width, Path(scratch), dark=theme == "dark")
            note()
            return
        for example in ALL:
            if options.only in example:
                draw(example, modules, options.all, Path(scratch))


def shown(example: str) -> str:
    """The hash of the Markdown that a picture of this example shows."""
    return hashlib.sha256(to_markdown(ALL[example]()).encode()).hexdigest()


def note() -> None:
    """Write down what the pictures show, and which files they are."""
    drawn = {
        name: {"text": shown(example), "picture": hashlib.sha256((IMAGES / name).read_bytes()).hexdigest()}
        for name, (example, _, _) in OURS.items()
    }
    (PACKAGE / "docs" / "drawn.json").write_text(json.dumps(drawn, indent=2) + "\n", encoding="utf-8")


def install(folder: Path, version: str) -> Path:
    """The folder of the Node packages, installed if they are not."""
    modules = folder / "node_modules"
    if not modules.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        packages = [package.format(mermaid=version) for package in PACKAGES]
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, *packages]
        subprocess.run(command, check=True)
    return modules.resolve()


def draw(example: str, modules: Path, folder: Path, scratch: Path) -> None:
    """One example as a comment and as HTML, wide and narrow, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    report = to_html(ALL[example]())
    for theme in ("light", "dark"):
        for width in (WIDE, PHONE):
            page = comment(example, modules, theme, unfold=True)
            shoot(page, folder / f"{example}-md-{theme}-{width}.png", width, scratch)
            shoot(report, folder / f"{example}-html-{theme}-{width}.png", width, scratch, dark=theme == "dark")


def comment(example: str, modules: Path, theme: str, *, unfold: bool, zoom: float = 1) -> str:
    """A page that shows the Markdown of an example as GitHub does: all of it, or what is not folded."""
    return PAGE.format(
        modules=modules.as_uri(),
        theme=theme,
        page="#ffffff" if theme == "light" else "#0d1117",
        mermaid_theme="default" if theme == "light" else "dark",
        text=json.dumps(to_markdown(ALL[example]())).replace("</", "<\\/"),
        unfold="true" if unfold else "false",
        zoom=zoom,
    )


def shoot(page: str, image: Path, width: int, scratch: Path, *, dark: bool = False) -> None:
    """A picture of a page as high as it is; a page without its own measure is measured within a frame."""
    image.parent.mkdir(parents=True, exist_ok=True)
    file = scratch / "page.html"
    file.write_text(page, encoding="utf-8")
    # Chromium's window is at least 500 wide, so a phone is a frame within it.
    frame = scratch / "frame.html"
    frame.write_text(
        f'<body style="margin:0"><iframe src="page.html" style="border:0;width:{width}px;height:{{height}}px"></iframe>'
        "<script>onload = () => setTimeout(() => document.body.dataset.height = "
        "document.querySelector('iframe').contentDocument.documentElement.scrollHeight, 4000)</script>",
        encoding="utf-8",
    )
    found = re.search(r'data-height="(\d+)"', chromium(frame, "--dump-dom", width=width, height=900, dark=dark))
    height = int(found.group(1)) if found else 2000
    frame.write_text(frame.read_text(encoding="utf-8").replace("{height}", str(height)), encoding="utf-8")
    chromium(frame, f"--screenshot={image}", width=width, height=height, dark=dark)


def chromium(page: Path, action: str, *, width: int, height: int, dark: bool) -> str:
    """What Chromium prints about a page."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files"]
    options += ["--virtual-time-budget=8000", f"--window-size={max(width, 500)},{height}"]
    options += ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = subprocess.run(
        ["chromium", *options, action, page.as_uri()],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
