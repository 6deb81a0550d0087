"""Write the task's files into the repository and remove the sample; existing files are kept."""

import importlib
from collections.abc import Sequence

from ringside.common.files import write_bytes
from ringside.errors import UsageError
from ringside.init.infer.draft import TaskDraft
from ringside.init.place import Place
from ringside.init.record import RECORD, VERSION_FILE, package_version, record
from ringside.init.sample import (
    DISTRIBUTION,
    SAMPLE,
    Sample,
    renamed,
    rewrite,
    without_package,
    without_package_entry,
)
from ringside.init.write.package import files
from ringside.init.write.params import Limits, params_file
from ringside.init.write.readme import TEMPLATE, readme_file
from ringside.init.write.tests import test_file
from ringside.params import read_params
from ringside.sources.places import FOLDER, imported
from ringside.store import dvc


class Copy:
    """A repository made from the template while `init` turns it into your own task."""

    def __init__(self, place: Place, draft: TaskDraft, *, public: bool, packages: Sequence[str] = ()) -> None:
        self.place = place
        self.draft = draft
        self._public = public
        self._packages = packages
        self._root = place.workspace.root
        self._sample = Sample(place.workspace)

    def refuse_lost_work(self) -> None:
        """Raise if uncommitted work would be lost, or if the repository already contains another task.

        Raises:
            StoreError: files that would be removed or rewritten have uncommitted changes.
            UsageError: params.yaml names a task that is neither the sample nor this task.
        """
        task = read_params(self.place.workspace.params).task
        if task not in (SAMPLE, self.draft.name):
            remedy = f"start from a new repository of the template, or check out a commit that contains src/{SAMPLE}."
            raise UsageError(f"this repository already has the task {task!r}", where="params.yaml, task", remedy=remedy)
        if self._sample.is_here:
            # params.yaml is written before anything is removed.
            self._sample.refuse_lost_work(begun=task == self.draft.name)

    def write(self, arguments: dict[str, object]) -> list[str]:
        """Replace the sample by the task's files and tests; return sentences about files written, kept and removed."""
        name = self.draft.name
        texts = {f"src/{name}/{file}": text for file, text in files(self.draft, arguments).items()}
        texts[f"tests/{name}/test_{name}.py"] = test_file(self.draft)
        kept = [path for path in texts if (self._root / path).exists()]
        for path, text in texts.items():
            if path not in kept:
                write_bytes(self._root / path, text.encode())
        messages = [f"{path} already exists and was kept" for path in kept]
        if new := [path for path in texts if path not in kept]:
            messages.append(f"wrote {', '.join(new)}")
        if read_params(self.place.workspace.params).task == SAMPLE:
            self.write_params(Limits())
        if self._sample.is_here:
            self._rename()
            gone = self._sample.remove()
            messages.append(f"removed the sample: {', '.join(gone)}")
            messages.append("removed what only the template needs: tests and documents of Ringside (docs/init.md)")
        dvc.name_task(self.place.workspace, name)
        importlib.invalidate_caches()
        return messages

    def _rename(self) -> None:
        """Name the project after the task; remove the sample's data and the package's locks from its configuration."""
        pyproject = self._root / "pyproject.toml"
        description = f"{self.draft.name}: {_KINDS[self.draft.kind]}"
        text = renamed(pyproject.read_text(encoding="utf-8"), self.draft.name, description, self._packages)
        if not self._is_plain and f'"src/{self.draft.name}/*"' not in text:
            text = text.replace(_AFTER, _NAMES.format(name=self.draft.name) + _AFTER)
        rewrite(pyproject, text)
        lock, dependabot = self._root / "requirements" / "tools.txt", self._root / ".github" / "dependabot.yaml"
        if lock.exists():
            rewrite(lock, without_package(lock.read_text(encoding="utf-8"), DISTRIBUTION))
        if dependabot.exists():
            rewrite(dependabot, without_package_entry(dependabot.read_text(encoding="utf-8")))

    @property
    def _is_plain(self) -> bool:
        """Return whether all names and values of the data are ASCII and short, so that all linter rules stay on."""
        names = [*self.draft.seen.columns, *(str(v) for c in self.draft.seen.columns.values() for v in c.values)]
        return all(text.isascii() and len(text) < 80 for text in names)  # noqa: PLR2004  # within a line's width

    @property
    def has_rows(self) -> bool:
        """Return whether all rows of the task were ingested before."""
        return self.place.is_finished and self.place.workspace.manifest.exists()

    @property
    def last_partition(self) -> str | None:
        """The last partition with labels; None if every row has a label or there are no partitions."""
        if self.draft.partition is None or self.draft.labelled.all():
            return None
        return str(self.draft.partition[self.draft.labelled].max())

    def write_params(self, limits: Limits) -> None:
        """Write params.yaml."""
        write_bytes(self.place.workspace.params, self._params(limits).encode())

    def _params(self, limits: Limits) -> str:
        return params_file(self.draft, store=self.place.store, public=self._public, limits=limits)

    @property
    def params_are_untouched(self) -> bool:
        """Return whether params.yaml is unchanged since `init` wrote it without measured limits."""
        return self.place.workspace.params.read_text(encoding="utf-8") == self._params(Limits())

    def finish(self) -> list[str]:
        """Write README.md and the record of the package's version; return sentences about what was done."""
        messages = []
        readme = self._root / "README.md"
        text = readme_file(self.draft, store=self.place.store, where=self._where())
        before = readme.read_text(encoding="utf-8") if readme.exists() else TEMPLATE
        if before.startswith(TEMPLATE):
            write_bytes(readme, text.encode())
            messages.append("wrote README.md")
        elif before != text:
            messages.append("README.md is your own and was kept")
        if not (self._root / RECORD).exists():
            init = (self._root / VERSION_FILE).read_text(encoding="utf-8")
            write_bytes(self._root / RECORD, record(package_version(init)))
        return [*messages, *self._visible()]

    def _where(self) -> str:
        kind = self.draft.seen.source
        if kind == "database":
            return "The rows come from a database. `source.py` contains the query; `DATABASE_URL` is the URL."
        found = (self._root / "data" / "source").glob(f"{self.draft.name}*")
        files = [f"`data/source/{path.name}`" for path in sorted(found) if path.suffix != ".dvc"] or ["`data/source`"]
        if kind == "folder":
            return f"Each file in {files[0]} is a partition. Add new files to this folder."
        for tracked in (self._root / FOLDER).glob(f"{self.draft.name}*.dvc"):
            if url := imported(tracked):
                return f"The rows come from <{url}>: `dvc update {FOLDER}/{tracked.name}` downloads the newer file."
        return f"The rows come from {files[0]}. Replace it by the newer file."

    def _visible(self) -> list[str]:
        """Return sentences about who cannot read the rows, and about the data that readers of the repository see."""
        messages = []
        if self.place.store == "source":
            messages.append(_ONLY_DATABASE if self.draft.seen.source == "database" else _ONLY_HERE)
        if self._public:
            return messages
        visible = [
            "their categories and ranges in schema.py",
            "how many rows there are (data/manifest.json)",
            "metrics and reports, by the values of slices too",
            "the model and the profile of each release (bins, categories, hashes of identities)",
        ]
        if self.place.store == "git":
            visible.insert(0, "every row (data/source, data/store)")
        return [*messages, f"readers of this repository see this of the data: {'; '.join(visible)}"]


_ONLY_HERE = (
    "note: with --store source the rows are on this machine only: on GitHub a pull request is `not judged` until they "
    "are in Git (data.store: git) or in a DVC remote"
)
_ONLY_DATABASE = (
    "note: with --store source every machine queries the database again, and pull requests may not: on GitHub each is "
    "`not judged` and nothing is published until the rows are in Git (data.store: git) or in a DVC remote (remote)"
)
_KINDS = {
    "binary": "a binary classification model",
    "multiclass": "a multiclass classification model",
    "regression": "a regression model",
}
_AFTER = "[tool.ruff.lint.pydocstyle]"
_NAMES = """# These files quote names and values of the data.
"src/{name}/*" = ["E501", "RUF001", "RUF003"]
"tests/{name}/*" = ["E501", "RUF001", "RUF003"]

"""
