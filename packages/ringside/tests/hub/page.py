"""One page on which everything that happened stands as it would look on GitHub, in the order of time."""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from hub.endpoints.releases import latest_of
from hub.flavoured import to_html as rendered
from hub.look import STYLE
from hub.state import Check, Comment, Issue, Release, Repository, Run

if TYPE_CHECKING:
    from hub.hub import Hub

_MARKS = {
    "success": ("good", "&#10003;"),
    "failure": ("bad", "&#10007;"),
    "cancelled": ("grey", "&#8856;"),
    "skipped": ("grey", "&#8856;"),
    "neutral": ("grey", "&#9632;"),
    "action_required": ("wait", "!"),
}


def to_html(hub: "Hub", *, title: str = "As it would look on GitHub", intro: str = "") -> str:
    """The page: pull requests, issues, releases and the summaries of runs.

    Args:
        hub: what happened.
        title: of the page.
        intro: Markdown that stands at its top.
    """
    with hub.lock:
        hub.settle()
        repos = [repo for repo in hub.repositories.values() if not repo.fork_of]
        parts = [_repository(repo) for repo in repos]
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    # Nothing on the page runs, and nothing is fetched.
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    safe = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    top = f"<header><h1>{escape(title)}</h1>{f'<div class=md>{rendered(intro)}</div>' if intro else ''}</header>"
    return f"{head}{view}{safe}<style>{STYLE}</style></head><body>{top}{''.join(parts)}</body></html>\n"


def _repository(repo: Repository) -> str:
    entries: list[tuple[int, str, str, str]] = []
    for issue in repo.issues.values():
        kind = "Pull request" if issue.pull else "Issue"
        entries.append((issue.seq, f"i{issue.number}", f"{kind} #{issue.number}: {issue.title}", _issue(repo, issue)))
    for release in repo.releases:
        name = f"Release {release.name or release.tag}"
        entries.append((release.seq, f"release{release.id}", name, _release(repo, release)))
    entries += [(run.seq, f"r{run.id}", f"{run.name} #{run.number}", _run(repo, run)) for run in repo.runs]
    entries.sort()
    links = "".join(f'<li><a href="#{anchor}">{escape(name)}</a></li>' for _, anchor, name, _ in entries)
    shown = "".join(f'<section id="{anchor}">{content}</section>' for _, anchor, _, content in entries)
    facts = f"{repo.visibility} repository, default branch {escape(repo.default_branch)}"
    nav = f"<nav><strong>{escape(repo.full_name)}</strong><p>{facts}</p><ol>{links}</ol></nav>"
    return f'<div class="repo">{nav}<main>{shown}</main></div>'


def _badge(kind: str, text: str) -> str:
    return f'<span class="badge {kind}">{escape(text)}</span>'


def _issue(repo: Repository, one: Issue) -> str:
    kind, word = ("open", "Open") if one.state == "open" else ("done", "Closed")
    line = f"opened by <strong>{escape(one.user)}</strong>"
    if one.pull:
        source = one.pull.head_ref
        if one.pull.head_repository != repo.full_name:
            source = f"{one.pull.head_repository.split('/')[0]}:{source}"
        if one.state == "closed":
            kind, word = ("done", "Merged") if one.pull.merged else ("bad", "Closed")
        elif one.pull.draft:
            kind, word = "grey", "Draft"
        into = f"<code>{escape(one.pull.base_ref)}</code> from <code>{escape(source)}</code>"
        line = f"<strong>{escape(one.user)}</strong> wants to merge into {into}"
    labels = "".join(_badge("label", name) for name in one.labels)
    head = f'<h2>{escape(one.title)} <span class="number">#{one.number}</span></h2>'
    parts = [head, f'<p class="meta">{_badge(kind, word)} {line}, {_when(one.created)} {labels}</p>']
    first = Comment(0, one.user, one.body or "*No description provided.*", one.created, one.updated, one.seq)
    parts += [_comment(one_comment) for one_comment in (first, *one.comments)]
    if one.pull:
        parts.append(_merge_box(repo, one))
    if one.locked:
        parts.append('<p class="meta">The conversation is locked.</p>')
    return "".join(parts)


def _when(moment: str) -> str:
    return f"<time>{escape(moment.replace('T', ' ').rstrip('Z'))} UTC</time>"


def _comment(one: Comment) -> str:
    edited = " &middot; edited" if one.updated != one.created and one.id else ""
    bot = one.user.endswith("[bot]")
    who = f"<strong>{escape(one.user.removesuffix('[bot]'))}</strong>{_badge('label', 'bot') if bot else ''}"
    head = f'<div class="who">{who} commented {_when(one.created)}{edited}</div>'
    return f'<article class="comment">{head}<div class="md">{rendered(one.body)}</div></article>'


