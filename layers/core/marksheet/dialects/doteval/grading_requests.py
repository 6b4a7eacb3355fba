"""What requests about grading ask for: rows to be graded now, or by a job."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from marksheet.dialects.fields import Dollars, ModelId
from marksheet.dialects.reading import IDENTIFIER, StrictModel, read_object, validate
from marksheet.errors import InvalidRequest, Problem
from marksheet.grading import read_dataset
from marksheet.grading.numerals import read_numerals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Submission

LARGEST_PAGE = 100
USUAL_PAGE = 20
LARGEST_OFFSET = 1_000_000

SpecReference = Annotated[str, Field(pattern=f"^{IDENTIFIER}(@[1-9][0-9]{{0,8}})?$")]
"""An id, or `id@version`."""


class _Grading(StrictModel):
    """What both ways to grade say."""

    eval_spec_reference: SpecReference = Field(alias="eval_spec_id")
    eval_spec_version: int | None = Field(default=None, ge=1, le=999_999_999)
    """The same as `@` and a number after the id; the latest without either."""
    model: ModelId | None = None
    """A registered model that judges, in place of those the graders name."""

    @property
    def eval_spec_id(self) -> str:
        """The id without its version."""
        return self.eval_spec_reference.partition("@")[0]

    @property
    def version(self) -> int | None:
        """The version the request pins, or None for the latest."""
        named = self.eval_spec_reference.partition("@")[2]
        return int(named) if named else self.eval_spec_version


class GradeRequest(_Grading):
    """`POST /v1/eval`: grade these rows, and wait for it."""

    dataset: list[dict[str, Any]]
    """Rows of `input` and `output`; see docs/grading.md."""


class JobOptions(_Grading):
    """What both ways to begin a grading job say."""

    name: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")
    """A name of your own."""
    max_cost_usd: Dollars | None = None
    """What the judges may cost together; rows that are not graded then can be taken up by a resume."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is asked for, rows included."""
        canonical = orjson.dumps(self.model_dump(), option=orjson.OPT_SORT_KEYS, default=str)
        return hashlib.sha256(canonical).hexdigest()


class JobRequest(JobOptions):
    """`POST /v1/eval/jobs` with its rows."""

    dataset: list[dict[str, Any]]
    """Rows of `input` and `output`; see docs/grading.md."""


class JobToCome(JobOptions):
    """`POST /v1/eval/jobs` for a file of rows."""

    upload: Literal[True]
    """Answer with a presigned form for a JSON Lines file; the job starts when it has arrived."""


class ResumeJobRequest(StrictModel):
    """`POST /v1/eval/jobs/{id}/resume`: its body may be empty."""

    max_cost_usd: Dollars | None = None
    """The new budget, for all attempts together."""


class JobListRequest(BaseModel):
    """The query of `GET /v1/eval/jobs`. Values arrive as text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=USUAL_PAGE, ge=1, le=LARGEST_PAGE)
    offset: int = Field(default=0, ge=0, le=LARGEST_OFFSET)


def decode_grade(body: bytes) -> tuple[GradeRequest, list[Submission]]:
    """The body of `POST /v1/eval`, and its rows. Raises InvalidRequest."""
    request = validate(GradeRequest, _with_rows(read_object(body)), "body")
    return request, _rows(request.dataset, body)


def decode_job(body: bytes) -> tuple[JobRequest, list[Submission]] | tuple[JobToCome, None]:
    """The body of a job's create, and its rows unless they come as a file. Raises InvalidRequest."""
    values = read_object(body)
    if values.get("upload") is not None and values.get("dataset") is None:
        return validate(JobToCome, {k: v for k, v in values.items() if k != "dataset"}, "body"), None
    request = validate(JobRequest, _with_rows(values), "body")
    return request, _rows(request.dataset, body)


def decode_job_resume(body: bytes) -> ResumeJobRequest:
    """The body of a resume, which may be empty. Raises InvalidRequest."""
    return validate(ResumeJobRequest, read_object(body) if body.strip() else {}, "body")


def decode_job_list(query: Mapping[str, str]) -> JobListRequest:
    """The query of a list of jobs. Raises InvalidRequest."""
    return validate(JobListRequest, query, "query")


def _rows(dataset: list[dict[str, Any]], body: bytes) -> list[Submission]:
    """The rows, their numbers as the request wrote them."""
    return read_dataset(dataset, lambda: read_numerals(body)["dataset"])


def _with_rows(values: dict[str, Any]) -> dict[str, Any]:
    """A missing or empty dataset is told before anything else: it is what the API's page promises of 400."""
    if not values.get("dataset") and isinstance(values.get("dataset"), list | None):
        message = "is required: a list of at least one row with input and output"
        raise InvalidRequest(Problem(("body", "dataset"), message, "missing"))
    return values
