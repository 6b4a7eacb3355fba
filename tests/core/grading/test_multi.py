"""multi works a formula out over the scores of its parts."""

from __future__ import annotations

import pytest

from marksheet.domain import Mark
from marksheet.errors import InvalidRequest
from marksheet.grading import parse_graders
from tests.core.grading.asking import grader, submission

EXACT = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.town}}",
    "operation": "eq",
}
STYLE = {
    "type": "score_model",
    "name": "style",
    "model": "stylist",
    "range": [1, 5],
    "input": [{"role": "user", "content": "Style of {{sample.output_text}}?"}],
}
TRUTH = {"requirement": "It is true.", "model": "judge"}
ROW = submission("Skerrow", metadata={"town": "Skerrow"})


def multi(formula, more=None, **graders):
    return {"type": "multi", "graders": graders, "calculate_output": formula, **(more or {})}


def test_a_formula_combines_the_parts(grade):
    mark, asked = grade(multi("0.5 * exact + 0.1 * style", exact=EXACT, style=STYLE), ROW, "Fine.\nANCHOR: 4")
    assert mark == Mark(
        pytest.approx(0.9),
        True,
        score=pytest.approx(0.9),
        parts={
            "exact": Mark(1.0, True),
            "style": Mark(0.75, True, score=4.0, reason="Fine."),
        },
    )
    assert [ask.model for ask in asked] == ["stylist"]


@pytest.mark.parametrize(
    ("formula", "value", "score", "passed"),
    [
        ("exact * 3", 1.0, 3.0, True),
        ("exact - 3", 0.0, -2.0, False),
        ("exact / 4", 0.25, 0.25, False),
        ("0", 0.0, 0.0, False),
        ("-0 * exact", 0.0, 0.0, False),
    ],
)
def test_the_value_is_the_result_held_between_0_and_1(grade, formula, value, score, passed):
    mark, _ = grade(multi(formula, exact=EXACT), ROW)
    assert (mark.value, mark.score, mark.passed) == (value, score, passed)


def test_the_threshold_is_of_the_result(grade):
    made = multi("exact * 3", {"pass_threshold": 3.5}, exact=EXACT)
    assert grade(made, ROW)[0].passed is False


def test_a_result_that_is_no_number_is_unscored(grade):
    mark, _ = grade(multi("1 / (exact - 1)", exact=EXACT), ROW)
    assert (mark.value, mark.score, mark.passed) == (None, None, None)
    assert mark.reason == "the formula gives no finite number for these scores"
    assert mark.parts == {"exact": Mark(1.0, True)}


def test_a_part_without_a_value_leaves_all_unscored_and_is_named(grade):
    mark, asked = grade(multi("exact + truth", truth=TRUTH, exact=EXACT), submission("Skerrow"))
    assert mark.reason == "exact: the row has no item.town"
    assert (mark.value, mark.parts) == (None, {"exact": Mark(None, reason="the row has no item.town")})
    assert asked == []


def test_a_part_that_the_formula_does_not_use_may_be_without_a_value(grade):
    mark, _ = grade(multi("truth", truth=TRUTH, exact=EXACT), submission("x"), "ANCHOR: MET")
    assert (mark.value, mark.parts["exact"].value) == (1.0, None)


def test_no_further_judge_is_asked_once_a_verdict_is_missing(grade):
    made = multi("a + b", a=TRUTH, b=TRUTH)
    mark, asked = grade(made, ROW, "?", "?")
    assert mark.value is None
    assert list(mark.parts) == ["a"]
    assert len(asked) == 2


def test_parts_are_shown_in_the_authors_order(grade):
    mark, _ = grade(multi("truth * exact", truth=TRUTH, exact=EXACT), ROW, "ANCHOR: MET")
    assert list(mark.parts) == ["truth", "exact"]


def test_it_asks_the_models_of_its_parts_each_once():
    made = grader(multi("a + b + c + d", a=TRUTH, b=STYLE, c=TRUTH, d=EXACT))
    assert made.models == ("judge", "stylist")
    assert grader(multi("a", a={"requirement": "x"}), model="usual").models == ("usual",)


@pytest.mark.parametrize(
    ("wire", "where", "message"),
    [
        ({"type": "multi", "calculate_output": "1"}, ("graders",), "is required: an object"),
        (
            {"type": "multi", "graders": [EXACT], "calculate_output": "1"},
            ("graders",),
            "is required: an object",
        ),
        ({"type": "multi", "graders": {}, "calculate_output": "1"}, ("graders",), "of 1 to 16 graders"),
        (multi("1", **{f"g{n}": EXACT for n in range(17)}), ("graders",), "of 1 to 16 graders"),
        ({"type": "multi", "graders": {"a": EXACT}}, ("calculate_output",), "is required: a formula"),
        (multi("exat", exact=EXACT), ("calculate_output",), 'did you mean "exact"?'),
        (multi("1", **{"a b": EXACT}), ("graders", "a b"), "a name that a formula can use"),
        (multi("1", **{"min": EXACT}), ("graders", "min"), "a name that a formula can use"),
        (multi("1", **{"1a": EXACT}), ("graders", "1a"), "a name that a formula can use"),
        (
            multi("a", a=multi("b", b=EXACT)),
            ("graders", "a", "type"),
            "must not be multi inside another multi",
        ),
        (multi("a", a={**EXACT, "type": "python"}), ("graders", "a", "type"), "runs no code of yours"),
        (multi("a", a={**EXACT, "points": 2}), ("graders", "a", "points"), "the formula weighs it"),
        (multi("a", a={**EXACT, "weight": 2}), ("graders", "a", "weight"), "the formula weighs it"),
        (multi("a", a={**EXACT, "operation": "is"}), ("graders", "a", "operation"), "unknown operation"),
        (multi("a", a="exact"), ("graders", "a"), "must be a grader"),
        (multi("a", {"pass_threshold": 1e10}, a=EXACT), ("pass_threshold",), "to 1,000,000,000"),
    ],
)
def test_what_is_wrong_is_named(wire, where, message):
    with pytest.raises(InvalidRequest) as caught:
        parse_graders([wire])
    [problem] = caught.value.problems
    assert problem.location == ("body", "graders", 0, *where)
    assert message in problem.message


def test_everything_that_is_wrong_inside_is_told_at_once():
    wire = multi("x", a={**EXACT, "operation": None}, b={"type": "string_chek"})
    with pytest.raises(InvalidRequest) as caught:
        parse_graders([wire])
    assert {problem.location[3:] for problem in caught.value.problems} == {
        ("graders", "a", "operation"),
        ("graders", "b", "type"),
        ("calculate_output",),
    }


def test_parts_may_have_names_ids_and_points_that_are_null():
    wire = multi("a", a={**EXACT, "id": "g-1", "points": None, "pass_threshold": None})
    (parsed,) = parse_graders([wire])
    assert list(parsed["graders"]) == ["a"]
