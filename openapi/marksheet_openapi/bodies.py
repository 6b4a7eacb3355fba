"""What the bodies of answers are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from marksheet.dialects.fields import PROJECT
from marksheet.dialects.reading import CALL_ID, IDENTIFIER


def absent() -> Any:
    """The default of a field that is left out where there is nothing to say."""
    return Field(default=None)


class Body(BaseModel):
    """The body of an answer, or a part of one. A field it does not have is a field the API must not send."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


IDENTIFIER_PATTERN = f"^{IDENTIFIER}$"

Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN)]
CallIdentifier = Annotated[str, Field(pattern=f"^{CALL_ID}$")]
ProjectLabel = Annotated[str, Field(pattern=f"^{PROJECT}$")]
Time = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$",
        json_schema_extra={"format": "date-time"},
    ),
]
"""ISO 8601 in UTC."""
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Dollars = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]
"""An amount as decimal text: a JSON number would be read as a float."""
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

StatusWord = Literal["PROCESSING", "READY", "FAILED"]


class Error(Body):
    """What went wrong."""

    detail: str


class Problem(Body):
    """One thing that is wrong with a request."""

    loc: list[str | int]
    """Where, outermost first: `body`, `query` or `header`, then names and positions from 0. In an uploaded
    file `line` or `element` and its number from 1."""
    msg: str
    """What is wrong, and what is allowed."""
    type: str
    """A stable word for programs."""


class Problems(Body):
    """Everything that is wrong with a request. Nothing was stored or changed."""

    detail: list[Problem] = Field(min_length=1)


class GradingProblem(Body):
    """One thing that is wrong with a request."""

    field: str
    """Where, such as `dataset[3].output`."""
    message: str
    """What is wrong, and what is allowed."""
    kind: str
    """A stable word for programs."""


class GradingFailure(Body):
    """What went wrong."""

    code: Literal[
        "invalid_request",
        "not_finished",
        "unauthenticated",
        "forbidden",
        "not_found",
        "method_not_allowed",
        "conflict",
        "too_large",
        "limit_exceeded",
        "internal_error",
    ]
    message: str
    problems: list[GradingProblem] = absent()


class GradingError(Body):
    """What went wrong, as the /v1 surface says it. Nothing was stored or changed."""

    error: GradingFailure


class Reason(Body):
    """What went wrong, as the surface of traces says it. Nothing was stored or changed."""

    reason: str


class AgentsError(Body):
    """What went wrong, as the surface of agent evaluations says it. Nothing was stored or changed."""

    id: Literal[
        "invalid_request",
        "unauthorized",
        "forbidden",
        "not_found",
        "method_not_allowed",
        "conflict",
        "too_large",
        "too_many_requests",
        "server_error",
    ]
    """A stable word for programs."""
    message: str
    """What is wrong, field by field, and what is allowed."""
    request_id: str


class GatewayError(Body):
    """What the gateway answers by itself, without asking Marksheet. It has no `X-Request-Id`."""

    message: str | None


class Deleted(Body):
    """Something is gone for good."""

    id: Identifier
    message: str
