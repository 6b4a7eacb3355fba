from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from marksheet import aws
from marksheet.application import Application
from marksheet.domain import Schedule
from marksheet.errors import InvalidRequest, LimitExceeded
from marksheet.scheduler import SchedulerRefused, schedule_name

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def schedule(schedule_group: str) -> Schedule:
    return Schedule(
        organization="acme",
        schedule_id="sched-01kdyak34dwzkbtfbxwaszq64r",
        expression="rate(1 hour)",
        timezone="Europe/Berlin",
        request="{}",
        fingerprint="f",
        created_at="2026-01-02T03:04:05.000Z",
        key_id="abcdefghijklmnop",
    )


def kept(schedule: Schedule, group: str) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("scheduler").get_schedule(
        Name=schedule_name(schedule), GroupName=group
    )
    return found


def refuse_with(
    monkeypatch: pytest.MonkeyPatch, code: str, message: str = "no", status: int = 400
) -> ClientError:
    """Makes the service refuse every creation."""
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    kind = getattr(aws.client("scheduler").exceptions, code, ClientError)
    error: ClientError = kind(answer, "CreateSchedule")

    def refuse(**_: Any) -> None:
        raise error

    monkeypatch.setattr(aws.client("scheduler"), "create_schedule", refuse)
    return error


def test_every_tick_calls_the_function_with_its_scheduled_time(
    app: Application, schedule: Schedule, schedule_group: str
) -> None:
    app.scheduler.keep(schedule, NOW)
    found = kept(schedule, schedule_group)
    assert found["ScheduleExpression"] == "rate(1 hour)"
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert found["State"] == "ENABLED"
    target = found["Target"]
    assert target["Arn"].endswith("start-scheduled")
    assert target["RoleArn"].endswith("role/marksheet-scheduler")
    assert json.loads(target["Input"]) == {
        "organization": "acme",
        "schedule_id": schedule.schedule_id,
        "scheduled_time": "<aws.scheduler.scheduled-time>",
    }


def test_a_tick_that_cannot_be_delivered_goes_to_the_dead_letters_after_an_hour(
    app: Application, schedule: Schedule, schedule_group: str
) -> None:
    app.scheduler.keep(schedule, NOW)
    target = kept(schedule, schedule_group)["Target"]
    assert target["DeadLetterConfig"]["Arn"].endswith("marksheet-dead-letters")
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 3600


@pytest.mark.parametrize("expression", ["at(2026-12-01T06:00:00)", "rate(1 hour)"])
def test_a_schedule_that_is_over_deletes_itself(
    expression: str, app: Application, schedule: Schedule, schedule_group: str
) -> None:
    timed = replace(schedule, expression=expression, ends_at="2026-12-01T05:00:00.000Z")
    app.scheduler.keep(timed, NOW)
    assert kept(timed, schedule_group)["ActionAfterCompletion"] == "DELETE"


def test_start_and_end_bound_a_repeated_schedule(
    app: Application, schedule: Schedule, schedule_group: str
) -> None:
    bounded = replace(schedule, starts_at="2026-02-01T00:00:00.000Z", ends_at="2026-03-01T00:00:00.000Z")
    app.scheduler.keep(bounded, NOW)
    found = kept(bounded, schedule_group)
    assert found["StartDate"] == datetime(2026, 2, 1, tzinfo=UTC)
    assert found["EndDate"] == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_start_that_is_past_is_not_told_again(
    app: Application, schedule: Schedule, schedule_group: str
) -> None:
    started = replace(schedule, starts_at="2026-01-01T00:00:00.000Z")
    app.scheduler.keep(started, NOW)
    assert "StartDate" not in kept(started, schedule_group)


def test_keeping_a_schedule_again_changes_the_one_that_is_there(
    app: Application, schedule: Schedule, schedule_group: str
) -> None:
    app.scheduler.keep(schedule, NOW)
    app.scheduler.keep(replace(schedule, enabled=False), NOW)
    assert kept(schedule, schedule_group)["State"] == "DISABLED"


def test_removing_leaves_nothing_and_may_be_repeated(
    app: Application, schedule: Schedule, schedule_group: str
) -> None:
    app.scheduler.keep(schedule, NOW)
    app.scheduler.remove(schedule)
    app.scheduler.remove(schedule)
    assert aws.client("scheduler").list_schedules(GroupName=schedule_group)["Schedules"] == []


def test_the_longest_organization_has_a_name_the_service_takes(schedule: Schedule) -> None:
    name = schedule_name(replace(schedule, organization="a" * 40))
    assert re.fullmatch(r"[0-9a-zA-Z-_.]{1,64}", name)
    assert name.endswith(schedule.schedule_id)


def test_a_refused_expression_is_the_callers_to_mend(
    app: Application, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_with(monkeypatch, "ValidationException", "Invalid Schedule Expression rate(1 hour).")
    with pytest.raises(InvalidRequest, match="expression, timezone") as refused:
        app.scheduler.keep(schedule, NOW)
    assert refused.value.problems[0].location == ("body", "expression")


def test_a_full_account_is_a_limit(
    app: Application, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_with(monkeypatch, "ServiceQuotaExceededException", status=402)
    with pytest.raises(LimitExceeded, match="no room"):
        app.scheduler.keep(schedule, NOW)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", "not authorized"),
        ("ValidationException", "The execution role you provide must allow AWS EventBridge Scheduler"),
    ],
)
def test_what_the_deployment_does_wrong_is_not_the_callers_fault(
    code: str, message: str, app: Application, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_with(monkeypatch, code, message)
    with pytest.raises(SchedulerRefused, match=code):
        app.scheduler.keep(schedule, NOW)


def test_after_a_broken_answer_nobody_knows(
    app: Application, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = refuse_with(monkeypatch, "InternalServerException", status=500)
    with pytest.raises(ClientError) as raised:
        app.scheduler.keep(schedule, NOW)
    assert raised.value is error
