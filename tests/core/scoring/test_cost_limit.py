"""cost_limit compares the answer's cost with a limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marksheet.domain import Answer, Question, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import build


def score(cost, **options):
    answer = Answer("Paris", cost_usd=None if cost is None else Decimal(cost))
    return build(ScorerSpec("cost_limit", options=options)).score(Question(1, "q-1", "?"), answer)


@pytest.mark.parametrize("limit", ["0.1", 0.1])
@pytest.mark.parametrize(("cost", "value"), [("0.099", 1.0), ("0.1", 1.0), ("0.1000000001", 0.0)])
def test_the_limit_itself_is_within_to_the_last_digit(limit, cost, value):
    assert score(cost, usd=limit).value == value


def test_an_answer_without_cost_is_unscored():
    assert score(None, usd=1).reason == "the answer's cost is not known"


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, "missing"),
        *(({"usd": bad}, "decimal_type") for bad in (-1, "-1", "1e3", "nan", "", True, [1], "1.")),
    ],
)
def test_the_limit_must_be_an_amount(options, kind):
    with pytest.raises(InvalidRequest) as caught:
        score("1", **options)
    [problem] = caught.value.problems
    assert (problem.location[-1], problem.kind) == ("usd", kind)
