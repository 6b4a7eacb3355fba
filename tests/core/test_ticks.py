from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from marksheet import benchmarks, evaluations, models, schedules
from marksheet.application import Application
from marksheet.assembling import CreateEvaluation
from marksheet.dialects import nugen
from marksheet.domain import Benchmark, Caller, Schedule
from marksheet.errors import InvalidRequest, LimitExceeded
from marksheet.schedules import NewSchedule
from marksheet.ticks import start_scheduled

TICK, LATER = "2026-01-02T04:00:00Z", "2026-01-02T05:00:00Z"
STORED, STORED_LATER = "2026-01-02T04:00:00.000Z", "2026-01-02T05:00:00.000Z"


@pytest.fixture
def benchmark(deployment: Any) -> Benchmark:
    deployment.recorded("right", {"q1": "1"})
    found: Benchmark = deployment.benchmark(1)
    return found


@pytest.fixture
def make(app: Application, caller: Caller, benchmark: Benchmark, schedule_group: str) -> Any:
    """Makes an hourly schedule; keyword arguments are fields of the evaluation it asks for."""

    def create(schedule_name: str | None = "hourly", **fields: Any) -> Schedule:
        body = json.dumps({"model_id": "right", "benchmark_id": benchmark.benchmark_id, **fields})
        request = nugen.decode_create_evaluation(body.encode())
        new = NewSchedule("rate(1 hour)", body, CreateEvaluation.from_request(request), name=schedule_name)
        return schedules.create(app, caller, new)

    return create


def tick(app: Application, schedule: Schedule, time: str = TICK) -> str | None:
    return start_scheduled(app, schedule.organization, schedule.schedule_id, time)


def total(app: Application, caller: Caller) -> int:
    return evaluations.list_page(app, caller).total


def test_a_tick_starts_what_the_schedule_asks_for(
    app: Application, caller: Caller, make: Any, workflow: Any
) -> None:
    schedule = make(trials=3)
    started = tick(app, schedule)
    assert started is not None
    evaluation = evaluations.get(app, caller, started)
    assert (evaluation.runs[0].model.model_id, evaluation.trials) == ("right", 3)
    assert evaluation.name == "hourly 2026-01-02T04:00:00Z"
    assert workflow.started == [(started, 1)]


def test_an_evaluation_is_named_by_its_own_name_first_and_by_the_schedules_id_last(
    app: Application, caller: Caller, make: Any
) -> None:
    named, nameless = make(name="the big one"), make(None)
    for schedule, label in ((named, "the big one"), (nameless, nameless.schedule_id)):
        started = tick(app, schedule)
        assert started is not None
        assert evaluations.get(app, caller, started).name == f"{label} 2026-01-02T04:00:00Z"


def test_the_longest_name_keeps_the_time(app: Application, caller: Caller, make: Any) -> None:
    started = tick(app, make(name="n" * 200))
    assert started is not None
    name = evaluations.get(app, caller, started).name
    assert name is not None
    assert len(name) == 200
    assert name.endswith("n 2026-01-02T04:00:00Z")


def test_one_tick_delivered_twice_starts_one_evaluation(app: Application, caller: Caller, make: Any) -> None:
    schedule = make()
    assert tick(app, schedule) == tick(app, schedule, "2026-01-02T05:00:00+01:00")
    assert total(app, caller) == 1


def test_deliveries_at_the_same_moment_start_one_evaluation(
    app: Application, caller: Caller, make: Any
) -> None:
    schedule = make()
    with ThreadPoolExecutor(6) as together:
        started = set(together.map(lambda _: tick(app, schedule), range(6)))
    assert len(started) == 1
    assert total(app, caller) == 1


def test_two_ticks_start_two_evaluations_and_the_later_is_remembered(
    app: Application, caller: Caller, make: Any
) -> None:
    schedule = make()
    later = tick(app, schedule, LATER)
    assert tick(app, schedule, TICK) != later
    found = schedules.get(app, caller, schedule.schedule_id)
    assert (found.last_tick, found.last_evaluation_id) == (STORED_LATER, later)


def test_the_same_time_of_two_schedules_is_two_ticks(app: Application, caller: Caller, make: Any) -> None:
    assert tick(app, make()) != tick(app, make())


def test_no_callers_key_can_stand_for_a_tick(app: Application, make: Any) -> None:
    with pytest.raises(InvalidRequest):
        nugen.decode_idempotency_key(f"schedule {make().schedule_id} {STORED}")


