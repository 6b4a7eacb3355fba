"""Routes of schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of, header_of

from marksheet import schedules
from marksheet.application import application
from marksheet.assembling import CreateEvaluation
from marksheet.dialects import nugen

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/api/v3/schedules")
@router.post("/api/v3/schedules/")
def create_schedule() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    idempotency_key = nugen.decode_idempotency_key(header_of(event, "Idempotency-Key"))
    request, evaluation, fingerprint = nugen.decode_create_schedule(body_of(event))
    app = application()
    new = schedules.NewSchedule(
        expression=request.expression,
        request=orjson.dumps(request.evaluation).decode(),
        evaluation=CreateEvaluation.from_request(evaluation),
        timezone=request.timezone,
        name=request.name,
        enabled=request.enabled,
        start=request.start,
        end=request.end,
    )
    made = schedules.create(app, caller, new, idempotency_key=idempotency_key, fingerprint=fingerprint)
    return answer(nugen.encode_schedule(made, app.clock()))


@router.get("/api/v3/schedules")
@router.get("/api/v3/schedules/")
def list_schedules() -> Response[str]:
    caller = caller_of(router.current_event, READ)
    app = application()
    return answer(nugen.encode_schedule_list(schedules.list_all(app, caller), app.clock()))


@router.get("/api/v3/schedules/<schedule_id>")
def get_schedule(schedule_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    app = application()
    found = schedules.get(app, caller, nugen.decode_id("Schedule", schedule_id))
    return answer(nugen.encode_schedule(found, app.clock()))


@router.post("/api/v3/schedules/<schedule_id>/pause")
def pause_schedule(schedule_id: str) -> Response[str]:
    return _set_enabled(schedule_id, enabled=False)


@router.post("/api/v3/schedules/<schedule_id>/resume")
def resume_schedule(schedule_id: str) -> Response[str]:
    return _set_enabled(schedule_id, enabled=True)


@router.delete("/api/v3/schedules/<schedule_id>")
def delete_schedule(schedule_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    identifier = nugen.decode_id("Schedule", schedule_id)
    schedules.delete(application(), caller, identifier)
    return answer(nugen.encode_deleted("schedule", identifier))


def _set_enabled(schedule_id: str, *, enabled: bool) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    app = application()
    identifier = nugen.decode_id("Schedule", schedule_id)
    changed = schedules.set_enabled(app, caller, identifier, enabled=enabled)
    return answer(nugen.encode_schedule(changed, app.clock()))
