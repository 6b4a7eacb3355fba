"""What requests about evaluations ask for."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.nugen.reading import IDENTIFIER, StrictModel, read_object, validate
from marksheet.domain import Status
from marksheet.errors import InvalidRequest, Problem

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
    "failed": frozenset({Status.FAILED, Status.CANCELLED}),
    "pending": frozenset({Status.PROCESSING}),
    "in_progress": frozenset({Status.PROCESSING}),
    "completed": frozenset({Status.READY}),
    "cancelled": frozenset({Status.CANCELLED}),
}
"""The `status` filter: the current words, the older pages' words, and ours. FAILED finds the cancelled ones
too, because they are shown as FAILED."""

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def _statuses(value: Any) -> frozenset[Status]:
    """Words separated by commas, in which form a repeated query parameter arrives too."""
    words = [word.strip().lower() for word in str(value).split(",")]
    if not all(word in STATUS_WORDS for word in words):
        known = ", ".join(
            word.upper() if word in ("processing", "ready", "failed") else word for word in STATUS_WORDS
        )
        raise PydanticCustomError("enum", "Input should be one of {known}, in any case", {"known": known})
    return frozenset().union(*(STATUS_WORDS[word] for word in words))


ModelId = Annotated[str, Field(pattern=f"^{IDENTIFIER}$")]
BenchmarkReference = Annotated[str, Field(pattern=f"^{IDENTIFIER}(@[1-9][0-9]{{0,8}})?$")]
"""An id, or `id@version`."""


class CreateEvaluationRequest(StrictModel):
    """`POST /api/v3/evaluations`: the documented four fields, then ours."""

    model_id: ModelId
    benchmark_reference: BenchmarkReference = Field(alias="benchmark_id")
    model_id_2: ModelId | None = None
    custom_metrics: Any = None
    """A list of names, an object or null; which names there are depends on the benchmark."""
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        validation_alias=AliasChoices("name", "evaluation_name"),
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
    )
    trials: int = Field(default=1, ge=1, le=MOST_TRIALS)
    max_error_share: float = Field(default=0.5, ge=0, le=1)
    shard_size: int | None = Field(default=None, ge=1, le=LARGEST_SHARD)
    judge_provider: Literal["anthropic", "openai", "nugen"] | None = None
    """Of an older generation of the API: accepted and echoed; no judge is asked."""

    @property
    def benchmark_id(self) -> str:
        """The id without its version."""
        return self.benchmark_reference.partition("@")[0]

    @property
    def benchmark_version(self) -> int | None:
        """The version the request pins, or None for the latest."""
        version = self.benchmark_reference.partition("@")[2]
        return int(version) if version else None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is asked for: spelling, order of fields and stated defaults make no difference."""
        canonical = orjson.dumps(self.model_dump(), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(canonical).hexdigest()


class ListEvaluationsRequest(BaseModel):
    """The query of `GET /api/v3/evaluations`. Values arrive as text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statuses: Annotated[frozenset[Status], BeforeValidator(_statuses)] | None = Field(
        default=None, alias="status"
    )
    model_id: ModelId | None = None
    limit: int = Field(default=10, ge=1, le=LARGEST_PAGE)
    offset: int = Field(default=0, ge=0, le=LARGEST_OFFSET)


def decode_create_evaluation(body: bytes) -> CreateEvaluationRequest:
    """The body of a create. Raises InvalidRequest."""
    return validate(CreateEvaluationRequest, read_object(body), "body")


def decode_list_evaluations(query: Mapping[str, str]) -> ListEvaluationsRequest:
    """The query of a list. Raises InvalidRequest."""
    return validate(ListEvaluationsRequest, query, "query")


def decode_idempotency_key(header: str | None) -> str | None:
    """The `Idempotency-Key` header: 1 to 255 visible ASCII characters, or absent. Raises InvalidRequest."""
    if header is None or _IDEMPOTENCY_KEY.fullmatch(header):
        return header
    message = "Input should be 1 to 255 visible ASCII characters without spaces"
    raise InvalidRequest(Problem(("header", "idempotency-key"), message))
