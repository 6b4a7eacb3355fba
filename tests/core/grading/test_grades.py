"""What the grades of one row come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Grade, Mark, Outcome, TrialError
from marksheet.grading import GRADER_FAILED, row_error, row_outcome, row_passed, row_points


def graded(*pairs, passed=True):
    """Grades of (points, value)."""
    return [
        Grade(f"g{n}", "criterion", points, Mark(value, None if value is None else passed, reason="why"))
        for n, (points, value) in enumerate(pairs)
    ]


@pytest.mark.parametrize(
    ("pairs", "earned", "possible", "percentage"),
    [
        ([(1, 1)], 1, 1, 1),
        ([(2, 0.5), (1, 1)], 2, 3, 2 / 3),
        ([(2, 1), (-1, 1)], 1, 2, 0.5),
        ([(2, 1), (-1, 0)], 2, 2, 1),
        ([(1, 0), (-3, 1)], -3, 1, 0),
        ([(-1, 1), (-3, 0)], -1, 0, 0.75),
        ([(-1, 0), (-3, 0)], 0, 0, 1),
        ([(-1, 1), (-3, 1)], -4, 0, 0),
        ([(0.1, 1), (0.2, 1), (0.7, 1)], 1, 1, 1),
        ([(1, 1), (1, None)], None, 2, None),
        ([(-1, None)], None, 0, None),
        ([], None, 0, None),
    ],
)
def test_points_are_summed_and_the_share_is_held_between_0_and_1(pairs, earned, possible, percentage):
    assert row_points(graded(*pairs)) == (earned, possible, percentage)


@given(st.lists(st.tuples(st.floats(-100, 100).filter(bool), st.floats(0, 1)), min_size=1, max_size=6))
def test_the_order_of_graders_makes_no_difference_and_the_share_is_a_share(pairs):
    points = row_points(graded(*pairs))
    assert points == row_points(graded(*reversed(pairs)))
    assert points.percentage is not None
    assert 0 <= points.percentage <= 1


def test_a_row_passes_where_every_grader_does():
    assert row_passed(graded((1, 1), (1, 1))) is True
    assert row_passed([*graded((1, 1)), *graded((1, 0), passed=False)]) is False
    assert row_passed([*graded((1, 0), passed=False), *graded((1, None))]) is None
    assert row_passed([]) is None


def test_a_scored_row_has_no_error():
    assert row_error(graded((1, 0))) is None


def test_an_unscored_row_says_which_graders_have_no_value_and_why():
    assert row_error(graded((1, 1), (1, None))) == "g1: why"
    assert row_error(graded((1, None), (1, 1), (1, None))) == "g0: why; g2: why"
    assert row_error(graded(*[(1, None)] * 5)) == "g0: why; g1: why; g2: why; and 2 more graders"
    assert (row_error(graded(*[(1, None)] * 4)) or "").endswith("g2: why; and 1 more grader")


def test_a_long_reason_is_cut():
    [grade] = [Grade("g", "criterion", 1, Mark(None, reason="x" * 10_000))]
    assert row_error([grade]) == f"g: {'x' * 300}…"


def test_a_model_that_gave_no_answer_is_told_with_its_code():
    grade = Grade("g", "criterion", 1, Mark(None, reason="no answer"), error=TrialError("http_500", "oops"))
    assert row_error([grade]) == "g: no answer (http_500)"


def test_a_row_without_grades_says_so():
    assert row_error([]) == "the row was not graded"


def failed(code):
    return Grade("g", "criterion", 1, Mark(None), error=TrialError(code, "oops"))


@pytest.mark.parametrize(
    ("grades", "outcome"),
    [
        (graded((1, 1)), Outcome.RIGHT),
        (graded((1, 1), passed=False), Outcome.WRONG),
        (graded((1, 1), (1, None)), Outcome.UNSCORED),
        ([failed("http_500"), *graded((1, None))], Outcome.ERRORED),
        ([failed("out_of_time")], Outcome.ERRORED),
        ([failed(GRADER_FAILED)], Outcome.UNSCORED),
        ([failed(GRADER_FAILED), failed("timeout")], Outcome.ERRORED),
        ([], Outcome.ERRORED),
    ],
)
def test_a_row_has_one_outcome(grades, outcome):
    assert row_outcome(grades) is outcome
