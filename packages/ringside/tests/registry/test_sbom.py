"""The software bill of materials."""

import copy
import json

import pytest

from harness import PROJECT
from made import Made
from ringside.registry.sbom import bill, read_lock
from ringside.registry.wheel import Wheel
from shelf import SHA, metadata

LOCK = (PROJECT / "requirements" / "model.txt").read_text(encoding="utf-8")
WHEELS = (Wheel("toy-1.0-py3-none-any.whl", b"wheel"), Wheel("ringside_ml-1.0-py3-none-any.whl", b"package"))


def problem(content: dict[str, object]) -> object:
    """What CycloneDX's own schema, in its strict form, finds wrong; None where it finds nothing."""
    # Its import takes three seconds, which each worker would spend before the first test.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(content))


@pytest.fixture(scope="module")
def whole() -> dict[str, object]:
    """The bill of the project's own lock."""
    return bill(LOCK, metadata(version="v1.2.0"), WHEELS)


class TestBill:
    """`sbom.json`."""

    @pytest.mark.slow
    def test_is_valid(self, whole):
        """It is CycloneDX 1.6."""
        assert problem(whole) is None

    @pytest.mark.slow
    def test_would_be_found_invalid(self, whole):
        """The validator is able to refuse: a component without a name."""
        broken = copy.deepcopy(whole)
        del broken["components"][0]["name"]

        assert problem(broken) is not None

    @pytest.mark.slow
    def test_of_a_release_is_valid(self, diabetes: Made):
        """The published file is so too."""
        assert problem(json.loads((diabetes.release() / "sbom.json").read_text(encoding="utf-8"))) is None

    def test_is_a_function_of_what_it_says(self, whole):
        """The same lock, wheel and version give the same bill, serial number included."""
        assert bill(LOCK, metadata(version="v1.2.0"), WHEELS) == whole

    @pytest.mark.parametrize(
        "other",
        [
            bill(LOCK, metadata(version="v1.2.1"), WHEELS),
            bill(LOCK.replace("==", "==1!"), metadata(version="v1.2.0"), WHEELS),
            bill(LOCK, metadata(version="v1.2.0"), (WHEELS[0], Wheel(WHEELS[1].name, b"other"))),
        ],
        ids=["version", "lock", "wheel"],
    )
    def test_of_something_else_has_another_serial_number(self, whole, other):
        """Serial numbers are made from the content."""
        assert other["serialNumber"] != whole["serialNumber"]

    def test_has_each_pin_of_the_lock(self, whole):
        """All packages are components, by name and version."""
        pinned = {line.split()[0] for line in LOCK.splitlines() if "==" in line and not line.startswith(("#", " "))}

        assert {f"{c['name']}=={c['version']}" for c in whole["components"]} == pinned

    def test_has_each_hash_of_the_lock(self, whole):
        """All hashes that an installation may meet are there."""
        found = sum(len(component["hashes"]) for component in whole["components"])

        assert found == LOCK.count("--hash=sha256:")

    def test_names_packages_by_their_url(self, whole):
        """A scanner finds each by its package URL."""
        assert "pkg:pypi/scikit-learn@" in json.dumps(whole["components"])

    def test_is_about_the_version(self, whole):
        """The component that it describes is the task's version, with the model's hash."""
        component = whole["metadata"]["component"]

        assert (component["name"], component["version"]) == ("toy", "v1.2.0")
        assert component["components"][0]["hashes"] == [{"alg": "SHA-256", "content": SHA}]


class TestLock:
    """Reading `model.txt`."""

    def test_keeps_the_marker(self):
        """A package that is installed on some systems only says where."""
        (pin,) = read_lock(f"a-b==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{SHA}\n    # via c\n")

        assert (pin.name, pin.version, pin.marker, pin.hashes) == ("a-b", "1.0", "sys_platform == 'win32'", (SHA,))

    def test_writes_names_in_their_normal_form(self):
        """Package URLs of the Python index have lower case and hyphens."""
        (pin,) = read_lock("Ruamel_Yaml.clib==0.2")

        assert pin.purl == "pkg:pypi/ruamel-yaml-clib@0.2"

    def test_that_is_empty_has_no_packages(self):
        """Comments are none."""
        assert read_lock("# nothing\n") == []