def _newest(checks: Iterable[Check]) -> list[Check]:
    return list({check.name: check for check in checks}.values())


def _merge_box(repo: Repository, one: Issue) -> str:
    assert one.pull
    checks = _newest(check for check in repo.checks if check.sha == one.pull.head_sha)
    rows = "".join(_check(check) for check in checks)
    bad = [check for check in checks if check.conclusion not in {"success", "skipped", "neutral"}]
    if one.pull.merged:
        by = escape(one.pull.merged_by or "")
        word = f"Merged by {by} as <code>{(one.pull.merged_as or '')[:7]}</code>"
    elif not one.pull.mergeable:
        word = "This branch has conflicts that must be resolved"
    elif not checks:
        word = "No checks yet"
    else:
        word = "Some checks were not successful" if bad else "All checks have passed"
    state = "bad" if bad or not one.pull.mergeable else "good"
    return (
        f'<div class="box {state}"><div class="who"><strong>{word}</strong></div><ul class="checks">{rows}</ul></div>'
    )


def _check(one: Check) -> str:
    kind, mark = _MARKS.get(one.conclusion or "", ("wait", "&#9679;"))
    sentence = f' <span class="sentence">{escape(one.title or one.conclusion or one.status)}</span>'
    said = "".join(_annotation(entry) for entry in one.annotations)
    return f'<li><span class="mark {kind}">{mark}</span> <strong>{escape(one.name)}</strong>{sentence}{said}</li>'


def _annotation(one: dict[str, str]) -> str:
    level = one.get("annotation_level") or one.get("level") or "notice"
    kind = {"failure": "bad", "error": "bad", "warning": "wait"}.get(level, "grey")
    title = f"<strong>{escape(str(one['title']))}</strong> " if one.get("title") else ""
    return f'<p class="annotation {kind}">{title}{escape(str(one.get("message", "")))}</p>'


def _release(repo: Repository, one: Release) -> str:
    latest = latest_of(repo)
    badges = ""
    if one.draft:
        badges = _badge("bad", "Draft")
    elif one.prerelease:
        badges = _badge("wait", "Pre-release")
    elif latest and latest.id == one.id:
        badges = _badge("open", "Latest")
    badges += _badge("label", "Immutable") if one.immutable else ""
    head = f"<h2>{escape(one.name or one.tag)} {badges}</h2>"
    by = f"<strong>{escape(one.user)}</strong> released this {_when(one.published or one.created)}"
    meta = f'<p class="meta">{by} &middot; tag <code>{escape(one.tag)}</code></p>'
    rows = "".join(
        f"<tr><td>{escape(file.name)}</td><td><code>{escape(file.digest[:19])}&hellip;</code></td>"
        f'<td class="size">{_size(len(file.content))}</td></tr>'
        for file in one.assets
    )
    count = f'Assets <span class="badge label">{len(one.assets)}</span>'
    files = f'<details class="assets" open><summary>{count}</summary><table>{rows}</table></details>'
    return f'{head}{meta}<article class="comment"><div class="md">{rendered(one.body)}</div></article>{files}'


def _size(count: int) -> str:
    return (
        f"{count} Bytes"
        if count < 1024
        else f"{count / 1024:.3g} KB"
        if count < 1024**2
        else f"{count / 1024**2:.3g} MB"
    )


def _run(repo: Repository, one: Run) -> str:
    kind, mark = _MARKS.get(one.conclusion or "", ("wait", "&#9679;"))
    head = (
        f'<h2><span class="mark {kind}">{mark}</span> {escape(one.name)} <span class="number">#{one.number}</span></h2>'
    )
    where = f" on <code>{escape(one.branch)}</code>" if one.branch else ""
    by = f"{escape(one.event)} by <strong>{escape(one.actor)}</strong>{where} at <code>{one.sha[:7]}</code>"
    meta = f'<p class="meta">{_badge(kind, one.conclusion or one.status)} {by}, {_when(one.created)}</p>'
    jobs = "".join(_check(check) for check in _newest(check for check in repo.checks if check.run == one.id))
    listed = f'<div class="box"><ul class="checks">{jobs}</ul></div>' if jobs else ""
    found = [artifact for artifact in repo.artifacts if artifact.run == one.id]
    rows = "".join(
        f'<tr><td>{escape(file.name)}</td><td class="size">{_size(len(file.content))}</td></tr>' for file in found
    )
    files = f'<details class="assets"><summary>Artifacts</summary><table>{rows}</table></details>' if found else ""
    summaries = "".join(
        f'<article class="comment"><div class="who"><strong>{escape(job)}</strong> summary</div>'
        f'<div class="md">{rendered(text)}</div></article>'
        for job, text in one.summaries.items()
        if text.strip()
    )
    return f"{head}{meta}{listed}{summaries}{files}"
