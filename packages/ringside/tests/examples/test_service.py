"""examples/service: built as its Dockerfile says, started by its CMD, asked over HTTP."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from dockerfile import BuildError, Image, build, instructions
from harness import PROJECT
from made import Made
from ringside.registry.checksums import write_sums

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("service")]
SERVICE = PROJECT / "examples" / "service"


def context(folder: Path, release: Path) -> Path:
    """What `docker build` is given: the example with a release in it."""
    shutil.copytree(SERVICE, folder, ignore=shutil.ignore_patterns("release", "__pycache__"))
    shutil.copytree(release, folder / "release")
    return folder


@dataclass(frozen=True)
class Served:
    """A service that runs."""

    image: Image
    url: str
    rows: pd.DataFrame
    """The reference rows of the release, without predictions."""
    stored: list[float]
    """Their predictions, as they were published."""

    def batch(self, count: int = 1) -> list[dict]:
        """The first rows as JSON says them."""
        rows = self.rows.head(count).assign(day=lambda frame: frame["day"].dt.strftime("%Y-%m-%dT%H:%M:%S"))
        return json.loads(rows.to_json(orient="records"))

    def ask(self, body: object, path: str = "/predict") -> tuple[int, dict]:
        """The status and the answer; `body` of None is a GET."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture(scope="module")
