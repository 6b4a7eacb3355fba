from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marksheet import aws, schedules
from marksheet.application import Application
from marksheet.assembling import CreateEvaluation
from marksheet.domain import Caller, Schedule
from marksheet.errors import Conflict, IdempotencyMismatch, InvalidRequest, LimitExceeded, NotFound
from marksheet.scheduler import SchedulerRefused
from marksheet.schedules import NewSchedule


@pytest.fixture
def new(app: Application, deployment: Any, schedule_group: str) -> NewSchedule:
    """An hourly schedule of a model and a benchmark that are there."""
    deployment.recorded("right", {"q1": "1"})
    benchmark = deployment.benchmark(1)
    return NewSchedule(
        expression="rate(1 hour)",
        request=f'{{"model_id":"right","benchmark_id":"{benchmark.benchmark_id}"}}',
        evaluation=CreateEvaluation("right", benchmark.benchmark_id),
        name="hourly",
    )


def kept_names() -> list[str]:
    """What EventBridge Scheduler has."""
    found = aws.client("scheduler").list_schedules()["Schedules"]
    return [schedule["Name"] for schedule in found]


def names(*found: Schedule) -> list[str]:
    return [f"{schedule.organization}.{schedule.schedule_id}" for schedule in found]


def test_a_new_schedule_is_kept_and_found(app: Application, caller: Caller, new: NewSchedule) -> None:
    made = schedules.create(app, caller, new)
    assert made.armed
    assert made.enabled
    assert made.key_id == caller.key_id
    assert schedules.get(app, caller, made.schedule_id) == made
    assert schedules.list_all(app, caller) == [made]
    assert kept_names() == names(made)


def test_schedules_are_listed_oldest_first(app: Application, caller: Caller, new: NewSchedule) -> None:
    made = [schedules.create(app, caller, new, idempotency_key=key) for key in ("b", "a", "c")]
    assert schedules.list_all(app, caller) == made


def test_a_one_time_schedule_ends_with_its_moment_in_utc(
    app: Application, caller: Caller, new: NewSchedule
) -> None:
    once = replace(new, expression="at(2026-07-01T08:00:00)", timezone="Europe/Berlin")
    assert schedules.create(app, caller, once).ends_at == "2026-07-01T06:00:00.000Z"


def test_a_schedule_that_was_over_for_a_month_is_forgotten_by_the_table(
    app: Application, caller: Caller, new: NewSchedule
) -> None:
    end = datetime(2026, 2, 1, tzinfo=UTC)
    made = schedules.create(app, caller, replace(new, end=end))
    item = aws.client("dynamodb").get_item(
        TableName=app.settings.table_name,
        Key={"PK": {"S": "ORG#acme#SCHEDULE"}, "SK": {"S": made.schedule_id}},
    )["Item"]
    assert int(item["expires_at"]["N"]) == int((end + timedelta(days=30)).timestamp())


