"""docs/report.schema.json."""

import json
import subprocess
import sys

from examples import passed
from harness import PACKAGE, PROJECT
from ringside.report.read import dump_report


class TestSchema:
    """The format, written out."""

    def test_is_that_of_the_model(self):
        """The file is what packages/ringside/docs/schema.py prints; `make reference` mends it."""
        printed = subprocess.run([sys.executable, PACKAGE / "docs" / "schema.py"], capture_output=True, check=True)

        assert (PROJECT / "docs" / "report.schema.json").read_bytes() == printed.stdout

    def test_names_every_field_of_a_report(self):
        """What a report has at its top is what the schema lists, and nothing more is allowed."""
        schema = json.loads((PROJECT / "docs" / "report.schema.json").read_bytes())

        assert set(schema["properties"]) == set(json.loads(dump_report(passed())))
        assert schema["additionalProperties"] is False
