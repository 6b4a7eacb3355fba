"""Options are checked by name and type, all at once."""

from __future__ import annotations

import pytest

from marksheet.domain import ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import build


def problems(name, options):
    with pytest.raises(InvalidRequest) as caught:
        build(ScorerSpec(name, options=options), location=("body", "scorers", 2))
    return {problem.location[3:]: problem for problem in caught.value.problems}


def test_an_unknown_option_is_refused_with_the_nearest_name():
    [problem] = problems("numeric", {"markr": "A:"}).values()
    assert problem.location == ("body", "scorers", 2, "options", "markr")
    assert problem.kind == "extra_forbidden"
    assert problem.message == (
        'unknown option "markr"; did you mean "marker"? '
        "allowed: marker, tolerance, relative_tolerance, percent_as_fraction"
    )


def test_a_scorer_without_options_says_that_none_are_allowed():
    [problem] = problems("token_f1", {"stem": True}).values()
    assert problem.message == 'unknown option "stem"; allowed: none'


def test_every_wrong_option_is_reported_at_once():
    found = problems("numeric", {"marker": 5, "tolerance": -1, "percent_as_fraction": "yes", "x": 1})
    assert [location[-1] for location in found] == ["marker", "tolerance", "percent_as_fraction", "x"]


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), True, "1", [1], 10**400])
def test_a_number_is_finite_and_not_below_zero(value):
    assert problems("numeric", {"tolerance": value})["options", "tolerance"].kind == "float_type"


@pytest.mark.parametrize("value", [1, "true", []])
def test_a_flag_is_true_or_false(value):
    assert problems("exact_match", {"ignore_case": value})["options", "ignore_case"].kind == "bool_type"


@pytest.mark.parametrize("value", ["", 5, "x" * 1_001, ["A:"]])
def test_a_text_has_1_to_1000_characters(value):
    assert problems("numeric", {"marker": value})["options", "marker"].kind == "string_type"


@pytest.mark.parametrize("value", [[], ["a", " "], ["a", 5], "cat", ["a"] * 101, ["x" * 1_001]])
def test_a_list_of_texts_holds_1_to_100_that_are_not_blank(value):
    assert problems("includes", {"any": value})["options", "any"].kind == "list_type"


@pytest.mark.parametrize("value", ["", "A", "abcd", "ABBA", "AÄ"])
def test_letters_are_two_or_more_different_capitals(value):
    assert ("options", "letters") in problems("choice", {"letters": value})


@pytest.mark.parametrize("options", [None, [], "marker"])
def test_options_are_an_object(options):
    assert problems("numeric", options)["options",].kind == "dict_type"


def test_null_stands_for_the_default():
    assert build(ScorerSpec("numeric", options={"marker": None})) == build(ScorerSpec("numeric"))