def image(harbour: Made, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The example's image."""
    folder = tmp_path_factory.mktemp("image")
    return build(context(folder / "context", harbour.release()), folder / "root")


@pytest.fixture(scope="module")
def served(harbour: Made, image: Image) -> Iterator[Served]:
    """The example's server, started by the command of its image at another port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = dict(zip(image.command, image.command[1:], strict=False))
    assert (given["--port"], given["--host"]) == (image.ports[0], "0.0.0.0")  # noqa: S104  # as a container must
    swapped = {given["--port"]: str(port), given["--host"]: "127.0.0.1"}
    command = [swapped.get(word, word) for word in image.command]
    command[0] = shutil.which(command[0], path=image.environ["PATH"])
    process = subprocess.Popen(command, cwd=image.here, env=image.environ, start_new_session=True)
    reference = pd.read_parquet(harbour.release() / "reference.parquet")
    try:
        found = Served(image, f"http://127.0.0.1:{port}", reference.drop(columns="prediction"), [*reference.prediction])
        _wait(found, process)
        yield found
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(served: Served, process: subprocess.Popen) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert process.poll() is None
        with contextlib.suppress(OSError):
            assert served.ask(None, "/health")[0] == 200
            return
        time.sleep(0.2)
    pytest.fail("the service did not start")


class TestImage:
    """The Dockerfile."""

    def test_starts_from_a_pinned_image_of_the_releases_python(self, image, harbour):
        """A tag with the minor version that the release was made with, never the newest one."""
        assert re.fullmatch(r"python:\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?", image.base)
        assert image.base.removeprefix("python:").startswith(".".join(harbour.metadata().python.split(".")[:2]))

    def test_runs_as_nobody(self, image):
        """A number, so that Kubernetes can see that it is not root."""
        assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", image.user)

    def test_compares_hashes_before_it_installs_anything(self, image):
        """The first command is the check, and no package comes without a hash but the wheel that it covers."""
        assert "SHA256SUMS | sha256sum --check --strict" in image.ran[0]
        installs = [text for text in image.ran if "pip install" in text]
        assert [text for text in installs if "--require-hashes" not in text] == ["pip install --no-deps release/*.whl"]

    def test_needs_nothing_but_the_release(self):
        """It copies the release and the two files beside it, and reaches for no address."""
        text = (SERVICE / "Dockerfile").read_text()
        copied = [word for name, rest in instructions(text) if name == "COPY" for word in rest.split()[:-1]]

        assert copied == ["release/", "requirements.txt", "app.py"]
        assert not re.search(r"\b(curl|wget|git|ADD)\b", re.sub(r"(?m)^#.*", "", text))

    def test_adds_only_what_a_release_lacks(self, harbour):
        """No package of the example has a version of its own beside one of the release."""
        pinned = r"(?m)^([a-z0-9._-]+)=="
        ours = set(re.findall(pinned, (SERVICE / "requirements.txt").read_text()))

        assert "fastapi" in ours
        assert ours & set(re.findall(pinned, (harbour.release() / "model.txt").read_text())) == set()

    @pytest.mark.parametrize("file", ["model.skops", "model.txt"])
    def test_is_not_built_of_a_damaged_release(self, release, tmp_path, file):
        """The build ends at the check."""
        (release / file).write_bytes((release / file).read_bytes() + b"\n")

        with pytest.raises(BuildError, match="sha256sum"):
            build(context(tmp_path / "context", release), tmp_path / "root")

    def test_is_not_started_with_another_file(self, image, release):
        """A file that the list of hashes does not name is no part of the release."""
        (release / "more.txt").write_text("more")
        done = _opened(image, release)

        assert "more.txt is not listed in SHA256SUMS" in done.stderr

    def test_is_not_started_with_another_python(self, image, release):
        """The lock is of one Python; the message says which."""
        record = json.loads((release / "release.json").read_text())
        (release / "release.json").write_text(json.dumps(record | {"python": "3.9.1"}))
        (release / "SHA256SUMS").unlink()
        write_sums(release)

        assert "it needs Python 3.9.1" in _opened(image, release).stderr


def _opened(image: Image, release: Path) -> subprocess.CompletedProcess:
    python = shutil.which("python", path=image.environ["PATH"])
    env = image.environ | {"RELEASE": str(release)}
    done = subprocess.run([python, "-c", "import app"], cwd=image.here, env=env, capture_output=True, text=True)  # noqa: PLW1510
    assert done.returncode != 0
    return done


class TestHealth:
    """`GET /health`."""

    def test_says_which_version_answers(self, served, harbour):
        """Version and hash of the model."""
        assert served.ask(None, "/health") == (
            200,
            {"status": "ok", "version": "v1.0.0", "model": harbour.metadata().model},
        )

    def test_is_what_the_image_is_checked_by(self, served):
        """The command of HEALTHCHECK passes while the service runs, and fails where nobody answers."""
        port = served.url.rpartition(":")[2]
        codes = []
        for at in (port, "1"):
            command = [word.replace(f":{served.image.ports[0]}/", f":{at}/") for word in served.image.health]
            command[0] = shutil.which(command[0], path=served.image.environ["PATH"])
            codes.append(subprocess.run(command, env=served.image.environ, capture_output=True, check=False).returncode)

        assert codes[0] == 0
        assert codes[1] != 0

    def test_comes_with_a_description_of_the_columns(self, served, harbour):
        """OpenAPI names each column that the model takes, and not the target."""
        _, page = served.ask(None, "/openapi.json")

        assert set(page["components"]["schemas"]["Row"]["required"]) == set(harbour.metadata().columns)
        assert page["info"]["version"] == "v1.0.0"


class TestPredict:
    """`POST /predict`."""

    def test_answers_what_was_published(self, served):
        """A batch of rows, in order, to the last digit; and the version beside it."""
        status, answer = served.ask({"rows": served.batch(20)})

        assert (status, answer["version"]) == (200, "v1.0.0")
        assert [row["prediction"] for row in answer["predictions"]] == pytest.approx(served.stored, rel=1e-12)

    @pytest.mark.parametrize(
        ("change", "where", "said"),
        [
            ({"wind": "strong"}, "wind", "valid number"),
            ({"wind": None}, "wind", "valid number"),
            ({"wind": True}, "wind", "valid number"),
            ({"call": 1.5}, "call", "valid integer"),
            ({"call": 2**63}, "call", "less than"),
            ({"day": "yesterday"}, "day", "valid datetime"),
            ({"day": "2025-03-01T00:00:00+02:00"}, "day", "timezone"),
            ({"late": True}, "late", "not permitted"),
        ],
        ids=["text", "null", "bool", "fraction", "too large", "no time", "time zone", "target"],
    )
    def test_of_a_wrong_value_says_where(self, served, change, where, said):
        """422 names the row, the column and what is wrong."""
        row, wrong = served.batch(2)
        status, answer = served.ask({"rows": [row, wrong | change]})
        found = [one for one in answer["detail"] if where in one["loc"]]

        assert status == 422
        assert found[0]["loc"][:3] == ["body", "rows", 1]
        assert said in found[0]["msg"]

    def test_of_a_missing_column_says_which(self, served):
        """A column that is left out is not taken for a missing value."""
        row = served.batch()[0]
        del row["tonnage"]
        status, answer = served.ask({"rows": [row]})

        assert (status, answer["detail"][0]["loc"][-1], answer["detail"][0]["type"]) == (422, "tonnage", "missing")

    @pytest.mark.parametrize(("change", "said"), [({"wind": 61.0}, "0 to 60"), ({"pier": "east"}, "north")])
    def test_of_a_value_that_the_schema_refuses_says_which(self, served, change, said):
        """The task's schema holds for requests as it does for training."""
        row, wrong = served.batch(2)
        status, answer = served.ask({"rows": [row, wrong | change]})

        assert status == 422
        assert any("row 2" in one["msg"] and said in one["msg"] for one in answer["detail"])

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b'{"rows": []}', b'{"rows": [{"wind": NaN}]}', b'{"rows": {}, "more": 1}', b"\xff\xfe"],
        ids=["empty", "half", "list", "no rows", "nan", "other", "no text"],
    )
    def test_of_no_batch_is_refused(self, served, body):
        """What is no batch is 4xx, and the service goes on."""
        status, _ = served.ask(body)

        assert status in (400, 422)
        assert served.ask({"rows": served.batch()})[0] == 200

    def test_of_too_many_rows_is_refused(self, served):
        """A request has a limit, which the answer names."""
        status, answer = served.ask({"rows": served.batch() * 10_001})

        assert status == 422
        assert "10000" in answer["detail"][0]["msg"]
