"""regex searches the answer for a pattern."""

from __future__ import annotations

import pytest

from marksheet.errors import InvalidRequest


def test_the_pattern_may_stand_anywhere(score):
    assert score("regex", None, "Order 4711 shipped", pattern=r"\b\d{4}\b").value == 1.0
    assert score("regex", None, "Order 47 shipped", pattern=r"\b\d{4}\b").value == 0.0


def test_without_the_option_the_expected_answer_is_the_pattern(score):
    assert score("regex", r"^ca[rt]$", "cat").value == 1.0
    assert score("regex", r"^ca[rt]$", "cab").value == 0.0


def test_whole_matches_the_answer_without_surrounding_whitespace(score):
    assert score("regex", None, " 12\n", pattern=r"\d+", whole=True).value == 1.0
    assert score("regex", None, "12 eggs", pattern=r"\d+", whole=True).value == 0.0


def test_case_is_ignored_when_asked_for(score):
    assert score("regex", None, "CAT", pattern="cat").value == 0.0
    assert score("regex", None, "CAT", pattern="cat", ignore_case=True).value == 1.0


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "is no valid regular expression"),
        ("(" * 500 + ")" * 500, "is no valid"),
        ("a" * 1_001, "1000 characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_when_the_scorer_is_built(score, pattern, message):
    with pytest.raises(InvalidRequest, match=message) as caught:
        score("regex", None, "", pattern=pattern)
    assert caught.value.problems[0].location[-2:] == ("options", "pattern")


def test_an_expected_answer_that_is_no_pattern_is_unscored(score):
    unscored = score("regex", "(", "(")
    assert unscored.value is None
    assert unscored.reason is not None
    assert unscored.reason.startswith("the expected answer is no valid regular expression")


def test_a_pattern_that_explodes_costs_its_score_and_not_the_worker(score):
    unscored = score("regex", None, "a" * 50 + "b" * 50, pattern=r"^(?:a|aa|a.)+$")
    assert unscored.value is None
    assert "took too long" in (unscored.reason or "")


def test_an_answer_too_long_to_search_is_unscored_rather_than_searched_in_part(score):
    assert score("regex", None, "x" * 100_001, pattern="x").value is None
    assert score("regex", None, "x" * 100_000, pattern="x").value == 1.0


def test_without_pattern_and_expected_answer_nothing_is_scored(score):
    assert score("regex", None, "cat").reason == "no expected answer"
