from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from marksheet.identifiers import derived_id, derived_uuid, new_id, new_uuid, timestamp

MOMENTS = st.integers(946_684_800_000, 253_000_000_000_000).map(
    lambda milliseconds: datetime.fromtimestamp(milliseconds / 1000, UTC)
)


@given(MOMENTS, MOMENTS)
def test_ids_sort_by_the_millisecond_they_were_made(one: datetime, other: datetime) -> None:
    if int(one.timestamp() * 1000) < int(other.timestamp() * 1000):
        assert new_id("eval", one) < new_id("eval", other)


@given(MOMENTS)
def test_an_id_needs_no_escaping_anywhere(moment: datetime) -> None:
    assert re.fullmatch(r"eval-[0-9a-z]{26}", new_id("eval", moment))


def test_ids_of_one_moment_differ() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert len({new_id("eval", moment) for _ in range(1000)}) == 1000


def test_a_timestamp_is_in_utc_and_ends_in_z() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(moment) == "2026-01-02T01:04:05.678Z"


@given(st.text(), st.text())
def test_a_derived_id_is_the_texts_own(text: str, other: str) -> None:
    made = derived_id("sched", text)
    assert re.fullmatch(r"sched-[0-9a-hjkmnp-tv-z]{26}", made)
    assert made == derived_id("sched", text)
    assert (made == derived_id("sched", other)) == (text == other)


@given(MOMENTS, MOMENTS)
def test_uuids_sort_by_the_millisecond_they_were_made(one: datetime, other: datetime) -> None:
    if int(one.timestamp() * 1000) < int(other.timestamp() * 1000):
        assert new_uuid(one) < new_uuid(other)


@given(MOMENTS)
def test_a_uuid_of_a_moment_is_one_of_version_seven(moment: datetime) -> None:
    made = uuid.UUID(new_uuid(moment))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(moment.timestamp() * 1000)


def test_uuids_of_one_moment_differ() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert len({new_uuid(moment) for _ in range(1000)}) == 1000


def test_a_derived_uuid_is_pinned_and_its_names_own() -> None:
    made = derived_uuid("dataset", "acme", "bench-1", "1")
    assert made == "f6672a22-f2de-5dd9-a898-8912b5153f55"
    assert uuid.UUID(made).version == 5
    assert derived_uuid("dataset", "acme", "bench-1", "2") != made
