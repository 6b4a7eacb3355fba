from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from marksheet.dialects.nugen import encode_schedule, encode_schedule_list
from marksheet.domain import Schedule

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NEW = Schedule(
    organization="acme",
    schedule_id="sched-1",
    expression="cron(0 6 * * ? *)",
    timezone="Europe/Berlin",
    request='{"model_id":"m","benchmark_id":"bench-1@2"}',
    fingerprint="f",
    created_at="2026-01-02T03:04:05.000Z",
    key_id="abcdefghijklmnop",
    armed=True,
)


def test_a_new_schedule_has_not_ticked_yet() -> None:
    assert encode_schedule(NEW, NOW) == {
        "schedule_id": "sched-1",
        "name": None,
        "status": "ENABLED",
        "expression": "cron(0 6 * * ? *)",
        "timezone": "Europe/Berlin",
        "start": None,
        "end": None,
        "evaluation": {"model_id": "m", "benchmark_id": "bench-1@2"},
        "created_at": "2026-01-02T03:04:05.000Z",
        "created_by": "abcdefghijklmnop",
        "last_tick": None,
        "last_evaluation_id": None,
        "last_failed_tick": None,
        "last_error": None,
        "failed_ticks": 0,
    }


def test_what_became_of_its_ticks_is_told() -> None:
    ticked = replace(
        NEW,
        last_tick="2026-05-31T04:00:00.000Z",
        last_evaluation_id="eval-1",
        last_failed_tick="2026-05-30T04:00:00.000Z",
        last_error="there was no room",
        failed_ticks=2,
    )
    told = encode_schedule(ticked, NOW)
    assert (told["last_tick"], told["last_evaluation_id"]) == ("2026-05-31T04:00:00.000Z", "eval-1")
    assert (told["last_failed_tick"], told["last_error"]) == ("2026-05-30T04:00:00.000Z", "there was no room")
    assert told["failed_ticks"] == 2


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "ENABLED"),
        ({"enabled": False}, "PAUSED"),
        ({"armed": False}, "CREATING"),
        ({"ends_at": "2026-06-01T00:00:00.000Z"}, "ENABLED"),
        ({"ends_at": "2026-05-31T23:59:59.999Z"}, "COMPLETED"),
        ({"ends_at": "2026-05-31T23:59:59.999Z", "enabled": False}, "COMPLETED"),
    ],
)
def test_its_status_is_one_word(changes: dict[str, Any], word: str) -> None:
    assert encode_schedule(replace(NEW, **changes), NOW)["status"] == word


def test_all_are_listed() -> None:
    both = [NEW, replace(NEW, schedule_id="sched-2")]
    listed = encode_schedule_list(both, NOW)["schedules"]
    assert [schedule["schedule_id"] for schedule in listed] == ["sched-1", "sched-2"]
