"""Schedules: what their routes take and answer."""

from __future__ import annotations

from typing import Any, Literal

from marksheet.dialects.nugen import schedule_requests as requests
from marksheet_openapi.bodies import Body, Count, Deleted, Identifier, Time
from marksheet_openapi.evaluations import IDEMPOTENCY_KEY, CreateEvaluation
from marksheet_openapi.operations import READ, WRITE, Described, Operation


class Schedule(Body):
    """When evaluations of one kind start by themselves."""

    schedule_id: Identifier
    name: str | None
    status: Literal["CREATING", "ENABLED", "PAUSED", "COMPLETED"]
    """COMPLETED once no tick can come any more."""
    expression: str
    timezone: str
    start: Time | None
    end: Time | None
    """Of a one-time schedule its moment."""
    evaluation: dict[str, Any]
    """What every tick asks for."""
    created_at: Time
    created_by: str
    """The API key that made it, by the part it is looked up by."""
    last_tick: Time | None
    """The scheduled time of the latest tick that started an evaluation."""
    last_evaluation_id: Identifier | None
    last_failed_tick: Time | None
    """The scheduled time of the latest tick that could not start one at once."""
    last_error: str | None
    failed_ticks: Count


class ScheduleList(Body):
    """All schedules of the organization."""

    schedules: list[Schedule]


OPERATIONS = {
    "create_schedule": Operation(
        "Schedules",
        "Make a schedule",
        "Every tick of it starts an evaluation, once, however often the tick is delivered.",
        scope=WRITE,
        bodies=(requests.CreateScheduleRequest,),
        fields={
            "expression": "`rate(1 hour)`, `cron(0 6 * * ? *)` or `at(2030-01-01T06:00:00)`.",
            "timezone": "IANA name of the zone in which cron and at are meant.",
            "evaluation": Described(
                "The body of `POST /api/v3/evaluations`, without `dry_run`: what every tick asks for.",
                CreateEvaluation,
            ),
            "name": "A name of your own.",
            "enabled": "Without it, the schedule begins paused.",
            "start": "No tick comes before. ISO 8601 with an offset from UTC.",
            "end": "No tick comes after. ISO 8601 with an offset from UTC.",
        },
        parameters=(IDEMPOTENCY_KEY,),
        request_examples={
            "every_night": {
                "name": "nightly",
                "expression": "cron(0 3 * * ? *)",
                "timezone": "Europe/Berlin",
                "evaluation": {"model_id": "llama", "benchmark_id": "bench-1"},
            }
        },
        answer=Schedule,
        refusals={409: "The Idempotency-Key was used with another body."},
    ),
    "list_schedules": Operation("Schedules", "List schedules", scope=READ, answer=ScheduleList),
    "get_schedule": Operation("Schedules", "Get a schedule", scope=READ, answer=Schedule),
    "pause_schedule": Operation(
        "Schedules", "Pause a schedule", "No tick comes until it is resumed.", scope=WRITE, answer=Schedule
    ),
    "resume_schedule": Operation("Schedules", "Resume a schedule", scope=WRITE, answer=Schedule),
    "delete_schedule": Operation(
        "Schedules",
        "Delete a schedule",
        "The evaluations it started stay.",
        scope=WRITE,
        answer=Deleted,
    ),
}
