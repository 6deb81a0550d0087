"""The DVC remote of a repository's variables: what main's job sends there, a pull request's job finds."""

import importlib.util
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from harness import Checkout
from ringside.errors import StoreError, UsageError
from ringside.github import dvc_remote as remotes
from ringside.store.workspace import Workspace

AZURE = {"RINGSIDE_REMOTE": "azure://box/data", "RINGSIDE_AZURE_ACCOUNT": "acme123"}
READ = "data = load_diabetes(as_frame=True, scaled=False)\n    frame = data.data.assign"


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout.of_project(tmp_path_factory.mktemp("made") / "checkout")
    made.use_task("diabetes")
    made.ok("ringside", "ingest")
    made.ok("dvc", "repro", "--quiet")
    made.commit("run")
    return made


@pytest.fixture
def main(_made: Checkout, tmp_path: Path) -> Checkout:
    """A checkout of the main branch, its pipeline run."""
    return _made.copy(tmp_path / "main")


def workspace(root: Path) -> Workspace:
    """The least that DVC takes for a repository."""
    (root / ".dvc").mkdir(parents=True)
    (root / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    return Workspace(root)


def pull_request(main: Checkout, root: Path) -> Checkout:
    """A clone without a cache, where the source cannot be read and no committed lock helps."""
    there = main.clone(root)
    there.edit("src/diabetes/source.py", READ, f"raise ConnectionError('no network')\n    {READ}")
    (there.root / "dvc.lock").unlink()
    return there


class TestNamed:
    """What the variable may hold."""

    @pytest.mark.parametrize(
        ("url", "kind"),
        [
            ("s3://acme-data", "s3"),
            ("s3://acme-data/ringside/dvc/", "s3"),
            ("gs://acme_data/dvc", "gs"),
            ("ssh://dvc@data.example.org:2222/srv/dvc", "ssh"),
            ("/mnt/data/dvc", "folder"),
        ],
    )
    def test_is_known_by_its_scheme(self, url, kind):
        """Each kind of address is taken as it is."""
        assert remotes.named({"RINGSIDE_REMOTE": url}) == remotes.Remote(url, kind)

    def test_of_azure_has_its_account(self):
        """An address of Azure Blob Storage names a container, so the account comes by its own variable."""
        assert remotes.named(AZURE) == remotes.Remote("azure://box/data", "azure", "acme123")

    @pytest.mark.parametrize("account", ["", "Acme", "a\nkey = x", "x" * 25])
    def test_of_azure_needs_it(self, account):
        """Without a proper account nothing is written."""
        with pytest.raises(UsageError, match="RINGSIDE_AZURE_ACCOUNT"):
            remotes.named(AZURE | {"RINGSIDE_AZURE_ACCOUNT": account})

    @pytest.mark.parametrize("environ", [{}, {"RINGSIDE_REMOTE": ""}])
    def test_is_optional(self, environ):
        """An unset variable arrives in a workflow as an empty text, and means no remote."""
        assert remotes.named(environ) is None

    @pytest.mark.parametrize(
        "url",
        [
            "s3://",
            "s3://acme/../other",
            "s3://acme data",
            "s3://acme\n[core]",
            "s3://acme/x\n    profile = evil",
            "s3://acme/${HOME}",
            "s3://acme/$(id)",
            "s3://acme?versionid=1",
            "s3://key:secret@acme/x",
            "ssh://user:password@host/x",
            "ssh://-oProxyCommand=id/x/ y",
            "https://example.org/dvc",
            "file:///srv/dvc",
            "remote://other/x",
            "data",
            "/srv/../etc",
            "s3://" + "a" * 600,
        ],
    )
    def test_refuses_everything_else(self, url):
        """What is no plain address is wrong usage and reaches no file."""
        with pytest.raises(UsageError, match="no address of a DVC remote") as caught:
            remotes.named({"RINGSIDE_REMOTE": url})
        assert caught.value.exit_code == 2


class TestConfigure:
    """DVC's configuration of one checkout."""

    def test_is_what_dvc_reads(self, main):
        """DVC has the remote as its default, verifies what it fetches, and Git sees no change."""
        assert remotes.configure(Workspace(main.root), remotes.Remote("azure://box/data", "azure", "acme123"))

        listed = main.ok("dvc", "config", "--list", "--local")
        assert "remote.ringside.url=azure://box/data" in listed
        assert "remote.ringside.account_name=acme123" in listed
        assert "remote.ringside.verify=true" in listed
        assert "core.remote=ringside" in listed
        assert main.status() == ""

    def test_leaves_a_persons_own_alone(self, tmp_path):
        """A configuration that somebody made is neither overwritten nor taken away."""
        place = remotes.config_file(here := workspace(tmp_path / "w"))
        place.write_text("[core]\n    remote = mine\n", encoding="utf-8")

        assert not remotes.configure(here, remotes.Remote("/srv", "folder"))
        remotes.forget(here)
        assert place.read_text(encoding="utf-8") == "[core]\n    remote = mine\n"

    def test_is_taken_back_whole(self, tmp_path):
        """What was written for a remote that does not answer misleads no later step."""
        here = workspace(tmp_path / "w")
        remotes.configure(here, remotes.Remote("/srv", "folder"))
        assert remotes.is_ours(here)

        remotes.forget(here)
        assert not remotes.config_file(here).exists()


class TestInstall:
    """What a kind of remote needs."""

    def test_is_nothing_for_a_folder(self, tmp_path):
        """DVC itself reads folders."""
        assert remotes.install(workspace(tmp_path / "w"), remotes.Remote("/srv", "folder")) is None

    def test_comes_from_the_lock_alone(self, tmp_path, monkeypatch):
        """Without its lock nothing is installed: a package never comes without a hash."""
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

        with pytest.raises(StoreError, match=r"remote-s3\.txt"):
            remotes.install(workspace(tmp_path / "w"), remotes.Remote("s3://acme", "s3"))


class TestJobs:
    """`ringside ci remote` in the jobs of one repository."""

    def test_send_on_main_what_a_pull_request_finds(self, main, tmp_path):
        """Data that cannot be read from the source come from the remote, and no model is trained again.

        Evaluate runs: DVC sends no output that Git tracks, as reports/metrics.json is.
        """
        env = {"RINGSIDE_REMOTE": str(tmp_path / "remote")}
        main.ok("ringside", "ci", "remote", "--push", env=env)
        there = pull_request(main, tmp_path / "pull")

        assert "DVC uses" in there.ok("ringside", "ci", "remote", env=env)
        assert "3 partitions" in there.ok("ringside", "ingest", "--frozen")
        assert "Running stage 'train'" not in (said := there.ok("dvc", "repro", "--pull"))
        assert said.count("is cached - skipping run") == 3
        assert there.bytes("models/model.skops") == main.bytes("models/model.skops")

    def test_without_it_cannot_read_the_data(self, main, tmp_path):
        """The test above can fail: the clone by itself has no data."""
        there = pull_request(main, tmp_path / "pull")

        assert "the variable RINGSIDE_REMOTE is not set" in there.ok("ringside", "ci", "remote")
        assert "Not judged: the data cannot be read here." in there.ok("ringside", "ci", "train")
        assert there.json("reports/status.json")["state"] == "not_judged"

    def test_say_that_an_empty_remote_lacks_the_data(self, main, tmp_path):
        """A remote that nothing was sent to yet is no failure: the source has the data."""
        clone = main.clone(tmp_path / "clone")

        said = clone.ok("ringside", "ci", "remote", env={"RINGSIDE_REMOTE": str(tmp_path / "empty")})
        assert "files of data/raw.dvc are missing there" in said
        assert "3 partitions" in clone.ok("ringside", "ingest", "--frozen")

    def test_see_an_exchanged_file(self, main, tmp_path):
        """Whoever exchanges a file in the remote is found out by its hash."""
        env = {"RINGSIDE_REMOTE": str(tmp_path / "remote")}
        main.ok("ringside", "ci", "remote", "--push", env=env)
        for file in (tmp_path / "remote" / "files").rglob("*"):
            if file.is_file() and not file.name.endswith(".dir"):
                file.chmod(0o600)
                file.write_bytes(b"something else")
        there = pull_request(main, tmp_path / "pull")

        there.ok("ringside", "ci", "remote", env=env)
        assert "Not judged: the data cannot be read here." in there.ok("ringside", "ci", "train", env=env)

    def test_refuse_an_address_that_is_none(self, main):
        """A typing error in the variable is wrong usage, in one message."""
        done = main.run("ringside", "ci", "remote", env={"RINGSIDE_REMOTE": "s3:/acme"})

        assert done.returncode == 2
        assert "variable RINGSIDE_REMOTE: it is no address of a DVC remote" in done.stderr
        assert not remotes.config_file(Workspace(main.root)).exists()


SERVER = shutil.which("moto_server")
HAS_S3 = importlib.util.find_spec("dvc_s3") is not None
NEEDS_S3 = "needs moto_server on PATH and `pip install --no-deps -r requirements/remote-s3.txt`"


@pytest.mark.long
@pytest.mark.skipif(SERVER is None or not HAS_S3, reason=NEEDS_S3)
class TestS3:
    """The same with the protocol of S3, spoken to a server on this machine."""

    @pytest.fixture
    def s3(self):
        """The variables by which a bucket called acme-data is reached."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [SERVER, "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        env = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "main",
            "AWS_SECRET_ACCESS_KEY": "main",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_MAX_ATTEMPTS": "1",
            "NO_PROXY": "127.0.0.1",
            "RINGSIDE_REMOTE": "s3://acme-data/dvc",
        }
        try:
            _make_bucket(env)
            yield env
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(10)

    def test_serves_a_pull_request(self, main, tmp_path, s3):
        """Main's job sends, a pull request's job finds."""
        main.ok("ringside", "ci", "remote", "--push", env=s3)
        there = pull_request(main, tmp_path / "pull")

        there.ok("ringside", "ci", "remote", env=s3)
        said = there.ok("ringside", "ci", "train", env=s3)
        assert said.count("is cached - skipping run") == 3
        assert there.json("reports/status.json")["state"] == "judged"

    def test_without_rights_goes_on_without_it(self, main, tmp_path, s3):
        """Without credentials the remote is left out with a warning, and the data cannot be read."""
        main.ok("ringside", "ci", "remote", "--push", env=s3)
        there = pull_request(main, tmp_path / "pull")
        nobody = {key: value for key, value in s3.items() if "KEY" not in key} | {
            "AWS_ACCESS_KEY_ID": "",
            "AWS_SECRET_ACCESS_KEY": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(tmp_path),
        }

        said = there.ok("ringside", "ci", "remote", env=nobody)
        assert "warning: s3://acme-data/dvc cannot be read (" in said
        assert not remotes.config_file(Workspace(there.root)).exists()
        assert "Not judged: the data cannot be read here." in there.ok("ringside", "ci", "train", env=nobody)


def _make_bucket(env: dict[str, str]) -> None:
    import botocore.exceptions
    import botocore.session

    client = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id="main",
        aws_secret_access_key="main",  # noqa: S106  # of a server on this machine
    )
    for _ in range(100):
        try:
            client.create_bucket(Bucket="acme-data")
        except botocore.exceptions.EndpointConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not start")
