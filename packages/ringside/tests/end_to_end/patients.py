"""The toy task diabetes with its patients in a file: its source imports pandas alone, and can be spoilt by a line."""

from sklearn.datasets import load_diabetes

from harness import Checkout

SOURCE = '''"""Three partitions of patients, from the file beside this module."""

from pathlib import Path

import pandas as pd


def partitions() -> list[str]:
    """The blocks of patients."""
    return ["block-1", "block-2", "block-3"]


def read(partition: str) -> pd.DataFrame:
    """Every third patient."""
    frame = pd.read_csv(Path(__file__).with_name("patients.csv"))
    frame = frame[frame["patient"] % 3 == int(partition[-1]) - 1]
    return frame
'''

ANSWER = "    return frame\n"
"""The line of `SOURCE` that a test replaces to let the source answer something else."""

PARTITION = "data/raw/block-2.parquet"
"""A partition in the middle, neither the first nor the last that is read."""

RESULTS = ("models/model.skops", "reports/metrics.json", "dvc.lock", "data/manifest.json", "data/raw.dvc")
"""What a run makes, and what must not depend on anything but its inputs."""


def use_patients(checkout: Checkout) -> None:
    """Replace the sample by the patients, in a commit."""
    checkout.use_task("diabetes")
    data = load_diabetes(as_frame=True, scaled=False)
    frame = data.data.assign(progression=data.target, patient=range(len(data.data)))
    frame["sex"] = frame["sex"].map({1.0: "one", 2.0: "two"})
    folder = checkout.root / "src" / "diabetes"
    frame.to_csv(folder / "patients.csv", index=False)
    (folder / "source.py").write_text(SOURCE, encoding="utf-8")
    checkout.commit("patients in a file")


def results(checkout: Checkout) -> dict[str, bytes]:
    """The files that a run made."""
    return {file: checkout.bytes(file) for file in RESULTS}


def files(checkout: Checkout, *names: str) -> dict[str, bytes]:
    """Each file of `names` and below the folders of `names`, by its path from the root; none for what is not there."""
    places = [checkout.root / name for name in names]
    found = [path for place in places for path in (place, *sorted(place.rglob("*"))) if path.is_file()]
    return {path.relative_to(checkout.root).as_posix(): path.read_bytes() for path in found}


SOURCE_FILE = "src/diabetes/source.py"
MODEL = "models/model.skops"


def kept(checkout: Checkout) -> dict[str, bytes]:
    """What an error must leave as it was: the data, and what was made of them."""
    return files(checkout, "data/raw", "data/raw.dvc", "data/manifest.json", "dvc.lock", "models", "reports")


def let_source_answer(checkout: Checkout, *lines: str) -> None:
    """Replace the last line of the source's `read`."""
    checkout.edit(SOURCE_FILE, ANSWER, "".join(f"    {line}\n" for line in lines))
