"""What requests about schedules ask for."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

import orjson
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.fields import ONE_LINE
from marksheet.dialects.nugen.evaluation_requests import (
    CreateEvaluationRequest,
    MarkAgainRequest,
    decode_create_evaluation,
)
from marksheet.dialects.reading import StrictModel, read_object, validate
from marksheet.errors import InvalidRequest, Problem

LARGEST_EVALUATION = 100_000
"""Bytes of the evaluation that a schedule carries; the table's items have 400 kB."""


def _moment(value: Any) -> datetime:
    """A text of ISO 8601 that says its offset from UTC."""
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(value)
        moment.astimezone(UTC)
    except (OverflowError, TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PydanticCustomError(
            "datetime", "Input should be a date and time with its offset, such as 2026-12-01T06:00:00Z"
        )
    return moment


Moment = Annotated[datetime, BeforeValidator(_moment)]


class CreateScheduleRequest(StrictModel):
    """`POST /api/v3/schedules`. What expression and time zone mean is judged by the core."""

    expression: str = Field(min_length=1, max_length=256)
    timezone: str = Field(default="UTC", min_length=1, max_length=50)
    evaluation: dict[str, Any]
    """The body of `POST /api/v3/evaluations`, and decoded as one: what every tick asks for."""
    name: str | None = Field(default=None, min_length=1, max_length=100, pattern=ONE_LINE)
    enabled: bool = True
    start: Moment | None = None
    end: Moment | None = None


class DecodedSchedule(NamedTuple):
    """A request to make a schedule."""

    schedule: CreateScheduleRequest
    evaluation: CreateEvaluationRequest | MarkAgainRequest
    fingerprint: str
    """SHA-256 of what is asked for: spelling, order of fields and stated defaults make no difference."""


def decode_create_schedule(body: bytes) -> DecodedSchedule:
    """The body of a create. Raises InvalidRequest."""
    schedule = validate(CreateScheduleRequest, read_object(body), "body")
    written = orjson.dumps(schedule.evaluation)
    if len(written) > LARGEST_EVALUATION:
        message = f"Input should have at most {LARGEST_EVALUATION} bytes"
        raise InvalidRequest(Problem(("body", "evaluation"), message, "too_long"))
    try:
        evaluation = decode_create_evaluation(written)
    except InvalidRequest as error:
        raise error.within("evaluation") from None
    if evaluation.dry_run:
        message = "A schedule starts evaluations; ask for an estimate with POST /api/v3/evaluations"
        raise InvalidRequest(Problem(("body", "evaluation", "dry_run"), message))
    asked = schedule.model_dump(mode="json") | {"evaluation": evaluation.fingerprint}
    canonical = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    return DecodedSchedule(schedule, evaluation, hashlib.sha256(canonical).hexdigest())
