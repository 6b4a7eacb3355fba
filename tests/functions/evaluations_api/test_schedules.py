"""Routes of schedules: each decodes, calls its one use case as that caller, and encodes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from marksheet.assembling import CreateEvaluation
from marksheet.dialects import nugen
from marksheet.domain import Caller, Schedule
from marksheet.errors import IdempotencyMismatch, LimitExceeded, NotFound
from marksheet.schedules import NewSchedule

CALLER = Caller("acme", "abcdefghijklmnop", frozenset({"evaluations:read", "evaluations:write"}))
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SCHEDULE_ID = "sched-01kdyak34dwzkbtfbxwaszq64r"
SCHEDULE = Schedule(
    organization="acme",
    schedule_id=SCHEDULE_ID,
    expression="rate(1 hour)",
    timezone="UTC",
    request='{"model_id":"m","benchmark_id":"bench-1"}',
    fingerprint="f",
    created_at="2026-01-02T03:04:05.000Z",
    key_id="abcdefghijklmnop",
    armed=True,
)


@pytest.fixture
def played(play: Any, application: Any) -> Any:
    """`play`, with a clock for the answers."""

    def put(name: str, result: Any) -> Any:
        use_case = play(name, result)
        application(SimpleNamespace(clock=lambda: NOW))
        return use_case

    return put


def test_a_create_hands_on_everything_it_was_asked_for(event: Any, call: Any, played: Any) -> None:
    create = played("schedules.create", SCHEDULE)
    answer = call(event("schedule_create"))
    assert (answer.status, answer.json) == (200, nugen.encode_schedule(SCHEDULE, NOW))
    ((caller, new), options) = create.calls[0]
    assert caller == CALLER
    evaluation = {"model_id": "aligned-model-01kmqm4nrn9fw6r", "benchmark_id": "task-abc123@2", "trials": 3}
    assert json.loads(new.request) == evaluation
    assert new == NewSchedule(
        expression="cron(0 6 * * ? *)",
        request=new.request,
        evaluation=CreateEvaluation(
            "aligned-model-01kmqm4nrn9fw6r", "task-abc123", benchmark_version=2, trials=3, project="default"
        ),
        timezone="Europe/Berlin",
        name="nightly",
        start=datetime(2026, 1, 31, 23, tzinfo=UTC),
        end=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
    )
    assert options["idempotency_key"] == "7d0c-nightly"
    assert len(options["fingerprint"]) == 64


@pytest.mark.parametrize(
    ("case", "locations"),
    [
        (
            "schedule_create_broken_evaluation",
            [["body", "evaluation", "organization"], ["body", "evaluation", "trials"]],
        ),
    ],
)
def test_a_body_that_cannot_be_accepted_is_422_with_its_fields(
    case: str, locations: list[list[str]], event: Any, call: Any, played: Any
) -> None:
    create = played("schedules.create", SCHEDULE)
    answer = call(event(case))
    assert answer.status == 422
    assert sorted(problem["loc"] for problem in answer.json["detail"]) == locations
    assert create.calls == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (LimitExceeded("there are 50 schedules", retry_after_seconds=60), 429),
        (IdempotencyMismatch("used with another request"), 409),
    ],
)
def test_a_refused_create_has_its_status(
    error: Exception, status: int, event: Any, call: Any, played: Any
) -> None:
    played("schedules.create", error)
    assert call(event("schedule_create_once")).status == status


@pytest.mark.parametrize("path", ["/api/v3/schedules", "/api/v3/schedules/"])
def test_all_schedules_are_listed(path: str, event: Any, call: Any, played: Any) -> None:
    played("schedules.list_all", [SCHEDULE])
    answer = call(event("schedule_list", rawPath=path))
    assert answer.json == {"schedules": [nugen.encode_schedule(SCHEDULE, NOW)]}


def test_one_schedule_is_shown(event: Any, call: Any, played: Any) -> None:
    get = played("schedules.get", SCHEDULE)
    assert call(event("schedule_get")).json == nugen.encode_schedule(SCHEDULE, NOW)
    assert get.calls == [((CALLER, SCHEDULE_ID), {})]


@pytest.mark.parametrize(("case", "enabled"), [("schedule_pause", False), ("schedule_resume", True)])
def test_a_schedule_is_paused_and_goes_on(
    case: str, enabled: bool, event: Any, call: Any, played: Any
) -> None:
    set_enabled = played("schedules.set_enabled", SCHEDULE)
    assert call(event(case)).json == nugen.encode_schedule(SCHEDULE, NOW)
    assert set_enabled.calls == [((CALLER, SCHEDULE_ID), {"enabled": enabled})]


def test_a_delete_says_what_was_deleted(event: Any, call: Any, played: Any) -> None:
    delete = played("schedules.delete", None)
    answer = call(event("schedule_delete"))
    assert answer.json == {"id": SCHEDULE_ID, "message": "Successfully deleted schedule"}
    assert delete.calls == [((CALLER, SCHEDULE_ID), {})]


def test_a_schedule_that_is_not_there_is_404(event: Any, call: Any, played: Any) -> None:
    played("schedules.get", NotFound("Schedule", SCHEDULE_ID))
    answer = call(event("schedule_get"))
    assert (answer.status, answer.json) == (404, {"detail": "Schedule not found"})
