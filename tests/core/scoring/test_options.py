"""Options are checked by name and type, all at once."""

from __future__ import annotations

from typing import Any

import pytest

from marksheet.domain import ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import build
from marksheet.scoring.json_schema import JsonSchema


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


def _nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"not": value}
    return value


@pytest.mark.parametrize("value", [[], [""], ["|", 5], "|", ["x" * 1_001]])
def test_a_list_of_separators_may_hold_blanks_but_nothing_empty(value):
    assert problems("list_overlap", {"separators": value})["options", "separators"].kind == "list_type"
    assert build(ScorerSpec("list_overlap", options={"separators": [" ", "\n"]})).separators == (" ", "\n")


@pytest.mark.parametrize("value", ["fences", "", 1, ["fence"]])
def test_one_of_several_texts_is_one_of_them(value):
    problem = problems("valid_json", {"extract": value})["options", "extract"]
    assert (problem.message, problem.kind) == ("must be one of whole, fence", "enum")


@pytest.mark.parametrize("value", [0, 5, 1.5, "2", True, float("nan"), float("inf"), 10**400])
def test_a_whole_number_lies_between_its_bounds(value):
    problem = problems("bleu", {"max_order": value})["options", "max_order"]
    assert (problem.message, problem.kind) == ("must be a whole number from 1 to 4", "int_type")


def test_a_whole_number_may_be_written_with_a_point():
    assert build(ScorerSpec("bleu", options={"max_order": 3.0})) == build(
        ScorerSpec("bleu", options={"max_order": 3})
    )


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "missing"),
        ("{}", "dict_type"),
        ([{}], "dict_type"),
        ({"description": "x" * 32_000}, "value_error"),
        (_nested(25), "value_error"),
        (_nested(10_000), "value_error"),
    ],
)
def test_an_object_is_neither_too_large_nor_too_deep(value, kind):
    assert problems("json_schema", {"schema": value})["options", "schema"].kind == kind


def test_an_object_may_be_nested_as_deep_as_is_said():
    assert isinstance(build(ScorerSpec("json_schema", options={"schema": _nested(24)})), JsonSchema)


@pytest.mark.parametrize("value", ["", "A", "abcd", "ABBA", "AÄ"])
def test_letters_are_two_or_more_different_capitals(value):
    assert ("options", "letters") in problems("choice", {"letters": value})


@pytest.mark.parametrize("options", [None, [], "marker"])
def test_options_are_an_object(options):
    assert problems("numeric", options)["options",].kind == "dict_type"


def test_null_stands_for_the_default():
    assert build(ScorerSpec("numeric", options={"marker": None})) == build(ScorerSpec("numeric"))
