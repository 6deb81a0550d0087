"""What happens on GitHub when somebody does something, and which events tell workflows of it."""

import re
from typing import Any

from hub import shapes
from hub.bare import ZERO, Bare, Push
from hub.runs import Runs
from hub.state import Issue, Pull, Repository, Token

_AWAITED = ("opened", "synchronize", "reopened")
"""What a workflow's token may do to a pull request so that runs are made, which then wait for a person's approval."""


class Events(Runs):
    """The part of the double that acts."""

    events: list[dict[str, Any]]

    def take(self) -> list[dict[str, Any]]:
        """The events since the last call, in order: what GitHub would start workflows for.

        Each has `name`, `action`, `payload`, `repository`, `ref` and `sha` (GITHUB_REF and GITHUB_SHA), `actor` and
        `approval_required`: whether its runs wait for a person who presses "Approve workflows to run".
        """
        with self.lock:
            self.settle()
            taken, self.events[:] = list(self.events), []
            return taken

    def emit(  # noqa: PLR0913  # all by name but two
        self, name: str, repo: Repository, payload: dict[str, Any], *, by: Token | str, ref: str = "", sha: str = ""
    ) -> None:
        """Add an event, if it is one that workflows hear of.

        Args:
            name: as `push`.
            repo: where.
            payload: what is particular to it; repository and sender are added.
            by: the token that did it, or a person's name.
            ref: GITHUB_REF; the default branch where empty.
            sha: GITHUB_SHA; the tip of the default branch where empty.
        """
        app = isinstance(by, Token) and by.is_app
        action = payload.get("action")
        waits = app and name == "pull_request" and action in _AWAITED
        if app and not waits and name not in {"workflow_dispatch", "repository_dispatch"}:
            return
        user = by.user if isinstance(by, Token) else by
        main = f"refs/heads/{repo.default_branch}"
        event = {
            "name": name,
            "action": action,
            "repository": repo.full_name,
            "ref": ref or main,
            "sha": sha or Bare(repo.folder).sha(main) or ZERO,
            "actor": user,
            "approval_required": waits,
            "payload": payload | {"repository": shapes.repository(repo), "sender": shapes.user(user)},
        }
        self.events.append(event)

    # What Git's hooks wrote down.

    def settle(self) -> None:
        """Act on what was pushed since the last look: push events, pull requests that moved, merges by hand."""
        with self.lock:
            for repo in list(self.repositories.values()):
                for push in Bare(repo.folder).pushes():
                    self.moved(repo, push)

    def moved(self, repo: Repository, push: Push) -> None:
        """A ref of a repository is another one now."""
        by = self.tokens.get(push.token, repo.owner)
        if push.ref.startswith(("refs/heads/", "refs/tags/")):
            self.emit("push", repo, self._push_payload(repo, push, by), by=by, ref=push.ref, sha=push.new)
        if push.ref.startswith("refs/heads/"):
            for base in list(self.repositories.values()):
                for issue in base.pulls():
                    if issue.state == "open":
                        self._follow(base, issue, repo, push, by)

    def _push_payload(self, repo: Repository, push: Push, by: Token | str) -> dict[str, Any]:
        bare = Bare(repo.folder)
        user = by.user if isinstance(by, Token) else by
        deleted, created = push.new == ZERO, push.old == ZERO
        span = push.new if created else f"{push.old}..{push.new}"
        commits = (
            []
            if deleted or not bare.sha(push.new)
            else [self._pushed(bare, sha) for sha in reversed(bare.commits(span, 20))]
        )
        return {
            "ref": push.ref,
            "before": push.old,
            "after": push.new,
            "created": created,
            "deleted": deleted,
            "forced": not (deleted or created) and not bare.is_ancestor(push.old, push.new),
            "base_ref": None,
            "compare": f"{shapes.WEB}/{repo.full_name}/compare/{push.old[:12]}...{push.new[:12]}",
            "commits": commits,
            "head_commit": commits[-1] if commits else None,
            "pusher": {"name": user, "email": f"{user}@example.org"},
        }

    def _pushed(self, bare: Bare, sha: str) -> dict[str, Any]:
        found = bare.commit(sha)
        return {
            "id": sha,
            "tree_id": found["tree"],
            "message": found["message"],
            "author": found["author"],
            "timestamp": found["committer"]["date"],
        }

    def _follow(self, base: Repository, issue: Issue, repo: Repository, push: Push, by: Token | str) -> None:
        branch = push.ref.removeprefix("refs/heads/")
        pull = issue.pull
        assert pull
        if (pull.head_repository, pull.head_ref) == (repo.full_name, branch):
            if push.new == ZERO:
                self.close(base, issue, by=by)
            elif pull.head_sha != push.new:
                before, pull.head_sha = pull.head_sha, push.new
                self.refresh(base, issue)
                pull.base_sha = Bare(base.folder).sha(f"refs/heads/{pull.base_ref}") or pull.base_sha
                self.tell(base, issue, "synchronize", by=by, before=before, after=push.new)
        elif base is repo and pull.base_ref == branch and push.new != ZERO:
            if Bare(base.folder).is_ancestor(pull.head_sha, push.new):
                self._merged(base, issue, push.new, by)
            else:
                self.refresh(base, issue)

    # Pull requests.

    def pull_request(  # noqa: PLR0913  # all by name but two
        self,
        head: str,
        base: str = "main",
        *,
        repository: str = "",
        fork: str = "",
        title: str = "",
        body: str = "",
        user: str = "",
        draft: bool = False,
        by: Token | None = None,
    ) -> int:
        """Open a pull request from a branch that was pushed; its number.

        Args:
            head: the branch.
            base: the branch that it shall change.
            repository: of the base; the only one that is no fork where empty.
            fork: the repository of the head, `owner/name`, where it is another one.
            title: the branch's name where empty.
            body: what it says.
            user: who opens it; the owner of the head's repository where empty.
            draft: whether it is one.
            by: the token that opens it, if a token does.
        """
        with self.lock:
            self.settle()
            repo = (
                self.of(repository)
                if repository
                else next(one for one in self.repositories.values() if not one.fork_of)
            )
            source = self.of(fork) if fork else repo
            bare = Bare(repo.folder)
            tip, onto = Bare(source.folder).sha(f"refs/heads/{head}"), bare.sha(f"refs/heads/{base}")
            assert tip, f"{source.full_name} has no branch {head}"
            assert onto, f"{repo.full_name} has no branch {base}"
            issue = self.issue(repo, title or head, body, user=by.user if by else user or source.owner)
            issue.pull = Pull(source.full_name, head, tip, base, onto, draft)
            self.refresh(repo, issue)
            self.tell(repo, issue, "opened", by=by or issue.user)
            return issue.number

    def issue(self, repo: Repository, title: str, body: str = "", *, user: str) -> Issue:
        """A new issue, of which no event tells."""
        number, now = max(repo.issues, default=0) + 1, self.clock.now()
        made = Issue(number, self.id(), title, body, user, now, now, self.seq())
        repo.issues[number] = made
        return made

    def refresh(self, repo: Repository, issue: Issue) -> None:
        """Make refs/pull/N/head and refs/pull/N/merge what they must be now."""
        pull, bare = issue.pull, Bare(repo.folder)
        assert pull
        place = f"refs/pull/{issue.number}"
        source = Bare(self.of(pull.head_repository).folder)
        if source.folder != bare.folder:
            bare.fetch(source, f"refs/heads/{pull.head_ref}", f"{place}/head")
        else:
            bare.set(f"{place}/head", pull.head_sha)
        onto = bare.sha(f"refs/heads/{pull.base_ref}")
        assert onto
        pull.merge_sha = bare.merge(onto, pull.head_sha, f"Merge {pull.head_sha} into {onto}")
        pull.mergeable = pull.merge_sha is not None
        if pull.merge_sha:
            bare.set(f"{place}/merge", pull.merge_sha)
        elif bare.exists(f"{place}/merge"):
            bare.drop(f"{place}/merge")

    def tell(self, repo: Repository, issue: Issue, action: str, *, by: Token | str, **more: Any) -> None:
        """The event pull_request; no workflow starts for one that conflicts."""
        pull = issue.pull
        assert pull
        if not pull.mergeable and not pull.merged and action != "closed":
            return
        payload = {"action": action, "number": issue.number, "pull_request": self.pull_shape(repo, issue)} | more
        sha = pull.merged_as or pull.merge_sha or pull.head_sha
        self.emit("pull_request", repo, payload, by=by, ref=f"refs/pull/{issue.number}/merge", sha=sha)

    def pull_shape(self, repo: Repository, issue: Issue) -> dict[str, Any]:
        """The JSON of a pull request."""
        assert issue.pull
        return shapes.pull(repo, issue, self.repositories.get(issue.pull.head_repository.lower()))

    def merge(
        self, number: int, *, repository: str = "", squash: bool = False, user: str = "", message: str = ""
    ) -> str:
        """Merge a pull request as a person does by the green button; the new commit on the base's branch."""
        with self.lock:
            self.settle()
            repo = (
                self.of(repository)
                if repository
                else next(one for one in self.repositories.values() if not one.fork_of)
            )
            return self.merge_pull(repo, repo.issues[number], by=user or repo.owner, squash=squash, message=message)

    def merge_pull(
        self, repo: Repository, issue: Issue, *, by: Token | str, squash: bool = False, message: str = ""
    ) -> str:
        """Merge a pull request that has no conflict."""
        pull, bare = issue.pull, Bare(repo.folder)
        assert pull
        ref = f"refs/heads/{pull.base_ref}"
        onto = bare.sha(ref)
        said = (
            f"{issue.title} (#{issue.number})"
            if squash
            else f"Merge pull request #{issue.number} from {pull.head_ref}\n\n{issue.title}"
        )
        made = bare.merge(onto or "", pull.head_sha, message or said, squash=squash)
        assert onto, f"no branch {pull.base_ref}"
        assert made, f"pull request {issue.number} conflicts with {pull.base_ref}"
        bare.set(ref, made)
        self._merged(repo, issue, made, by)
        self.moved(repo, Push(onto, made, ref, by.text if isinstance(by, Token) else ""))
        return made

    def _merged(self, repo: Repository, issue: Issue, made: str, by: Token | str) -> None:
        pull = issue.pull
        assert pull
        user = by.user if isinstance(by, Token) else by
        pull.merged, pull.merged_as, pull.merged_by, pull.merged_at = True, made, user, self.clock.now()
        self.close(repo, issue, by=by)

    def close(self, repo: Repository, issue: Issue, *, by: Token | str, reason: str | None = None) -> None:
        """Close an issue or a pull request, and those issues that a merged one says it fixes."""
        issue.state, issue.closed = "closed", self.clock.now()
        issue.updated, issue.reason = issue.closed, None if issue.pull else reason or "completed"
        if not issue.pull:
            self.emit("issues", repo, {"action": "closed", "issue": shapes.issue(repo, issue)}, by=by)
            return
        self.tell(repo, issue, "closed", by=by)
        for number in re.findall(r"(?i)\b(?:close|fix|resolve)[sd]?:? #(\d+)", issue.body) if issue.pull.merged else []:
            other = repo.issues.get(int(number))
            if other and other.state == "open":
                self.close(repo, other, by=by)

    def merge_group(self, number: int, *, repository: str = "") -> str:
        """Put a pull request into the merge queue: its commit on a branch of the queue, and the event."""
        with self.lock:
            self.settle()
            repo = (
                self.of(repository)
                if repository
                else next(one for one in self.repositories.values() if not one.fork_of)
            )
            pull, bare = repo.issues[number].pull, Bare(repo.folder)
            assert pull
            onto = bare.sha(f"refs/heads/{pull.base_ref}") or ""
            made = bare.merge(onto, pull.head_sha, f"Merge pull request #{number} from {pull.head_ref}")
            assert made
            ref = f"refs/heads/gh-readonly-queue/{pull.base_ref}/pr-{number}-{onto}"
            bare.set(ref, made)
            group = {"head_sha": made, "head_ref": ref, "base_sha": onto, "base_ref": f"refs/heads/{pull.base_ref}"}
            self.emit(
                "merge_group",
                repo,
                {"action": "checks_requested", "merge_group": group},
                by=repo.owner,
                ref=ref,
                sha=made,
            )
            return made
