"""Routes of the calls that clients hand in: begun, ended, or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import WRITE, answer, body_of, caller_of

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.tracing.calls import take_in
from traces_api.projects import caller_of_body, caller_within

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/<entity>/<project>/call/start")
def start_call(entity: str, project: str) -> Response[str]:
    return _start((entity, project))


@router.post("/call/start")
def start_call_of_body() -> Response[str]:
    return _start(None)


@router.post("/v2/<entity>/<project>/call/end")
def end_call(entity: str, project: str) -> Response[str]:
    return _end((entity, project))


@router.post("/call/end")
def end_call_of_body() -> Response[str]:
    return _end(None)


@router.post("/v2/<entity>/<project>/calls/complete")
def complete_calls(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller_within(event, WRITE, entity, project)
    named, given = weave.decode_complete(body_of(event))
    if named is not None:
        caller, label = caller_of_body(event, WRITE, named, (entity, project))
        take_in(application(), caller, label, completes=given.completes)
    return answer({})


@router.post("/call/upsert_batch")
def upsert_calls() -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    named, given = weave.decode_upsert(body_of(event))
    if named is None:
        return answer(weave.encode_upserted([], []))
    caller, label = caller_of_body(event, WRITE, named)
    begun = take_in(application(), caller, label, starts=given.starts, ends=given.ends)
    return answer(weave.encode_upserted(begun, given.modes))


def _start(path: tuple[str, str] | None) -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    named, given = weave.decode_start(body_of(event))
    caller, label = caller_of_body(event, WRITE, named, path)
    (begun,) = take_in(application(), caller, label, starts=given.starts)
    return answer(weave.encode_started(begun))


def _end(path: tuple[str, str] | None) -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    named, given = weave.decode_end(body_of(event))
    caller, label = caller_of_body(event, WRITE, named, path)
    take_in(application(), caller, label, ends=given.ends)
    return answer({})
