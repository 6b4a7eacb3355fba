"""Schedules of the emulator's own EventBridge Scheduler, kept by the API under its role."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e import workers
from tests.e2e.client import Api

TICK = "2026-12-01T06:00:00Z"


@pytest.fixture
def evaluation(api: Api) -> dict[str, Any]:
    """What a tick asks for: a model that is always right, on one question."""
    api.recorded("tape", b'{"question_id":"1","output":"2"}\n')
    return {
        "model_id": "tape",
        "benchmark_id": api.benchmark("sums", [{"question": "1 + 1?", "answer": "2"}]),
    }


def add(api: Api, evaluation: dict[str, Any], expression: str = "rate(1 hour)", **fields: Any) -> str:
    body = {"expression": expression, "evaluation": evaluation, **fields}
    made = api.call("POST", "/api/v3/schedules", json=body)
    assert made["status"] == "ENABLED", made
    return str(made["schedule_id"])


def kept(api: Api) -> list[str]:
    """The states of the organization's schedules in EventBridge Scheduler."""
    found = workers.client("scheduler").list_schedules(NamePrefix=f"{api.organization}.")["Schedules"]
    return [schedule["State"] for schedule in found]


def deliver(function: str, event: dict[str, Any]) -> dict[str, Any]:
    """Call a function as a service of AWS would, and give its answer."""
    called = workers.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    answer: dict[str, Any] = json.loads(called["Payload"].read())
    assert "FunctionError" not in called, answer
    return answer


@pytest.fixture
def start_scheduled(environment: dict[str, str]) -> str:
    """The function's name in the stack."""
    return workers.function_name(environment["MARKSHEET_STACK"], "StartScheduled")


def test_a_schedule_of_every_minute_starts_evaluations(api: Api, evaluation: dict[str, Any]) -> None:
    schedule_id = add(api, evaluation, "rate(1 minute)", name="often")
    path = f"/api/v3/schedules/{schedule_id}"
    ticked = api.wait(path, lambda schedule: schedule["last_evaluation_id"] is not None)
    started = api.finish(ticked["last_evaluation_id"])
    assert (started["status"], started["counts"]["right"]) == ("READY", 1)
    assert started["name"] == f"often {ticked['last_tick'][:19]}Z"
    api.call("DELETE", path)
    assert kept(api) == []
    assert api.http.get(path).status_code == 404


def test_one_tick_delivered_many_times_at_once_starts_one_evaluation(
    api: Api, evaluation: dict[str, Any], start_scheduled: str
) -> None:
    schedule_id = add(api, evaluation)
    event = {"organization": api.organization, "schedule_id": schedule_id, "scheduled_time": TICK}
    with ThreadPoolExecutor(3) as together:
        answers = list(together.map(lambda _: deliver(start_scheduled, event), range(3)))
    assert len({answer["evaluation_id"] for answer in answers}) == 1
    assert deliver(start_scheduled, event) == answers[0]
    assert api.call("GET", "/api/v3/evaluations")["total"] == 1
    api.document(answers[0]["evaluation_id"])
    told = api.call("GET", f"/api/v3/schedules/{schedule_id}")
    assert told["last_evaluation_id"] == answers[0]["evaluation_id"]


def test_a_schedule_pauses_goes_on_and_leaves_nothing(
    api: Api, evaluation: dict[str, Any], start_scheduled: str
) -> None:
    schedule_id = add(api, evaluation)
    path = f"/api/v3/schedules/{schedule_id}"
    event = {"organization": api.organization, "schedule_id": schedule_id, "scheduled_time": TICK}
    assert kept(api) == ["ENABLED"]
    assert api.call("POST", f"{path}/pause")["status"] == "PAUSED"
    assert kept(api) == ["DISABLED"]
    assert deliver(start_scheduled, event) == {"evaluation_id": None}
    assert api.call("POST", f"{path}/resume")["status"] == "ENABLED"
    assert kept(api) == ["ENABLED"]
    api.call("DELETE", path)
    assert kept(api) == []
    assert deliver(start_scheduled, event) == {"evaluation_id": None}
    assert api.call("GET", "/api/v3/schedules") == {"schedules": []}


def test_a_one_time_schedule_is_kept_until_its_moment(api: Api, evaluation: dict[str, Any]) -> None:
    schedule_id = add(api, evaluation, "at(2199-12-01T06:00:00)")
    made = api.call("GET", f"/api/v3/schedules/{schedule_id}")
    assert made["end"] == "2199-12-01T06:00:00.000Z"
    found = workers.client("scheduler").get_schedule(
        Name=f"{api.organization}.{schedule_id}", GroupName="marksheet-local"
    )
    assert found["ActionAfterCompletion"] == "DELETE"
    api.call("DELETE", f"/api/v3/schedules/{schedule_id}")


def test_a_tick_of_a_model_that_is_gone_says_so(
    api: Api, evaluation: dict[str, Any], start_scheduled: str
) -> None:
    schedule_id = add(api, evaluation)
    api.call("DELETE", "/api/v3/models/tape")
    event = {"organization": api.organization, "schedule_id": schedule_id, "scheduled_time": TICK}
    assert deliver(start_scheduled, event) == {"evaluation_id": None}
    told = api.call("GET", f"/api/v3/schedules/{schedule_id}")
    assert (told["failed_ticks"], told["last_failed_tick"]) == (1, "2026-12-01T06:00:00.000Z")
    assert "there is no model 'tape'" in told["last_error"]
    api.call("DELETE", f"/api/v3/schedules/{schedule_id}")
