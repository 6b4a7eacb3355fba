from __future__ import annotations

import json
from typing import Any

import pytest
from start_scheduled.handler import handler

from marksheet import evaluations, schedules
from marksheet.application import Application
from marksheet.assembling import CreateEvaluation
from marksheet.domain import Caller, Schedule
from marksheet.schedules import NewSchedule


@pytest.fixture
def schedule(deployed: Application, caller: Caller, deployment: Any, schedule_group: str) -> Schedule:
    deployment.recorded("right", {"q1": "1"})
    benchmark_id = deployment.benchmark(1).benchmark_id
    request = json.dumps({"model_id": "right", "benchmark_id": benchmark_id})
    new = NewSchedule("rate(1 hour)", request, CreateEvaluation("right", benchmark_id), name="hourly")
    return schedules.create(deployed, caller, new)


@pytest.mark.parametrize("case", ["tick", "tick_on_the_emulator"])
def test_a_tick_delivered_twice_starts_one_evaluation(
    case: str,
    deployed: Application,
    caller: Caller,
    schedule: Schedule,
    load_event: Any,
    context: Any,
) -> None:
    event = load_event("start_scheduled", case) | {"schedule_id": schedule.schedule_id}
    first = handler(event, context)
    assert handler(event, context) == first
    evaluation = evaluations.get(deployed, caller, first["evaluation_id"])
    assert evaluation.name is not None
    assert evaluation.name.startswith("hourly 2026-")
    assert evaluations.list_page(deployed, caller).total == 1


def test_a_tick_of_a_schedule_that_is_not_there_starts_nothing(
    deployed: Application, load_event: Any, context: Any
) -> None:
    assert handler(load_event("start_scheduled", "tick"), context) == {"evaluation_id": None}


def test_a_tick_that_is_none_fails(deployed: Application, schedule: Schedule, context: Any) -> None:
    with pytest.raises(KeyError):
        handler({"organization": "acme", "schedule_id": schedule.schedule_id}, context)