@pytest.mark.parametrize(
    ("change", "location"),
    [
        ({"expression": "hourly"}, ("body", "expression")),
        ({"expression": "at(2026-01-02T03:04:05)"}, ("body", "expression")),
        ({"timezone": "Europe/Nowhere"}, ("body", "timezone")),
        ({"end": datetime(2026, 1, 1, tzinfo=UTC)}, ("body", "end")),
        (
            {"start": datetime(2026, 3, 1, tzinfo=UTC), "end": datetime(2026, 3, 1, tzinfo=UTC)},
            ("body", "end"),
        ),
        (
            {"expression": "at(2026-12-01T06:00:00)", "start": datetime(2026, 3, 1, tzinfo=UTC)},
            ("body", "start"),
        ),
        (
            {"expression": "at(2026-12-01T06:00:00)", "end": datetime(2026, 3, 1, tzinfo=UTC)},
            ("body", "end"),
        ),
        ({"evaluation": CreateEvaluation("nobody", "bench-none")}, ("body", "evaluation", "model_id")),
        ({"evaluation": CreateEvaluation("right", "bench-none")}, ("body", "evaluation", "benchmark_id")),
    ],
)
def test_what_could_never_start_is_refused_at_once(
    change: dict[str, Any],
    location: tuple[str, ...],
    app: Application,
    caller: Caller,
    new: NewSchedule,
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        schedules.create(app, caller, replace(new, **change))
    assert refused.value.problems[0].location == location
    assert schedules.list_all(app, caller) == []
    assert kept_names() == []


def test_there_are_no_more_schedules_than_allowed(
    app: Application, caller: Caller, stranger: Caller, new: NewSchedule, clock: Any
) -> None:
    two = replace(app, settings=replace(app.settings, max_schedules=2))
    schedules.create(two, caller, new)
    schedules.create(two, caller, replace(new, end=clock() + timedelta(hours=2)))
    with pytest.raises(LimitExceeded, match="2 schedules"):
        schedules.create(two, caller, new)
    clock.at += timedelta(hours=3)
    assert schedules.create(two, caller, new).armed, "one that is over makes room"


def test_one_idempotency_key_is_one_schedule(
    app: Application, caller: Caller, stranger: Caller, new: NewSchedule
) -> None:
    first = schedules.create(app, caller, new, idempotency_key="k", fingerprint="f")
    assert schedules.create(app, caller, new, idempotency_key="k", fingerprint="f") == first
    assert kept_names() == names(first)
    with pytest.raises(IdempotencyMismatch):
        schedules.create(app, caller, new, idempotency_key="k", fingerprint="other")


def test_creates_at_the_same_moment_make_one_schedule(
    app: Application, caller: Caller, new: NewSchedule
) -> None:
    def create(_: int) -> Schedule:
        return schedules.create(app, caller, new, idempotency_key="k", fingerprint="f")

    with ThreadPoolExecutor(4) as together:
        made = {schedule.schedule_id for schedule in together.map(create, range(4))}
    assert len(made) == 1
    assert len(kept_names()) == 1


def test_an_idempotency_key_is_its_organizations_own(
    app: Application, caller: Caller, stranger: Caller, new: NewSchedule
) -> None:
    first = schedules.create(app, caller, new, idempotency_key="k", fingerprint="f")
    with pytest.raises(InvalidRequest, match="no model"):
        schedules.create(app, stranger, new, idempotency_key="k", fingerprint="f")
    assert schedules.list_all(app, caller) == [first]


@pytest.mark.parametrize(
    "refusal",
    [
        SchedulerRefused("AccessDeniedException"),
        LimitExceeded("no room", retry_after_seconds=60),
    ],
)
def test_of_a_schedule_that_is_refused_nothing_is_left(
    refusal: Exception,
    app: Application,
    caller: Caller,
    new: NewSchedule,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise refusal

    monkeypatch.setattr("marksheet.scheduler.Scheduler.keep", refuse)
    with pytest.raises(type(refusal)):
        schedules.create(app, caller, new)
    assert schedules.list_all(app, caller) == []


def cut_off(app: Application, caller: Caller, new: NewSchedule, monkeypatch: pytest.MonkeyPatch) -> Schedule:
    """A schedule whose creation ended after the table and before EventBridge Scheduler."""

    def die(*_: object) -> None:
        raise ConnectionError("cut off")

    with monkeypatch.context() as patched:
        patched.setattr("marksheet.scheduler.Scheduler.keep", die)
        with pytest.raises(ConnectionError):
            schedules.create(app, caller, new, idempotency_key="k", fingerprint="f")
    (left,) = schedules.list_all(app, caller)
    return left


def test_a_create_that_was_cut_off_shows_and_is_finished_by_its_repetition(
    app: Application, caller: Caller, new: NewSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = cut_off(app, caller, new, monkeypatch)
    assert not left.armed
    finished = schedules.create(app, caller, new, idempotency_key="k", fingerprint="f")
    assert finished == replace(left, armed=True)
    assert kept_names() == names(finished)


def test_a_create_that_was_cut_off_can_be_deleted(
    app: Application, caller: Caller, new: NewSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = cut_off(app, caller, new, monkeypatch)
    schedules.delete(app, caller, left.schedule_id)
    assert schedules.list_all(app, caller) == []


def test_a_deleted_schedule_leaves_nothing(app: Application, caller: Caller, new: NewSchedule) -> None:
    made = schedules.create(app, caller, new)
    schedules.delete(app, caller, made.schedule_id)
    assert kept_names() == []
    for use in (schedules.get, schedules.delete):
        with pytest.raises(NotFound):
            use(app, caller, made.schedule_id)


def test_a_deletion_that_was_cut_off_can_be_repeated(
    app: Application, caller: Caller, new: NewSchedule
) -> None:
    made = schedules.create(app, caller, new)
    app.scheduler.remove(made)
    schedules.delete(app, caller, made.schedule_id)
    assert schedules.list_all(app, caller) == []


def test_a_schedule_is_paused_and_goes_on(app: Application, caller: Caller, new: NewSchedule) -> None:
    made = schedules.create(app, caller, new)

    def state() -> str:
        found = aws.client("scheduler").get_schedule(Name=names(made)[0], GroupName="marksheet-test")
        return str(found["State"])

    assert not schedules.set_enabled(app, caller, made.schedule_id, enabled=False).enabled
    assert state() == "DISABLED"
    assert schedules.set_enabled(app, caller, made.schedule_id, enabled=True) == made
    assert state() == "ENABLED"


def test_a_schedule_can_be_made_paused(app: Application, caller: Caller, new: NewSchedule) -> None:
    made = schedules.create(app, caller, replace(new, enabled=False))
    assert (made.armed, made.enabled) == (True, False)


def test_a_schedule_that_is_over_does_not_go_on(
    app: Application, caller: Caller, new: NewSchedule, clock: Any
) -> None:
    made = schedules.create(app, caller, replace(new, end=clock() + timedelta(hours=2)))
    clock.at += timedelta(hours=3)
    with pytest.raises(Conflict, match="over"):
        schedules.set_enabled(app, caller, made.schedule_id, enabled=True)


def test_a_schedule_deleted_while_it_is_changed_is_not_kept(
    app: Application, caller: Caller, new: NewSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = schedules.create(app, caller, new)
    keep = app.scheduler.keep

    def keep_too_late(schedule: Schedule, now: datetime) -> None:
        schedules.delete(app, caller, schedule.schedule_id)
        keep(schedule, now)

    monkeypatch.setattr(app.scheduler, "keep", keep_too_late)
    with pytest.raises(NotFound):
        schedules.set_enabled(app, caller, made.schedule_id, enabled=False)
    assert kept_names() == []


def test_another_organizations_schedules_do_not_exist(
    app: Application, caller: Caller, stranger: Caller, new: NewSchedule
) -> None:
    made = schedules.create(app, caller, new)
    assert schedules.list_all(app, stranger) == []
    for use in (schedules.get, schedules.delete):
        with pytest.raises(NotFound):
            use(app, stranger, made.schedule_id)
    with pytest.raises(NotFound):
        schedules.set_enabled(app, stranger, made.schedule_id, enabled=False)
    assert kept_names() == names(made)
