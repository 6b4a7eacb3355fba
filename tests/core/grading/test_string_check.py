"""string_check compares two texts character by character."""

from __future__ import annotations

import pytest

from marksheet.domain import Mark
from tests.core.grading.asking import submission


def check(operation, **more):
    return {
        "type": "string_check",
        "input": "{{sample.output_text}}",
        "reference": "{{item.expected_answer}}",
        "operation": operation,
        **more,
    }


@pytest.mark.parametrize(
    ("operation", "output", "reference", "value"),
    [
        ("eq", "Paris", "Paris", 1),
        ("eq", "Paris ", "Paris", 0),
        ("eq", "paris", "Paris", 0),
        ("eq", "", "", 1),
        ("ne", "Paris", "Rome", 1),
        ("ne", "Paris", "Paris", 0),
        ("neq", "Paris", "Rome", 1),
        ("neq", "Paris", "Paris", 0),
        ("like", "It is Paris.", "Paris", 1),
        ("like", "It is paris.", "Paris", 0),
        ("like", "Par", "Paris", 0),
        ("ilike", "It is PARIS.", "paris", 1),
        ("ilike", "STRASSE", "straße", 1),
        ("ilike", "Rome", "paris", 0),
    ],
)
def test_an_operation_holds_or_it_does_not(grade, operation, output, reference, value):
    mark, asked = grade(check(operation), submission(output, expected_answer=reference))
    assert mark == Mark(value, bool(value))
    assert asked == []


@pytest.mark.parametrize("operation", ["like", "ilike"])
def test_looking_for_an_empty_text_is_no_check(grade, operation):
    mark, _ = grade(check(operation), submission("anything", expected_answer=""))
    assert (mark.value, mark.passed) == (None, None)
    assert mark.reason == "the reference is empty, which every text contains"


def test_a_field_that_the_row_lacks_leaves_it_unscored_and_is_named(grade):
    mark, _ = grade(check("eq"), submission("Paris"))
    assert mark == Mark(None, reason="the row has no item.expected_answer")


def test_a_penalty_passes_where_it_is_not_met(grade):
    row = submission("Paris", expected_answer="Paris")
    assert grade(check("eq", points=-2), row)[0] == Mark(1.0, False)
    assert grade(check("ne", points=-2), row)[0] == Mark(0.0, True)
