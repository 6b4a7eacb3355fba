"""Creates that are repeated without saying so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from marksheet.dialects.fields import decode_idempotency_key
from marksheet.domain import Caller, EvaluationDataset
from marksheet.errors import InvalidRequest
from marksheet.repetition import made_before, repetition_key, repetition_record

if TYPE_CHECKING:
    from marksheet.application import Application
    from tests.deployment import Clock


def remember(app: Application, caller: Caller, fingerprint: str) -> None:
    """Make something that is remembered."""
    dataset = EvaluationDataset(
        organization=caller.organization,
        dataset_id="made",
        name="x",
        benchmark_id="b",
        version=1,
        row_count=1,
        created_at="2026-01-01T00:00:00.000Z",
    )
    app.store.evaluation_datasets.add(dataset, repetition_record(app, caller, "dataset", fingerprint))


def test_what_was_made_is_known_for_ten_minutes_from_then(
    app: Application, caller: Caller, clock: Clock
) -> None:
    assert made_before(app, caller, "dataset", "f") is None
    # Shortly before a quarter of an hour begins: windows are nobody's but the request's.
    clock.at += timedelta(minutes=10, seconds=50)
    remember(app, caller, "f")
    clock.at += timedelta(minutes=9, seconds=59)
    found = made_before(app, caller, "dataset", "f")
    assert found is not None
    assert found.evaluation_id == "made"
    clock.at += timedelta(seconds=2)
    assert made_before(app, caller, "dataset", "f") is None


def test_other_requests_keys_and_organizations_are_not_meant(
    app: Application, caller: Caller, stranger: Caller
) -> None:
    remember(app, caller, "f")
    other_key = Caller(caller.organization, "zzzzzzzzzzzzzzzz", caller.scopes)
    assert made_before(app, caller, "dataset", "g") is None
    assert made_before(app, caller, "case", "f") is None
    assert made_before(app, other_key, "dataset", "f") is None
    assert made_before(app, stranger, "dataset", "f") is None


def test_no_client_can_send_such_a_key_by_header(caller: Caller) -> None:
    with pytest.raises(InvalidRequest):
        decode_idempotency_key(repetition_key(caller, "dataset", "f"))
