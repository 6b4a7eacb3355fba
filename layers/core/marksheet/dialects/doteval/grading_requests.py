"""What requests about grading ask for: rows to be graded now, or by a job."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field

from marksheet.dialects.fields import ONE_LINE, Dollars, ModelId, VersionedId
from marksheet.dialects.reading import StrictModel, read_object, validate
from marksheet.errors import InvalidRequest, Problem
from marksheet.grading import read_dataset
from marksheet.grading.numerals import read_numerals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Submission

LARGEST_PAGE = 100
USUAL_PAGE = 20
LARGEST_OFFSET = 1_000_000


class _Grading(StrictModel):
    """What both ways to grade say."""

    eval_spec_reference: VersionedId = Field(alias="eval_spec_id")
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


_GradingT = TypeVar("_GradingT", bound=_Grading)


class GradeRequest(_Grading):
    """`POST /v1/eval`: grade these rows, and wait for it."""

    dataset: list[dict[str, Any]]
    """Rows of `input` and `output`; see docs/grading.md."""


class JobOptions(_Grading):
    """What both ways to begin a grading job say."""

    name: str | None = Field(default=None, min_length=1, max_length=200, pattern=ONE_LINE)
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
    request = _read(GradeRequest, _with_rows(read_object(body)))
    return request, _rows(request.dataset, body)


def decode_job(body: bytes) -> tuple[JobRequest, list[Submission]] | tuple[JobToCome, None]:
    """The body of a job's create, and its rows unless they come as a file. Raises InvalidRequest."""
    values = read_object(body)
    if values.get("upload") is not None:
        if values.get("dataset") is not None:
            message = "stands in place of dataset; give one of the two"
            raise InvalidRequest(Problem(("body", "upload"), message))
        return _read(JobToCome, {k: v for k, v in values.items() if k != "dataset"}), None
    request = _read(JobRequest, _with_rows(values))
    return request, _rows(request.dataset, body)


def decode_job_resume(body: bytes) -> ResumeJobRequest:
    """The body of a resume, which may be empty. Raises InvalidRequest."""
    return validate(ResumeJobRequest, read_object(body) if body.strip() else {}, "body")


def decode_job_list(query: Mapping[str, str]) -> JobListRequest:
    """The query of a list of jobs. Raises InvalidRequest."""
    return validate(JobListRequest, query, "query")


def _read(model: type[_GradingT], values: dict[str, Any]) -> _GradingT:
    """A request that names a version in one way, or the same one in both. Raises InvalidRequest."""
    request = validate(model, values, "body")
    if request.eval_spec_version not in (None, request.version):
        message = (
            f"is {request.eval_spec_version}, while eval_spec_id has @{request.version}; give one of them"
        )
        raise InvalidRequest(Problem(("body", "eval_spec_version"), message))
    return request


def _rows(dataset: list[dict[str, Any]], body: bytes) -> list[Submission]:
    """The rows, their numbers as the request wrote them."""
    return read_dataset(dataset, lambda: read_numerals(body)["dataset"])


def _with_rows(values: dict[str, Any]) -> dict[str, Any]:
    """A missing or empty dataset is told before anything else: it is what the API's page promises of 400."""
    if not values.get("dataset") and isinstance(values.get("dataset"), list | None):
        message = "is required: a list of at least one row with input and output"
        raise InvalidRequest(Problem(("body", "dataset"), message, "missing"))
    return values
