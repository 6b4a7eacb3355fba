"""What a judge may say and what it is worth."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marksheet.domain import ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import build
from marksheet.scoring.judge_scale import NumberRange, labels, numbers
from marksheet.scoring.verdicts import Verdict


def scale(**options):
    return build(ScorerSpec("llm_judge", options={"model": "judge", "rubric": "?", **options})).scale


def problem(**options):
    with pytest.raises(InvalidRequest) as caught:
        scale(**options)
    [found] = caught.value.problems
    return found.location[-1], found.message


def test_a_judge_says_correct_or_incorrect_when_nothing_else_is_wanted():
    assert scale().values == {"CORRECT": 1.0, "INCORRECT": 0.0}


def test_labels_have_their_values_and_null_is_unscored():
    assert scale(labels={"GOOD": 1, "FAIR": 0.5, "UNCLEAR": None}).values == {
        "GOOD": 1.0,
        "FAIR": 0.5,
        "UNCLEAR": None,
    }


def test_the_order_of_labels_does_not_depend_on_how_they_were_kept():
    kept = labels({"UNCLEAR": None, "BAD": 0.0, "FAIR": 0.5, "GOOD": 1.0})
    assert kept.wording == labels(dict(reversed(kept.values.items()))).wording
    assert kept.wording == "one of GOOD, FAIR, BAD, UNCLEAR"


def test_numbers_are_mapped_onto_0_to_1():
    assert scale(scale={"min": 1, "max": 5}).values == {"1": 0, "2": 0.25, "3": 0.5, "4": 0.75, "5": 1}
    assert numbers(0, 1).values == {"0": 0.0, "1": 1.0}


@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        ({"A": 1}, "must have 2 to 20 labels, not 1"),
        ({str(n): 1 for n in range(21)}, "must have 2 to 20 labels, not 21"),
        ({"A": 1, "": 0}, "must have labels of 1 to 40 printable characters"),
        ({"A": 1, "B" * 41: 0}, "must have labels of 1 to 40 printable characters"),
        ({"A": 1, "B\nVERDICT: A": 0}, "must have labels of 1 to 40 printable characters"),
        ({"A": 1, 5: 0}, "must have labels of 1 to 40 printable characters"),
        ({"A": 1, "\ud800": 0}, "must have labels of 1 to 40 printable characters"),
        ({"A": 1, '"B"': 0}, "must have labels without quotes"),
        ({"A": 1, "B.": 0}, "must have labels without quotes"),
        ({"A": 1, "<B>": 0}, "must have labels without quotes"),
        ({"A": 1, "B  C": 0}, "must have labels without quotes"),
        ({"A b": 1, "a_B": 0}, "must have labels that differ in more than case"),
        ({"A": 1, "B": 1.5}, "must give each label a number from 0 to 1"),
        ({"A": 1, "B": -0.1}, "must give each label a number from 0 to 1"),
        ({"A": 1, "B": float("nan")}, "must give each label a number from 0 to 1"),
        ({"A": 1, "B": True}, "must give each label a number from 0 to 1"),
        ({"A": 1, "B": "0"}, "must give each label a number from 0 to 1"),
        ({"A": None, "B": None}, "must give at least one label a number"),
        ([], "must be an object that is not empty"),
        ({}, "must be an object that is not empty"),
    ],
)
def test_labels_that_cannot_be_told_apart_or_valued_are_refused(named, complaint):
    location, message = problem(labels=named)
    assert location == "labels"
    assert message.startswith(complaint)


@pytest.mark.parametrize(
    "span",
    [
        {"min": 5, "max": 5},
        {"min": 5, "max": 1},
        {"min": -1, "max": 1},
        {"min": 0, "max": 101},
        {"min": 1.0, "max": 5},
        {"min": False, "max": True},
        {"min": 1},
        {"min": 1, "max": 5, "step": 2},
    ],
)
def test_a_scale_that_is_none_is_refused(span):
    assert problem(scale=span) == (
        "scale",
        'must be two whole numbers {"min": a, "max": b} with 0 <= a < b <= 100',
    )


def test_a_range_of_numbers_is_worded_and_read():
    offer = NumberRange(Decimal("0"), Decimal("2.50"))
    assert offer.wording == "one decimal number from 0 to 2.50"
    assert offer.read("Well.\nV-1: 2.5", "V-1") == Verdict("2.5", "Well.")
    assert offer.read_alone("2.5") == Verdict("2.5", "")
    assert offer.read_alone("2.6") is None


def test_labels_are_read_by_their_scale():
    offer = labels({"GOOD": 1.0, "BAD": 0.0})
    assert offer.read("Well.\nV-1: good", "V-1") == Verdict("GOOD", "Well.")
    assert offer.read_alone("bad.") == Verdict("BAD", "")
    assert offer.read_alone("so bad") is None


def test_labels_and_a_scale_do_not_go_together():
    assert problem(labels={"A": 1, "B": 0}, scale={"min": 1, "max": 5}) == (
        "scale",
        "is for a judge without labels; give one of the two",
    )
