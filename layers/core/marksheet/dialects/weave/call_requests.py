"""Calls as the clients send them: begun, ended, or whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.reading import CALL_ID, CALL_ID_WORDS, of_form, validate
from marksheet.dialects.weave.bodies import Logged, read_exactly
from marksheet.dialects.weave.projects import Project, ProjectId
from marksheet.domain import Call, CallEnd, moment
from marksheet.errors import InvalidRequest, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_NAME = 1_000
CallId = Annotated[str, Field(pattern=of_form(f"^{CALL_ID}$", CALL_ID_WORDS))]


def _is_time(text: str) -> str:
    if moment(text) is None:
        raise PydanticCustomError("datetime_parsing", "Input should be a time in ISO 8601")
    return text


Time = Annotated[str, AfterValidator(_is_time)]
"""Kept as the client wrote it."""


class CallBegun(Logged):
    """The start of a call."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    id: CallId | None = None
    """The call's; a new one is made without it."""
    trace_id: CallId | None = None
    """All calls below one another have the same; without it, that of the call above, or a new one."""
    parent_id: CallId | None = None
    """The call above."""
    op_name: str = Field(max_length=LONGEST_NAME)
    """What was called: a reference to an operation, or its name."""
    display_name: str | None = Field(default=None, max_length=LONGEST_NAME)
    """What a person calls it."""
    started_at: Time
    """ISO 8601."""
    attributes: dict[str, Any]
    """What the client says of the call."""
    inputs: dict[str, Any]
    """By name, any JSON."""


class CallEnded(Logged):
    """The end of a call."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    id: CallId
    """The call's."""
    trace_id: CallId | None = None
    """The call's trace."""
    ended_at: Time
    """ISO 8601."""
    output: Any = None
    """Any JSON."""
    exception: str | None = None
    """What went wrong, where something did."""
    summary: dict[str, Any]
    """What the client adds up, such as `usage` by model."""


class CallComplete(CallBegun):
    """A call that is over."""

    id: CallId
    """The call's."""
    trace_id: CallId
    """All calls below one another have the same."""
    ended_at: Time
    """ISO 8601."""
    output: Any = None
    """Any JSON."""
    exception: str | None = None
    """What went wrong, where something did."""
    summary: dict[str, Any]
    """What the client adds up, such as `usage` by model."""


class StartRequest(Logged):
    """`POST /call/start`."""

    start: CallBegun
    """The start of a call."""


class EndRequest(Logged):
    """`POST /call/end`."""

    end: CallEnded
    """The end of a call."""


class CompleteRequest(Logged):
    """`POST /v2/{entity}/{project}/calls/complete`."""

    batch: list[CallComplete]
    """Calls that are over, in any order, all of the path's project."""


class StartOfBatch(Logged):
    """A start among others."""

    mode: Literal["start"]
    """That it is a start."""
    req: StartRequest
    """What `POST /call/start` takes."""


class EndOfBatch(Logged):
    """An end among others."""

    mode: Literal["end"]
    """That it is an end."""
    req: EndRequest
    """What `POST /call/end` takes."""


class UpsertRequest(Logged):
    """`POST /call/upsert_batch`."""

    batch: list[Annotated[StartOfBatch | EndOfBatch, Field(discriminator="mode")]]
    """Starts and ends in any order, all of one project."""


class HandedIn(NamedTuple):
    """What a request hands in. Where it leaves a new call's id or trace to the server, they are empty."""

    starts: Sequence[Call] = ()
    completes: Sequence[Call] = ()
    ends: Sequence[CallEnd] = ()
    modes: Sequence[str] = ()
    """Of a mixed batch: in which order starts and ends came."""


def decode_start(body: bytes) -> tuple[Project, HandedIn]:
    """The body of `POST .../call/start`. Raises InvalidRequest."""
    begun = validate(StartRequest, read_exactly(body), "body").start
    return begun.project_id, HandedIn(starts=[_call(begun)])


def decode_end(body: bytes) -> tuple[Project, HandedIn]:
    """The body of `POST .../call/end`. Raises InvalidRequest."""
    ended = validate(EndRequest, read_exactly(body), "body").end
    return ended.project_id, HandedIn(ends=[_end(ended)])


def decode_complete(body: bytes) -> tuple[Project | None, HandedIn]:
    """The body of `POST .../calls/complete`; its project is None where there is nothing. Raises
    InvalidRequest.
    """
    batch = validate(CompleteRequest, read_exactly(body), "body").batch
    project = _one_project([call.project_id for call in batch], ("project_id",))
    return project, HandedIn(completes=list(map(_call, batch)))


def decode_upsert(body: bytes) -> tuple[Project | None, HandedIn]:
    """The body of `POST /call/upsert_batch`; its project is None where there is nothing. Raises
    InvalidRequest.
    """
    starts, ends, projects, modes = [], [], [], []
    for item in validate(UpsertRequest, read_exactly(body), "body").batch:
        modes.append(item.mode)
        if isinstance(item, StartOfBatch):
            projects.append(item.req.start.project_id)
            starts.append(_call(item.req.start))
        else:
            projects.append(item.req.end.project_id)
            ends.append(_end(item.req.end))
    return _one_project(projects, ("req",)), HandedIn(starts=starts, ends=ends, modes=modes)


def _call(told: CallBegun | CallComplete) -> Call:
    begun = Call(
        call_id=told.id or "",
        trace_id=told.trace_id or "",
        parent_id=told.parent_id,
        op_name=told.op_name,
        started_at=told.started_at,
        inputs=told.inputs,
        attributes=told.attributes,
        display_name=told.display_name,
    )
    if not isinstance(told, CallComplete):
        return begun
    return replace(
        begun,
        ended_at=told.ended_at,
        output=told.output,
        exception=told.exception,
        summary=told.summary,
    )


def _end(told: CallEnded) -> CallEnd:
    return CallEnd(told.id, told.ended_at, told.output, told.exception, told.summary, trace_id=told.trace_id)


def _one_project(projects: Sequence[Project], field: tuple[str, ...]) -> Project | None:
    """The project of a batch, whose calls are all of one."""
    for number, project in enumerate(projects):
        if project != projects[0]:
            message = "is another project than that of the calls before; send each project's calls apart"
            raise InvalidRequest(Problem(("body", "batch", number, *field), message))
    return projects[0] if projects else None
