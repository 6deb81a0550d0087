"""A released model behind HTTP: `uvicorn app:app`. docs/model.md says how to run it.

The columns of the request are those of the release's schema without the target, so that nothing here names one.
"""

import os
from pathlib import Path
from typing import Annotated, Any

import ringside
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime, StrictBool, StrictStr, create_model
from ringside.errors import DataError

MOST_ROWS = 10_000
"""Of a request."""
MOST_ERRORS = 100
"""Of an answer."""

model = ringside.Release(Path(os.environ.get("RELEASE", "release")))


def json_type(dtype: str) -> Any:  # a type
    """What stands in JSON for a column of this type; a time is a text as in 2013-06-30T12:00:00."""
    name = dtype.removesuffix("?").lower()
    kinds = {"bool": StrictBool, "str": StrictStr, "object": StrictStr, "category": StrictStr}
    numbers = {
        "int": Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)],
        "uint": Annotated[int, Field(strict=True, ge=0, lt=2**64)],
        "float": Annotated[float, Field(strict=True, allow_inf_nan=False)],
    }
    times = {"datetime64": AwareDatetime if "," in name else NaiveDatetime}
    found = next((kind for start, kind in (kinds | numbers | times).items() if name.startswith(start)), Any)
    return found | None if dtype.endswith("?") else found


FIELDS = {
    # Any name may be a column's, and not any name a field's.
    f"column_{number}": (json_type(dtype), Field(alias=name))
    for number, (name, dtype) in enumerate(model.metadata.columns.items())
}
Row = create_model("Row", __config__=ConfigDict(extra="forbid"), **FIELDS)


class Batch(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")
    rows: Annotated[list[Row], Field(min_length=1, max_length=MOST_ROWS)]


app = FastAPI(title=f"{model.metadata.task} {model.version}", version=model.version)


@app.exception_handler(RequestValidationError)
def refused(_: Request, error: RequestValidationError) -> JSONResponse:
    """What is wrong and where, without the value: it may be no JSON (NaN), and logs of callers keep answers."""
    found = [{key: one[key] for key in ("loc", "msg", "type")} for one in error.errors()[:MOST_ERRORS]]
    return JSONResponse({"detail": found}, 422)


@app.get("/health")
def health() -> dict[str, str]:
    """Which version answers; it was loaded, or nothing would."""
    return {"status": "ok", "version": model.version, "model": model.metadata.model}


@app.post("/predict")
def predict(batch: Batch) -> dict[str, Any]:
    """A prediction for each row, in order; 422 where a row is not what the model takes."""
    try:
        found = model.predict(model.rows(row.model_dump(by_alias=True) for row in batch.rows))
    except DataError as error:
        detail = [{"loc": ["body", "rows"], "msg": line.strip(), "type": "schema"} for line in error.found.splitlines()]
        raise HTTPException(422, detail) from error
    return {"version": model.version, "predictions": found.to_dict("records")}
