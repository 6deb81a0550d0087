"""Proposals of the watch on GitHub: a branch, one pull request, and one issue per alarm.

The proposal comes from another job, which ran the pipeline. Of its content, only the files of `FILES` are
changed, on the commit that was watched, and the branch contains nothing else.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ringside.common.files import read_bytes
from ringside.errors import GitHubError, ReportError, StoreError
from ringside.git import Repository
from ringside.github.api import GitHub
from ringside.github.issues import close_issue, keep_issue, post_once
from ringside.registry.checksums import SUMS, check_folder
from ringside.report import proposal_text as text
from ringside.report.model import MAX_BYTES as REPORT_BYTES
from ringside.report.model import Report
from ringside.report.read import read_report
from ringside.report.render.markdown import LIMIT
from ringside.report.watch import MAX_BYTES as WATCH_BYTES
from ringside.report.watch import AlarmCode, Watch, read_watch
from ringside.store.workspace import PARTITION_NAME

FILES: Mapping[str, str] = {
    "manifest.json": "data/manifest.json",
    "raw.dvc": "data/raw.dvc",
    "dvc.lock": "dvc.lock",
    "metrics.json": "reports/metrics.json",
}
"""Files of a proposal that a pull request changes, and their targets."""
STORED, IMPORTED = "store-", "source-"
"""Prefixes of the files of partitions in Git (to data/store) and of records of DVC imports (to data/source)."""
WATCH, REPORT = "watch.json", "report.json"
ALARMS: tuple[AlarmCode, ...] = ("below_floor", "worse", "data", "performance", "drift")
PREFIX = "retrain/"
BOT = "github-actions[bot]"
BOT_ADDRESS = "41898282+github-actions[bot]@users.noreply.github.com"

_MOST = 50_000_000
"""Maximum bytes of a file that a pull request changes: the limit for data in Git."""
_BRANCH = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_MARKER = "<!-- ringside: retrain -->"
_WAITING = "retrain"
"""Topic of the issue that replaces a pull request."""
_NOT_ALLOWED = re.compile(r"not permitted to create", re.IGNORECASE)
_FORBIDDEN, _GONE = 403, (404, 422)
_TAKE_AGAIN = "run the workflow Retrain again; nothing was changed."


@dataclass(frozen=True)
class Proposal:
    """The result of one watch run."""

    watch: Watch
    report: Report | None
    """Report of the trained model; None without training."""
    files: Mapping[str, bytes]
    """Contents by path in the repository."""


def read_proposal(folder: Path, sums: str) -> Proposal:
    """Read and validate the proposal in a folder.

    Args:
        folder: a folder that `ringside ci watch` wrote.
        sums: the SHA-256 of its SHA256SUMS, from a job output instead of the folder.

    Raises:
        ReportError: the folder is not from that job, or a file is invalid.
        RegistryError: a file does not match its hash in SHA256SUMS.
    """
    if not folder.is_dir():
        raise _refused("there is no such folder", folder)
    if any(path.is_symlink() or not path.is_file() for path in folder.iterdir()):
        raise _refused("it contains something other than files", folder)
    listed = read_bytes(folder / SUMS, remedy=_TAKE_AGAIN, most=_MOST)
    if hashlib.sha256(listed).hexdigest() != sums:
        raise _refused("its SHA256SUMS is not the one that the watch stated", folder)
    names = set(check_folder(folder, where="the proposal"))
    places = dict(FILES) | {name: place for name in names if (place := place_of(name))}
    if strange := sorted(names - {*places, WATCH, REPORT}):
        raise _refused(f"it contains {strange[0]}, which is not part of a proposal", folder)
    watch = read_watch(_bytes(folder / WATCH, WATCH_BYTES))
    report = read_report(_bytes(folder / REPORT, REPORT_BYTES)) if REPORT in names else None
    files = {place: _bytes(folder / name, _MOST) for name, place in places.items() if name in names}
    if (watch.decision.decided == "retrain") != (report is not None):
        raise _refused("its report and its decision contradict each other", folder)
    return Proposal(watch, report, files)


def place_of(name: str) -> str | None:
    """Return the target of a partition's file or a DVC record; None if the name is neither."""
    if re.fullmatch(rf"{STORED}{PARTITION_NAME}\.parquet", name):
        return f"data/store/{name.removeprefix(STORED)}"
    if re.fullmatch(rf"{IMPORTED}{PARTITION_NAME}\.dvc", name):
        return f"data/source/{name.removeprefix(IMPORTED)}"
    return None


def _bytes(path: Path, most: int) -> bytes:
    content = read_bytes(path, remedy=_TAKE_AGAIN, most=most + 1)
    if len(content) > most:
        raise _refused(f"{path.name} has more than {most:,} bytes", path.parent)
    return content


def _refused(message: str, folder: Path) -> ReportError:
    return ReportError(message, where=str(folder), remedy=_TAKE_AGAIN)