def test_where_no_time_is_told_the_minute_stands_for_it(
    app: Application, caller: Caller, make: Any, clock: Any
) -> None:
    schedule = make()
    placeholder = "<aws.scheduler.scheduled-time>"
    first = tick(app, schedule, placeholder)
    assert tick(app, schedule, placeholder) == first
    clock.at += timedelta(minutes=1)
    assert tick(app, schedule, placeholder) != first
    assert schedules.get(app, caller, schedule.schedule_id).last_tick == "2026-01-02T03:05:00.000Z"


@pytest.mark.parametrize("time", ["", "noon", "2026-01-02T04:00:00"])
def test_a_time_that_is_none_fails_the_delivery(time: str, app: Application, make: Any) -> None:
    with pytest.raises(ValueError, match=r"isoformat|offset"):
        tick(app, make(), time)


def test_a_deleted_schedule_starts_nothing(app: Application, caller: Caller, make: Any) -> None:
    schedule = make()
    schedules.delete(app, caller, schedule.schedule_id)
    assert tick(app, schedule) is None
    assert total(app, caller) == 0


def test_a_paused_schedule_starts_nothing(app: Application, caller: Caller, make: Any) -> None:
    schedule = make()
    schedules.set_enabled(app, caller, schedule.schedule_id, enabled=False)
    assert tick(app, schedule) is None
    assert total(app, caller) == 0


def test_a_tick_takes_the_latest_version_unless_one_is_pinned(
    app: Application, caller: Caller, make: Any, benchmark: Benchmark, deployment: Any
) -> None:
    latest, pinned = make(), make(benchmark_id=f"{benchmark.benchmark_id}@1")
    deployment.benchmark(2)
    versions = []
    for schedule in (latest, pinned):
        started = tick(app, schedule)
        assert started is not None
        versions.append(evaluations.get(app, caller, started).benchmark.version)
    assert versions == [2, 1]


def test_a_tick_that_became_impossible_is_noted_once_and_not_tried_again(
    app: Application, caller: Caller, make: Any, benchmark: Benchmark
) -> None:
    schedule = make()
    models.delete(app, caller, "right")
    assert tick(app, schedule) is None
    assert tick(app, schedule) is None
    found = schedules.get(app, caller, schedule.schedule_id)
    assert (found.failed_ticks, found.last_failed_tick) == (1, STORED)
    assert found.last_error is not None
    assert "there is no model 'right'" in found.last_error
    assert found.last_tick is None
    assert tick(app, schedule, LATER) is None
    assert schedules.get(app, caller, schedule.schedule_id).failed_ticks == 2


def test_a_benchmark_that_is_gone_is_named(
    app: Application, caller: Caller, make: Any, benchmark: Benchmark
) -> None:
    schedule = make()
    benchmarks.delete(app, caller, benchmark.benchmark_id)
    assert tick(app, schedule) is None
    error = schedules.get(app, caller, schedule.schedule_id).last_error
    assert error is not None
    assert "there is no benchmark" in error


def test_a_tick_that_finds_no_room_is_noted_and_tried_again(
    app: Application, caller: Caller, make: Any
) -> None:
    schedule = make()
    full = replace(app, settings=replace(app.settings, max_running=0))
    with pytest.raises(LimitExceeded):
        tick(full, schedule)
    assert schedules.get(app, caller, schedule.schedule_id).last_failed_tick == STORED
    assert tick(app, schedule) is not None
    assert schedules.get(app, caller, schedule.schedule_id).last_tick == STORED


def test_a_tick_delivered_after_its_evaluation_was_deleted_starts_no_other(
    app: Application, caller: Caller, make: Any
) -> None:
    schedule = make()
    started = tick(app, schedule)
    assert started is not None
    evaluations.delete(app, caller, started)
    assert tick(app, schedule) is None
    assert total(app, caller) == 0
    assert schedules.get(app, caller, schedule.schedule_id).failed_ticks == 0


def test_a_fault_of_ours_leaves_the_function_and_no_note(
    app: Application, caller: Caller, make: Any, workflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = make()

    def refuse(_: object) -> None:
        raise ConnectionError("no way there")

    monkeypatch.setattr(workflow, "start", refuse)
    with pytest.raises(ConnectionError):
        tick(app, schedule)
    assert schedules.get(app, caller, schedule.schedule_id).last_error is None
