"""`ringside.load`: a released version for programs."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import ringside
from harness import Checkout
from made import Made
from ringside.errors import RegistryError, StoreError, UsageError

pytestmark = pytest.mark.slow


def features(made: Made) -> pd.DataFrame:
    """The reference rows of v1.0.0, without their predictions."""
    return pd.read_parquet(made.release() / "reference.parquet").drop(columns="prediction")


def stored(made: Made) -> list[float]:
    """The predictions of these rows, as they were published."""
    return pd.read_parquet(made.release() / "reference.parquet")["prediction"].tolist()


class TestImport:
    """`import ringside`."""

    def test_costs_nothing(self):
        """No library and no other module of ours comes with it until something is asked for."""
        script = "import sys, ringside; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        loaded = set(done.stdout.split())

        assert {name for name in loaded if name.startswith("ringside.")} == set()
        assert loaded & {"pandas", "numpy", "sklearn", "pydantic", "yaml"} == set()

    def test_has_nothing_else(self):
        """A name that it does not have is an error of the usual kind."""
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            _ = ringside.nothing


class TestLoad:
    """A version, by what people call it."""

    @pytest.mark.parametrize("name", ["champion", "latest", "v1.0.0"])
    def test_by_name_predicts_as_it_was_published(self, mine: Made, name):
        """The one in production, or the one with this number."""
        model = ringside.load(name, root=mine.checkout.root)

        assert model.version == "v1.0.0"
        assert model.predict(features(mine))["prediction"].tolist() == stored(mine)

    @pytest.mark.parametrize("kind", [str, Path])
    def test_by_folder_predicts_as_it_was_published(self, diabetes: Made, mine: Made, release: Path, kind):
        """What was fetched before needs no registry."""
        mine.checkout.ok("git", "remote", "set-url", "origin", "/nowhere")
        model = ringside.load(kind(release), root=mine.checkout.root)

        assert model.predict(features(diabetes))["prediction"].tolist() == stored(diabetes)

    def test_has_the_facts(self, mine: Made):
        """What `release.json` says."""
        assert ringside.load("latest", root=mine.checkout.root).metadata == mine.metadata()

    def test_has_the_estimator(self, mine: Made):
        """The fitted one of scikit-learn, loaded once."""
        model = ringside.load("latest", root=mine.checkout.root)

        assert model.estimator.predict(features(mine)).tolist() == stored(mine)
        assert model.estimator is model.estimator

    def test_refuses_a_folder_that_was_changed(self, mine: Made, release: Path):
        """Hashes are compared before anything is loaded."""
        (release / "model.skops").write_bytes(b"other")

        with pytest.raises(RegistryError, match=r"model\.skops does not match its hash in SHA256SUMS"):
            ringside.load(release, root=mine.checkout.root)

    def test_refuses_what_is_no_version(self, mine: Made):
        """A text that is neither a version nor a folder is wrong usage."""
        with pytest.raises(UsageError, match="is not a version"):
            ringside.load("newest", root=mine.checkout.root)

    def test_says_that_nothing_is_in_production(self, tmp_path: Path):
        """A registry without a version says what to do."""
        checkout = Checkout.of_project(tmp_path / "checkout")

        with pytest.raises(RegistryError, match="no version in production") as caught:
            ringside.load("champion", root=checkout.root)
        assert caught.value.state == "no_champion"

    def test_says_that_the_registry_cannot_be_reached(self, mine: Made):
        """A remote that is gone is not taken for one without versions."""
        mine.checkout.ok("git", "remote", "set-url", "origin", "/nowhere")

        with pytest.raises(RegistryError, match="nowhere") as caught:
            ringside.load("champion", root=mine.checkout.root)
        assert caught.value.state == "unreachable"

    def test_needs_a_checkout(self, tmp_path: Path):
        """Outside of a repository it says where to go."""
        with pytest.raises(StoreError, match="not inside a Ringside repository"):
            ringside.load("champion", root=tmp_path)
