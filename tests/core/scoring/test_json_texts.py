"""JSON is read strictly and within limits, and compared by value."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.scoring import json_texts
from marksheet.scoring.json_texts import NotJson, Unreadable, canonical, read_json, unfenced

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)


@given(VALUES)
def test_what_was_written_is_read(value):
    assert canonical(read_json(json.dumps(value))) == canonical(value)


@pytest.mark.parametrize(
    "text",
    ["", "{", "{'a': 1}", "[1,]", "NaN", "[Infinity]", "-Infinity", "01", "1 2", "True", '"a\nb"', "﻿1"],
)
def test_what_the_standard_does_not_know_is_no_json(text):
    with pytest.raises(NotJson):
        read_json(text)


def test_the_place_where_it_stops_being_json_is_named():
    with pytest.raises(NotJson, match="Expecting value at line 2 column 4"):
        read_json("[1,\n2, }")


def test_numbers_are_exact():
    assert read_json("[0.1, 1e2, 3, -0.0]") == [Decimal("0.1"), Decimal(100), 3, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" " * 250_001, "more than 250,000 characters"),
        ("[" * 65 + "]" * 65, "nested more than 64 levels deep"),
        ("[" * 100_000, "nested more than 64 levels deep"),
        ('{"a":' * 65 + "1" + "}" * 65, "nested more than 64 levels deep"),
        ("1" * 5_000, "a number that is too long"),
        ("0." + "1" * 1_000, "a number that is too long"),
        ("1e401", "a number that is out of range"),
        ("1e-401", "a number that is out of range"),
        ("1e99999999999999999999", "a number that is out of range"),
    ],
)
def test_beyond_a_limit_nothing_is_said_about_the_text(text, message):
    with pytest.raises(Unreadable, match=message):
        read_json(text)


def test_as_many_levels_as_allowed_are_read():
    value, levels = read_json("[" * 64 + "]" * 64), 0
    while isinstance(value, list):
        value, levels = (value[0] if value else None), levels + 1
    assert levels == 64


@pytest.mark.parametrize("text", ["1" * 4_300, "1e400", "0e999999999"])
def test_numbers_up_to_the_limits_are_read_exactly(text):
    assert Decimal(str(read_json(text))) == Decimal(text)


def test_a_number_that_no_context_can_hold_is_out_of_range():
    with pytest.raises(Unreadable):
        read_json("1e" + "9" * 30)


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("1", "1"),
        ("```\n1\n```", "1"),
        ("Sure:\n```json\n{}\n```\nDone.", "{}"),
        ("  ```JSON\r\n{}\r\n  ```", "{}\r"),
        ("```python\nx\n```\n```json\n1\n```", "1"),
        ("```python\nx\n```\n```\n1\n```", "x"),
        ("```json\n[1,\n2]", "[1,\n2]"),
        ("````\n1\n````", "1"),
        ("```\na\n```js\nb\n```", "a\n```js\nb"),
        ("use ``` for code", "use ``` for code"),
    ],
)
def test_a_block_labelled_json_comes_before_the_first_one(text, block):
    assert unfenced(text) == block


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, Decimal("1.0")), (0.1, Decimal("0.1")), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([1, []], (1, []))],
)
def test_equal_values_have_one_form(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), (0, None), ("1", 1), ([], {}), ([1, 2], [2, 1]), ([1], [1, 1])]
)
def test_different_values_have_different_forms(one, other):
    assert canonical(one) != canonical(other)


def test_order_and_case_are_left_out_on_request():
    assert canonical([1, [2, 3]], unordered=True) == canonical([[3, 2], 1], unordered=True)
    assert canonical([1, 1, 2], unordered=True) != canonical([1, 2, 2], unordered=True)
    assert canonical({"a": ["X  y"]}, fold=True) == canonical({"a": ["x Y"]}, fold=True)


def test_the_limit_is_on_characters(monkeypatch):
    monkeypatch.setattr(json_texts, "LONGEST_READ", 3)
    assert read_json("[1]") == [1]
