"""What requests about evaluations ask for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.fields import ONE_LINE, Dollars, ModelId, Project, VersionedId
from marksheet.dialects.reading import StrictModel, read_object, validate
from marksheet.domain import DEFAULT_PROJECT, Status
from marksheet.scoring.llm_judge import LONGEST_RUBRIC

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TRIALS = 100
LARGEST_SHARD = 1000
LARGEST_PAGE = 100
LARGEST_OFFSET = 1_000_000
"""Paging by offset reads what it skips; nobody pages this far, and nobody may make us."""

STATUS_WORDS = {
    "processing": frozenset({Status.PROCESSING}),
    "ready": frozenset({Status.READY}),
    "failed": frozenset({Status.FAILED, Status.CANCELLED, Status.STOPPED}),
    "pending": frozenset({Status.PROCESSING}),
    "in_progress": frozenset({Status.PROCESSING}),
    "completed": frozenset({Status.READY}),
    "cancelled": frozenset({Status.CANCELLED}),
    "stopped": frozenset({Status.STOPPED}),
}
"""The `status` filter: the current words, the older pages' words, and ours. FAILED finds the cancelled and
the stopped ones too, because they are shown as FAILED."""


def _statuses(value: Any) -> frozenset[Status]:
    """Words separated by commas, in which form a repeated query parameter arrives too."""
    words = [word.strip().lower() for word in str(value).split(",")]
    if not all(word in STATUS_WORDS for word in words):
        known = ", ".join(
            word.upper() if word in ("processing", "ready", "failed") else word for word in STATUS_WORDS
        )
        raise PydanticCustomError("enum", "Input should be one of {known}, in any case", {"known": known})
    return frozenset().union(*(STATUS_WORDS[word] for word in words))


EvaluationId = ModelId
BenchmarkReference = VersionedId


class PairwiseRequest(StrictModel):
    """A judge that compares the answers of two models with each other, each pair in both orders."""

    model: ModelId
    rubric: str | None = Field(default=None, min_length=1, max_length=LONGEST_RUBRIC)


class EvaluationOptions(StrictModel):
    """What both ways to create an evaluation may say."""

    model_id: ModelId | None = None
    benchmark_reference: BenchmarkReference | None = Field(default=None, alias="benchmark_id")
    model_id_2: ModelId | None = None
    custom_metrics: Any = None
    """A list of names, an object or null; which names there are depends on the benchmark."""
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        validation_alias=AliasChoices("name", "evaluation_name"),
        pattern=ONE_LINE,
    )
    project: Project | None = None
    """A label by which evaluations are told apart; on another surface it is part of their address."""
    trials: int = Field(default=1, ge=1, le=MOST_TRIALS)
    max_error_share: float = Field(default=0.5, ge=0, le=1)
    errored_as: Literal["left_out", "wrong"] = "left_out"
    """Whether errored trials stay out of every mean, or enter it as 0."""
    shard_size: int | None = Field(default=None, ge=1, le=LARGEST_SHARD)
    max_cost_usd: Dollars | None = None
    """What models and judges may cost together; what is not asked for then can be resumed."""
    pairwise: PairwiseRequest | None = None
    dry_run: bool = False
    """Answer with an estimate and create nothing."""
    judge_provider: Literal["anthropic", "openai", "nugen"] | None = None
    """Of an older generation of the API: accepted and echoed, without effect. Scorers name their judges."""

    @property
    def benchmark_id(self) -> str | None:
        """The id without its version, if it is named."""
        return self.benchmark_reference.partition("@")[0] if self.benchmark_reference else None

    @property
    def benchmark_version(self) -> int | None:
        """The version the request pins, or None for the latest."""
        version = (self.benchmark_reference or "").partition("@")[2]
        return int(version) if version else None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is asked for: spelling, order of fields and stated defaults make no difference."""
        canonical = orjson.dumps(self.model_dump(), option=orjson.OPT_SORT_KEYS, default=str)
        return hashlib.sha256(canonical).hexdigest()


class CreateEvaluationRequest(EvaluationOptions):
    """`POST /api/v3/evaluations`: ask a model, or two to compare, the questions of a benchmark."""

    model_id: ModelId
    benchmark_reference: BenchmarkReference = Field(alias="benchmark_id")
    project: Project = DEFAULT_PROJECT
    answers_from: None = None


class MarkAgainRequest(EvaluationOptions):
    """`POST /api/v3/evaluations` with `answers_from`: mark the answers of an earlier evaluation again.

    Models and benchmark are the earlier one's; who names them must name the same. The project is the earlier
    one's too, unless another is named.
    """

    answers_from: EvaluationId


class ResumeRequest(StrictModel):
    """`POST /api/v3/evaluations/{id}/resume`: its body may be empty."""

    max_cost_usd: Dollars | None = None
    """The new budget, for all attempts together."""


class ResultsRequest(BaseModel):
    """The query of results and download."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partial: bool = False
    """Also of an evaluation that ended before everything was answered."""


class ListEvaluationsRequest(BaseModel):
    """The query of `GET /api/v3/evaluations`. Values arrive as text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statuses: Annotated[frozenset[Status], BeforeValidator(_statuses)] | None = Field(
        default=None, alias="status"
    )
    model_id: ModelId | None = None
    project: Project | None = None
    limit: int = Field(default=10, ge=1, le=LARGEST_PAGE)
    offset: int = Field(default=0, ge=0, le=LARGEST_OFFSET)


def decode_create_evaluation(body: bytes) -> CreateEvaluationRequest | MarkAgainRequest:
    """The body of a create. Raises InvalidRequest."""
    return read_create_evaluation(read_object(body), "body")


def read_create_evaluation(
    values: Mapping[str, Any], where: str
) -> CreateEvaluationRequest | MarkAgainRequest:
    """The same of a JSON object that stands at `where`."""
    if values.get("answers_from") is not None:
        return validate(MarkAgainRequest, values, where)
    return validate(CreateEvaluationRequest, values, where)


def decode_resume(body: bytes) -> ResumeRequest:
    """The body of a resume, which may be empty. Raises InvalidRequest."""
    return validate(ResumeRequest, read_object(body) if body.strip() else {}, "body")


def decode_results_query(query: Mapping[str, str]) -> ResultsRequest:
    """The query of results and download. Raises InvalidRequest."""
    return validate(ResultsRequest, query, "query")


def decode_list_evaluations(query: Mapping[str, str]) -> ListEvaluationsRequest:
    """The query of a list. Raises InvalidRequest."""
    return validate(ListEvaluationsRequest, query, "query")
