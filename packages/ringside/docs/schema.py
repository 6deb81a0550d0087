"""Prints the format of reports/report.json: `python docs/schema.py > docs/report.schema.json`."""

import json

from ringside.report.model import MAX_BYTES, Report

TITLE = "A report of ringside, format 1"


def schema() -> str:
    """The JSON schema, keys in order."""
    found = Report.model_json_schema()
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = TITLE
    found["description"] = f"{found['description']} A file has at most {MAX_BYTES:,} bytes, and no key twice."
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False)


def main() -> None:
    """Print it."""
    print(schema())


if __name__ == "__main__":
    main()
