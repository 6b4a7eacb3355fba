"""What many rows come to, in whatever order."""

from __future__ import annotations

import random
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Grade, Judging, Mark, TrialError
from marksheet.grading import Totals, build_graders

GRADERS = build_graders(
    [
        {"type": "scorer", "scorer": "exact_match", "name": "exact", "points": 2},
        {"requirement": "It is rude.", "name": "rude", "points": -1, "model": "judge"},
    ]
)
COST = Decimal("0.000098")


def graded(exact, rude, cost=COST, error=None):
    """A row's grades by the two graders' values."""
    judging = Judging(1, 412, 60, cost)
    return (
        Grade("exact", "scorer", 2, Mark(exact, None if exact is None else exact >= 0.5)),
        Grade(
            "rude",
            "criterion",
            -1,
            Mark(rude, None if rude is None else rude < 0.5),
            ("judge",),
            judging,
            error=error,
        ),
    )


def summary(*rows, graders=GRADERS):
    totals = Totals(graders)
    for row in rows:
        totals.add(row)
    return totals.summary()


def test_the_numbers_of_a_few_rows():
    error = TrialError("http_500", "oops")
    told = summary(graded(1, 0), graded(1, 1), graded(0, 0), graded(1, None), graded(1, None, error=error))
    interval = told.pop("interval")
    assert told == {
        "total_earned_points": 3.0,
        "total_possible_points": 6.0,
        "overall_percentage": 0.5,
        "rows": 5,
        "graded": 3,
        "unscored": 2,
        "errored": 1,
        "passed": 1,
        "failed": 2,
        "graders": [
            {
                "name": "exact",
                "type": "scorer",
                "points": 2,
                "mean": 0.8,
                "passed": 4,
                "failed": 1,
                "unscored": 0,
            },
            {
                "name": "rude",
                "type": "criterion",
                "points": -1,
                "mean": pytest.approx(1 / 3),
                "passed": 2,
                "failed": 1,
                "unscored": 2,
            },
        ],
        "usage": {
            "calls": 5,
            "prompt_tokens": 2060,
            "completion_tokens": 300,
            "cost_usd": Decimal("0.00049"),
        },
    }
    assert (interval["n"], interval["mean"], interval["level"], interval["method"]) == (3, 0.5, 0.95, "t")
    assert 0 <= interval["low"] < 0.5 < interval["high"] <= 1


def test_one_right_row_has_wilsons_interval():
    told = summary(graded(1, 0))
    assert told["interval"] == {
        "mean": 1.0,
        "low": pytest.approx(0.2065, abs=5e-5),
        "high": 1.0,
        "level": 0.95,
        "method": "wilson",
        "n": 1,
    }


@pytest.mark.parametrize("rows", [(), (graded(1, None),), ((),)])
def test_without_a_graded_row_nothing_is_said_of_it(rows):
    told = summary(*rows)
    assert (told["total_earned_points"], told["total_possible_points"]) == (0.0, 0.0)
    assert (told["overall_percentage"], told["graded"], told["rows"]) == (None, 0, len(rows))
    assert told["interval"] == {
        "mean": None,
        "low": None,
        "high": None,
        "level": 0.95,
        "method": "none",
        "n": 0,
    }


def test_a_row_that_nothing_was_graded_of_counts_as_errored():
    told = summary((), graded(1, 0))
    assert (told["rows"], told["graded"], told["unscored"], told["errored"]) == (2, 1, 1, 1)
    assert [grader["unscored"] for grader in told["graders"]] == [0, 0]


def test_the_overall_percentage_is_held_between_0_and_1():
    assert summary(graded(0, 1))["overall_percentage"] == 0.0
    assert summary(graded(0, 1))["total_earned_points"] == -1.0


def test_with_penalties_alone_it_is_the_mean_percentage():
    told = summary(graded(1, 0)[1:], graded(1, 1)[1:], graded(1, 0)[1:], graders=GRADERS[1:])
    assert (told["total_earned_points"], told["total_possible_points"]) == (-1.0, 0.0)
    assert told["overall_percentage"] == pytest.approx(2 / 3)


def test_a_cost_that_is_not_known_is_not_nothing():
    assert summary(graded(1, 0), graded(1, 0, cost=None), graded(1, 0))["usage"]["cost_usd"] is None


def test_nobody_asked_costs_nothing():
    told = summary(graded(1, 0)[:1], graders=GRADERS[:1])
    assert told["usage"] == {"calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": Decimal(0)}


def test_a_row_of_other_graders_is_refused():
    with pytest.raises(ValueError, match="zip"):
        summary(graded(1, 0)[:1])


VALUES = st.none() | st.floats(0, 1)
ROWS = st.lists(
    st.builds(graded, VALUES, VALUES, st.none() | st.decimals(0, 1, places=9)) | st.just(()), max_size=8
)


@given(ROWS, st.randoms())
def test_the_order_of_rows_makes_no_difference(rows, order):
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert summary(*shuffled) == summary(*rows)


def test_memory_does_not_grow_with_the_rows():
    totals = Totals(GRADERS)
    chance = random.Random(1)
    rows = [graded(chance.random(), chance.random()) for _ in range(100)]
    for row in rows:
        totals.add(row)
    tracemalloc.start()
    for _ in range(200):
        for row in rows:
            totals.add(row)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 20_000
