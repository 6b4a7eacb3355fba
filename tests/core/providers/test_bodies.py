"""What all wires read in an endpoint's responses."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.errors import TransientModelError
from marksheet.providers.bodies import check_vectors, read_json, retry_after_seconds

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


# No count in a response is larger; beyond 64 bits an integer is read as the float that is nearest.
INTEGERS = st.integers(-(2**63), 2**64 - 1)


@given(st.recursive(st.none() | INTEGERS | st.floats(allow_nan=False) | st.text(), st.lists))
def test_whatever_is_json_is_read(value):
    assert read_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=30).filter(lambda body: not _is_json(body)))
def test_whatever_else_a_body_is_it_is_bad_json(body):
    with pytest.raises(TransientModelError) as caught:
        read_json(body)
    assert caught.value.code == "bad_json"


@pytest.mark.parametrize(
    "found",
    [
        [[]],
        [None],
        ["1"],
        [[True]],
        [["1"]],
        [[None]],
        [[float("inf")]],
        [[float("nan")]],
        [[10**400]],
        [[1.0], [1.0, 2.0]],
        [],
    ],
)
def test_what_are_no_vectors_is_a_bad_response(found):
    with pytest.raises(TransientModelError) as caught:
        check_vectors(found, max(1, len(found)))
    assert caught.value.code == "bad_response"


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(st.floats(-9, 9), min_size=n, max_size=n))))
def test_vectors_of_one_dimension_pass_as_they_are(found):
    assert check_vectors(found, len(found)) == tuple(map(tuple, found))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 30 ", 30),
        ("1.5", 1.5),
        (format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20),
        (format_datetime(NOW - timedelta(seconds=20), usegmt=True), 0),
        ("Fri, 02 Jan 2026 03:04:35 -0000", 30),
        (None, None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("nan", None),
        ("1e9", None),
        ("9" * 400, None),
        ("Fri, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after_seconds(value, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_harmless(value):
    seconds = retry_after_seconds(value, NOW)
    assert seconds is None or seconds >= 0
