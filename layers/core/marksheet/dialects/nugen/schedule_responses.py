"""Answers about schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from marksheet.domain import Schedule


def encode_schedule(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """One schedule as it stands at `now`, with what became of its ticks."""
    return {
        "schedule_id": schedule.schedule_id,
        "name": schedule.name,
        "status": _status_word(schedule, now),
        "expression": schedule.expression,
        "timezone": schedule.timezone,
        "start": schedule.starts_at,
        "end": schedule.ends_at,
        "evaluation": orjson.loads(schedule.request),
        "created_at": schedule.created_at,
        "created_by": schedule.key_id,
        "last_tick": schedule.last_tick,
        "last_evaluation_id": schedule.last_evaluation_id,
        "last_failed_tick": schedule.last_failed_tick,
        "last_error": schedule.last_error,
        "failed_ticks": schedule.failed_ticks,
    }


def encode_schedule_list(schedules: Iterable[Schedule], now: datetime) -> dict[str, Any]:
    """All schedules of the organization."""
    return {"schedules": [encode_schedule(schedule, now) for schedule in schedules]}


def _status_word(schedule: Schedule, now: datetime) -> str:
    """COMPLETED once no tick can come any more, which follows from the time alone."""
    if schedule.is_over(now):
        return "COMPLETED"
    if not schedule.armed:
        return "CREATING"
    return "ENABLED" if schedule.enabled else "PAUSED"
