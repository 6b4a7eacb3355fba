from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from marksheet.dialects.nugen import decode_create_schedule
from marksheet.dialects.nugen.schedule_requests import LARGEST_EVALUATION
from marksheet.errors import InvalidRequest

EVALUATION = {"model_id": "m", "benchmark_id": "bench-1@2"}
LEAST = {"expression": "rate(1 hour)", "evaluation": EVALUATION}


def body(**changes: Any) -> bytes:
    return json.dumps({**LEAST, **changes}).encode()


def test_the_least_that_a_schedule_needs() -> None:
    schedule, evaluation, _ = decode_create_schedule(body())
    assert (schedule.expression, schedule.timezone, schedule.enabled) == ("rate(1 hour)", "UTC", True)
    assert (schedule.name, schedule.start, schedule.end) == (None, None, None)
    assert (evaluation.model_id, evaluation.benchmark_id, evaluation.benchmark_version) == ("m", "bench-1", 2)


def test_all_that_a_schedule_may_say() -> None:
    schedule, _, _ = decode_create_schedule(
        body(
            name="nightly",
            timezone="Europe/Berlin",
            enabled=False,
            start="2026-02-01T01:00:00+01:00",
            end="2026-03-01T00:00:00Z",
        )
    )
    assert (schedule.name, schedule.timezone, schedule.enabled) == ("nightly", "Europe/Berlin", False)
    assert schedule.start == datetime(2026, 2, 1, tzinfo=UTC)
    assert schedule.end == datetime(2026, 3, 1, tzinfo=UTC)


def test_the_evaluation_is_kept_as_it_was_sent() -> None:
    sent = {**EVALUATION, "evaluation_name": "x", "trials": 1}
    assert decode_create_schedule(body(evaluation=sent)).schedule.evaluation == sent


@pytest.mark.parametrize(
    ("changes", "location"),
    [
        ({"organization": "umbrella"}, ("body", "organization")),
        ({"status": "COMPLETED"}, ("body", "status")),
        ({"expression": ""}, ("body", "expression")),
        ({"expression": 1}, ("body", "expression")),
        ({"expression": "r" * 257}, ("body", "expression")),
        ({"timezone": None}, ("body", "timezone")),
        ({"enabled": "yes"}, ("body", "enabled")),
        ({"name": "a\u0007b"}, ("body", "name")),
        ({"name": "n" * 101}, ("body", "name")),
        ({"start": 1767322800}, ("body", "start")),
        ({"start": "2026-02-01T00:00:00"}, ("body", "start")),
        ({"end": "tomorrow"}, ("body", "end")),
        ({"end": "0001-01-01T00:00:00+14:00"}, ("body", "end")),
        ({"evaluation": []}, ("body", "evaluation")),
        ({"evaluation": {}}, ("body", "evaluation", "model_id")),
        ({"evaluation": {**EVALUATION, "trials": 0}}, ("body", "evaluation", "trials")),
        ({"evaluation": {**EVALUATION, "status": "READY"}}, ("body", "evaluation", "status")),
        ({"evaluation": {**EVALUATION, "dry_run": True}}, ("body", "evaluation", "dry_run")),
        (
            {"evaluation": {**EVALUATION, "custom_metrics": ["m" * LARGEST_EVALUATION]}},
            ("body", "evaluation"),
        ),
    ],
)
def test_what_cannot_be_accepted_is_named(changes: dict[str, Any], location: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_create_schedule(body(**changes))
    assert refused.value.problems[0].location == location


@pytest.mark.parametrize("missing", ["expression", "evaluation"])
def test_what_is_missing_is_named(missing: str) -> None:
    sent = {name: value for name, value in LEAST.items() if name != missing}
    with pytest.raises(InvalidRequest) as refused:
        decode_create_schedule(json.dumps(sent).encode())
    assert refused.value.problems[0].location == ("body", missing)
    assert refused.value.problems[0].kind == "missing"


def test_equal_requests_have_equal_fingerprints_however_they_are_written() -> None:
    written = json.dumps({"evaluation": dict(reversed(EVALUATION.items())), "expression": "rate(1 hour)"})
    stated = body(timezone="UTC", enabled=True, evaluation={**EVALUATION, "trials": 1})
    assert (
        decode_create_schedule(written.encode()).fingerprint
        == decode_create_schedule(stated).fingerprint
        == decode_create_schedule(body()).fingerprint
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"expression": "rate(2 hours)"},
        {"name": "other"},
        {"end": "2026-03-01T00:00:00Z"},
        {"evaluation": {**EVALUATION, "trials": 2}},
    ],
)
def test_other_requests_have_other_fingerprints(changes: dict[str, Any]) -> None:
    assert decode_create_schedule(body(**changes)).fingerprint != decode_create_schedule(body()).fingerprint