@dataclass(frozen=True)
class Proposer:
    """Pushes a proposal and opens its pull request and issues."""

    github: GitHub
    repository: Repository
    """Checkout of the commit that was watched."""
    run_url: str
    base: str = "main"
    """Default branch."""
    remote: str = "origin"
    server: str = "https://github.com"

    def alarms(self, watch: Watch) -> list[str]:
        """Open or update an issue per alarm, and close those of past alarms; return sentences for the user.

        An alarm that this run could not check is not past: without an evaluated champion its issues stay open.

        Raises:
            GitHubError: GitHub does not respond or refuses.
        """
        done = []
        rollback = f"{self.server}/{self.github.repository}/actions/workflows/rollback.yaml"
        for alarm in ALARMS:
            marker = alarm_marker(alarm)
            if alarm in watch.alarms:
                body = text.alarm_body(alarm, watch, run_url=self.run_url, rollback_url=rollback)
                done.append(f"alarm: {keep_issue(self.github, marker, text.TITLES[alarm], body).url}")
            elif alarm == "data" or watch.monitor.state in ("judged", "nothing_newer"):
                number = close_issue(self.github, marker, text.over(watch))
                done += [f"over: #{number} ({text.TITLES[alarm]})"] if number is not None else []
        return done

    def propose(self, proposal: Proposal) -> str:
        """Push the branch and open or update its pull request, or an issue instead; return sentences for the user.

        Raises:
            GitHubError: GitHub does not respond or refuses.
            RegistryError: Git refuses.
            StoreError: the branch contains other commits.
            ReportError: the proposal belongs to another commit than this checkout.
        """
        watch, report = proposal.watch, proposal.report
        assert report is not None  # noqa: S101  # a proposal that retrained has one
        if watch.commit != self.repository.head():
            raise _refused(f"it was made of {watch.commit}, which is not checked out here", self.repository.path)
        branch = branch_of(watch)
        commit = self._commit(proposal, text.title(watch, report))
        if commit is None:
            return "nothing is proposed: the default branch has these data and this model already"
        if self._declined(branch, commit):
            return f"nothing is proposed: people closed the pull request of {branch} as it is"
        self._push(branch, commit)
        said = self._pull(branch, watch, report)
        return "; ".join([said, *self._supersede(branch, said)])

    def _commit(self, proposal: Proposal, title: str) -> str | None:
        """Return the proposal's commit on the one that was watched; None if it changes nothing.

        Equal proposals have equal commits, so that a run without changes does not move the branch or need an approval.
        """
        base = proposal.watch.commit
        remedy = _TAKE_AGAIN
        tree = self.repository.ok("rev-parse", f"{base}^{{tree}}", remedy=remedy)
        changed = tree
        for path, content in proposal.files.items():
            blob = self._blob(path, content)
            changed = self._with(changed, path.split("/"), blob)
        if changed == tree:
            return None
        time = self.repository.ok("show", "--no-patch", "--format=%ct", base, remedy=remedy)
        who = f"{BOT} <{BOT_ADDRESS}> {time} +0000"
        lines = [f"tree {changed}", f"parent {base}", f"author {who}", f"committer {who}", "", title, ""]
        command = ("hash-object", "-t", "commit", "-w", "--stdin")
        return self.repository.ok(*command, stdin="\n".join(lines), remedy=remedy)

    def _blob(self, path: str, content: bytes) -> str:
        command = ("hash-object", "-w", "--stdin", "--no-filters")
        if path.endswith(".parquet"):
            return self.repository.ok(*command, stdin=content, remedy=_TAKE_AGAIN)
        try:
            return self.repository.ok(*command, stdin=content.decode(), remedy=_TAKE_AGAIN)
        except UnicodeDecodeError:
            raise _refused("one of its files is not text", self.repository.path) from None

    def _with(self, tree: str, parts: list[str], blob: str) -> str:
        """Return a tree in which one path is replaced; the index and the work tree do not change."""
        first, *rest = parts
        listed = self.repository.ok("ls-tree", tree, remedy=_TAKE_AGAIN).splitlines()
        entries = {line.partition("\t")[2]: line for line in listed}
        if rest:
            below = entries[first].split()[2] if first in entries else self._empty()
            entries[first] = f"040000 tree {self._with(below, rest, blob)}\t{first}"
        else:
            entries[first] = f"100644 blob {blob}\t{first}"
        return self.repository.ok("mktree", stdin="\n".join(entries.values()) + "\n", remedy=_TAKE_AGAIN)

    def _empty(self) -> str:
        return self.repository.ok("mktree", stdin="", remedy=_TAKE_AGAIN)

    def _tip(self, branch: str) -> str | None:
        remedy = "check that the remote can be reached and run again."
        found = self.repository.ok("ls-remote", "--", self.remote, f"refs/heads/{branch}", remedy=remedy)
        return found.split()[0] if found else None

    def _is_ours(self, tip: str) -> bool:
        """Return whether a branch has only a commit of ours, based on the default branch."""
        command = ("fetch", "--quiet", "--no-tags", "--", self.remote, tip)
        self.repository.ok(*command, remedy="check that the remote can be reached and run again.")
        shown = self.repository.ok("show", "--no-patch", "--format=%ae%n%ce", tip, remedy=_TAKE_AGAIN)
        return shown.split("\n") == [BOT_ADDRESS, BOT_ADDRESS]

    def _push(self, branch: str, commit: str) -> None:
        """Set the branch to the commit, unless it contains other work or changes in the meantime."""
        before = self._tip(branch)
        if before == commit:
            return
        if before is not None and not self._is_ours(before):
            remedy = f"merge or close the pull request of {branch}, or remove the branch, and run the workflow again."
            raise StoreError("its newest commit is not from Ringside and is kept", where=branch, remedy=remedy)
        lease = f"--force-with-lease=refs/heads/{branch}:{before or ''}"
        command = ("push", "--quiet", "--no-verify", lease, "--", self.remote, f"{commit}:refs/heads/{branch}")
        remedy = "run again: somebody moved the branch at the same time, or the token may not push."
        self.repository.ok(*command, remedy=remedy)

    def _declined(self, branch: str, commit: str) -> bool:
        """Return whether a pull request of exactly this commit was closed without merging."""
        closed = self.github.pages(f"pulls?state=closed&head={self._head(branch)}&base={quote(self.base)}", most=100)
        return any(pull["head"]["sha"] == commit and not pull.get("merged_at") for pull in closed)

    def _head(self, branch: str) -> str:
        owner = self.github.repository.partition("/")[0]
        return quote(f"{owner}:{branch}", safe="")

    def _open(self, branch: str) -> dict[str, Any] | None:
        found = self.github.pages(f"pulls?state=open&head={self._head(branch)}&base={quote(self.base)}")
        return found[0] if found else None

    def _pull(self, branch: str, watch: Watch, report: Report) -> str:
        """Open the branch's pull request, or update the open one."""
        wanted = {
            "title": text.title(watch, report),
            "body": f"{_MARKER}\n\n{text.body(watch, report, run_url=self.run_url, limit=LIMIT - 100)}",
        }
        found = self._open(branch)
        if found is None:
            asked = wanted | {"head": branch, "base": self.base}
            try:
                found = post_once(self.github, "pulls", asked, lambda: self._open(branch))
            except GitHubError as error:
                # The settings of the repository or its owner forbid it; in a new repository this is the default.
                if error.status == _FORBIDDEN or _NOT_ALLOWED.search(error.found):
                    return self._ask(branch, watch, report)
                raise
        elif _is_written_by_us(found) and any(found.get(key) != value for key, value in wanted.items()):
            self.github.patch(f"pulls/{found['number']}", wanted)
        close_issue(self.github, _WAITING, f"Its pull request is #{found['number']}.")
        return f"pull request: {found['html_url']}"

    def _ask(self, branch: str, watch: Watch, report: Report) -> str:
        """Open an issue with the link that opens the pull request."""
        compare = f"{self.server}/{self.github.repository}/compare/{quote(self.base)}...{quote(branch)}?quick_pull=1"
        body = text.asks_for_pull(watch, report, compare, run_url=self.run_url)
        kept = keep_issue(self.github, _WAITING, text.title(watch, report), body)
        return f"workflows may not open pull requests here, so an issue has the link: {kept.url}"

    def _supersede(self, branch: str, said: str) -> list[str]:
        """Close Ringside's older proposals, whose data this one includes; return sentences for the user."""
        done = []
        for pull in self.github.pages(f"pulls?state=open&base={quote(self.base)}"):
            head = pull["head"]
            here = (head.get("repo") or {}).get("full_name", "").lower() == self.github.repository.lower()
            old = head["ref"].startswith(PREFIX) and head["ref"] != branch and here and _is_written_by_us(pull)
            if not old or not self._is_ours(head["sha"]):
                continue
            note = f"Newer data came: {said}."
            self.github.post(f"issues/{pull['number']}/comments", {"body": note})
            self.github.patch(f"pulls/{pull['number']}", {"state": "closed"})
            self._remove(head["ref"])
            done.append(f"superseded: #{pull['number']}")
        return done

    def _remove(self, branch: str) -> None:
        try:
            self.github.delete(f"git/refs/heads/{quote(branch)}")
        except GitHubError as error:
            if error.status not in _GONE:
                raise


def branch_of(watch: Watch) -> str:
    """Return the branch of a proposal, named by its newest partition."""
    name = text.partition_of(watch) or ""
    if _BRANCH.fullmatch(name) and not name.endswith(".lock"):
        return f"{PREFIX}{name}"
    return f"{PREFIX}{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def alarm_marker(alarm: AlarmCode) -> str:
    """Return the topic of an alarm's issue."""
    return f"alarm-{alarm.replace('_', '-')}"


def has_open_alarms(github: GitHub) -> bool:
    """Return whether an alarm's issue is open, which may be past by now.

    Raises:
        GitHubError: GitHub does not respond or refuses.
    """
    listed = github.pages("issues?state=open")
    return any(str(issue.get("body") or "").startswith("<!-- ringside: alarm-") for issue in listed)


def _is_written_by_us(pull: Mapping[str, Any]) -> bool:
    """Return whether title and body are ours, or you opened it from our link without adding text."""
    body = str(pull.get("body") or "")
    return not body.strip() or body.startswith(_MARKER)
