"""Feedback, of which only that is taken which says again what a scorer's call says.

The clients send it for every score, beside the call that made it. It is not kept a second time; feedback of
another kind, of which nothing would be left, is refused.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.reading import validate
from marksheet.dialects.weave.bodies import Logged, read_exactly
from marksheet.dialects.weave.projects import Project, ProjectId

OF_SCORERS = "wandb.runnable."


def _is_of_scorer(kind: str) -> str:
    if not kind.startswith(OF_SCORERS):
        raise PydanticCustomError(
            "not_supported",
            "is not supported but for what a scorer said of a call, {kind}<scorer>",
            {"kind": OF_SCORERS},
        )
    return kind


class FeedbackRequest(Logged):
    """`POST /feedback/create`."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    id: str | None = Field(default=None, max_length=128)
    """The feedback's."""
    feedback_type: Annotated[str, AfterValidator(_is_of_scorer)]
    """`wandb.runnable.` and the scorer's name."""
    payload: dict[str, Any]
    """What the scorer said."""
    weave_ref: str
    """The call that was scored."""
    call_ref: str
    """The scorer's call, which has all of it."""


class FeedbackBatchRequest(Logged):
    """`POST /feedback/batch/create`."""

    batch: list[FeedbackRequest]
    """What scorers said."""


class Feedback(NamedTuple):
    """What was taken."""

    project: Project
    feedback_id: str | None
    payload: dict[str, Any]


def decode_feedback(body: bytes) -> Feedback:
    """The body of `POST /feedback/create`. Raises InvalidRequest."""
    return _read(validate(FeedbackRequest, read_exactly(body), "body"))


def decode_feedback_batch(body: bytes) -> list[Feedback]:
    """The body of `POST /feedback/batch/create`. Raises InvalidRequest."""
    return list(map(_read, validate(FeedbackBatchRequest, read_exactly(body), "body").batch))


def encode_feedback(feedback_id: str, payload: dict[str, Any], *, now: str, key_id: str) -> dict[str, Any]:
    """What was taken, and when."""
    return {"id": feedback_id, "created_at": now, "wb_user_id": key_id, "payload": payload}


def _read(told: FeedbackRequest) -> Feedback:
    return Feedback(told.project_id, told.id, told.payload)
