"""schedules add, list, show, pause, resume, delete against the stub service."""

from __future__ import annotations

import pytest

from tests.stubs.api_stub import Reply

EVALUATION = ("--model", "llama", "--benchmark", "sums")


@pytest.fixture(autouse=True)
def benchmark(service):
    return service.add_benchmark("sums")


def sent(service):
    """The body of the last create."""
    return service.sent("POST /api/v3/schedules$")[-1].json


def test_a_schedule_asks_for_what_run_would_ask_for(json_of, service):
    json_of("schedules", "add", "--every", "6 hours", *EVALUATION, "--trials", "3", "--metric", "accuracy")
    assert sent(service) == {
        "expression": "rate(6 hours)",
        "evaluation": {
            "benchmark_id": "bench-1",
            "model_id": "llama",
            "custom_metrics": ["accuracy"],
            "trials": 3,
        },
    }


def test_everything_about_when_is_sent_on(json_of, service):
    made = json_of(
        "schedules",
        "add",
        "--cron",
        "0 6 ? * MON-FRI *",
        *EVALUATION,
        *("--timezone", "Europe/Berlin", "--name", "nightly", "--paused"),
        *("--start", "2026-12-01T00:00:00Z", "--end", "2027-12-01T00:00:00Z"),
    )
    body = sent(service)
    assert body["expression"] == "cron(0 6 ? * MON-FRI *)"
    assert (body["timezone"], body["name"], body["enabled"]) == ("Europe/Berlin", "nightly", False)
    assert (body["start"], body["end"]) == ("2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z")
    assert made["status"] == "PAUSED"


def test_a_schedule_may_be_for_once(cli, service):
    result = cli("schedules", "add", "--at", "2026-12-01T06:00:00", *EVALUATION)
    assert result.exit_code == 0, result.stderr
    assert sent(service)["expression"] == "at(2026-12-01T06:00:00)"
    assert "sched-1" in result.stdout


@pytest.mark.parametrize("when", [(), ("--every", "1 day", "--at", "2026-12-01T06:00:00")])
def test_when_is_said_in_one_way(cli, service, when):
    result = cli("schedules", "add", *when, *EVALUATION)
    assert result.exit_code == 2
    assert "--every, --cron or --at" in result.stderr
    assert not service.requests


def test_what_run_would_miss_is_missed_here_too(cli, service):
    result = cli("schedules", "add", "--every", "1 day", "--model", "llama")
    assert result.exit_code == 2
    assert "--benchmark" in result.stderr
    assert not service.requests


def test_a_lost_answer_makes_no_second_schedule(json_of, service):
    service.fault("POST /api/v3/schedules", Reply(503, {"detail": "busy"}))
    json_of("schedules", "add", "--every", "1 day", *EVALUATION)
    keys = [request.headers["idempotency-key"] for request in service.sent("POST /api/v3/schedules$")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_refused_expression_names_its_field(json_of, service):
    problem = {"loc": ["body", "expression"], "msg": "use rate(1 hour)", "type": "value_error"}
    service.fault("POST /api/v3/schedules", Reply(422, {"detail": [problem]}))
    answer = json_of("schedules", "add", "--every", "fortnight", *EVALUATION, exit_code=1)
    assert answer["error"]["problems"] == [{"field": "body.expression", "message": "use rate(1 hour)"}]


def test_a_model_that_is_not_there_is_not_found_with_a_hint(cli, service):
    service.models["llama3"] = {"model_id": "llama3"}
    problem = {"loc": ["body", "evaluation", "model_id"], "msg": "there is no model", "type": "not_found"}
    service.fault("POST /api/v3/schedules", Reply(422, {"detail": [problem]}))
    result = cli("schedules", "add", "--every", "1 day", *EVALUATION)
    assert result.exit_code == 5
    assert "llama3" in result.stderr


def test_schedules_are_listed(cli, service):
    assert "No schedules." in cli("schedules", "list").stdout
    cli("schedules", "add", "--every", "1 day", *EVALUATION, "--name", "daily")
    listed = cli("schedules", "list").stdout
    for word in ("sched-1", "daily", "ENABLED", "rate(1 day)"):
        assert word in listed


def test_a_list_as_json_is_the_services_own(json_of, service):
    json_of("schedules", "add", "--every", "1 day", *EVALUATION)
    assert json_of("schedules", "list") == {"schedules": list(service.schedules.values())}


def test_one_schedule_is_shown(cli):
    cli("schedules", "add", "--every", "1 day", *EVALUATION)
    shown = cli("schedules", "show", "sched-1").stdout
    assert "rate(1 day)" in shown
    assert "model_id=llama" in shown


def test_a_schedule_is_paused_and_resumed(json_of):
    json_of("schedules", "add", "--every", "1 day", *EVALUATION)
    assert json_of("schedules", "pause", "sched-1")["status"] == "PAUSED"
    assert json_of("schedules", "resume", "sched-1")["status"] == "ENABLED"


def test_a_delete_asks_first_and_deletes(cli, service):
    cli("schedules", "add", "--every", "1 day", *EVALUATION)
    assert cli("schedules", "delete", "sched-1").exit_code == 2
    assert service.schedules
    assert cli("schedules", "delete", "sched-1", "--yes").exit_code == 0
    assert not service.schedules


@pytest.mark.parametrize("command", ["show", "pause", "resume"])
def test_a_schedule_that_is_not_there_is_exit_code_5(cli, command):
    assert cli("schedules", command, "sched-9").exit_code == 5
