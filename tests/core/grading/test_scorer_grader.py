"""A scorer of evaluations as a grader."""

from __future__ import annotations

import pytest

from marksheet.domain import Mark
from marksheet.errors import InvalidRequest
from marksheet.grading import parse_graders
from marksheet.scoring.exact_match import ExactMatch
from tests.core.grading.asking import grader, run, submission

ROW = submission("Paris.", question="Capital?", expected_answer="paris", metadata={"other": "Rome"})


def scorer(name, **more):
    return {"type": "scorer", "scorer": name, **more}


def test_a_scorer_compares_with_the_rows_expected_answer(grade):
    assert grade(scorer("exact_match"), ROW)[0] == Mark(1.0, True)


def test_its_options_are_the_scorers(grade):
    strict = {"ignore_case": False, "ignore_punctuation": False}
    assert grade(scorer("exact_match", options=strict), ROW)[0] == Mark(0.0, False)


def test_a_template_may_take_the_place_of_the_expected_answer(grade):
    assert grade(scorer("exact_match", expected_answer="{{item.other}}"), ROW)[0] == Mark(0.0, False)


def test_a_template_makes_no_longer_an_expected_answer_than_a_row_may_have(grade):
    row = submission("x", metadata={"long": "x" * 100_000})
    mark, _ = grade(scorer("exact_match", expected_answer="{{item.long}}" * 3), row)
    assert mark.value is None
    assert mark.reason.endswith("has 300,000 characters; 262,144 are allowed")


def test_what_a_scorer_cannot_score_is_unscored_with_its_reason(grade):
    mark, _ = grade(scorer("exact_match"), submission("x"))
    assert mark == Mark(None, reason="no expected answer")
    mark, _ = grade(scorer("exact_match", expected_answer="{{item.gone}}"), ROW)
    assert mark == Mark(None, reason="the row has no item.gone")


def test_a_scorers_reason_is_kept_with_its_value(grade):
    mark, _ = grade(scorer("valid_json"), submission("{"))
    assert mark.value == 0.0
    assert mark.reason.startswith("the answer is no JSON")


def test_a_judge_of_a_scorer_is_asked(grade):
    made = scorer("judge_correctness", options={"model": "own"})
    mark, [ask] = grade(made, ROW, "Says so.\nANCHOR: CORRECT")
    assert mark == Mark(1.0, True, reason="CORRECT: Says so.")
    assert ask.model == "own"


@pytest.mark.parametrize(
    ("options", "models", "asked"),
    [
        ({"model": "own"}, {"model": "usual"}, "own"),
        ({"model": "own"}, {"model": "usual", "override": "other"}, "other"),
        ({}, {"model": "usual"}, "usual"),
        (None, {"model": "usual"}, "usual"),
        ({"model": None}, {"override": "other"}, "other"),
    ],
)
def test_a_judge_is_the_requests_or_the_scorers_or_the_specs(options, models, asked):
    assert grader(scorer("judge_relevance", options=options), **models).models == (asked,)


def test_a_scorer_that_embeds_keeps_its_model():
    made = grader(scorer("semantic_similarity", options={"model": "own"}), override="other")
    assert made.models == ("own",)
    assert grader(scorer("semantic_similarity"), embedding_model="vectors").models == ("vectors",)


@pytest.mark.parametrize(
    ("wire", "where", "message"),
    [
        (scorer(None), ("scorer",), "is required: one of exact_match"),
        (scorer(5), ("scorer",), "is required: one of exact_match"),
        (scorer("exactmatch"), ("scorer",), 'did you mean "exact_match"?'),
        (scorer("exact_match", options=[]), ("options",), "must be an object of options"),
        (scorer("exact_match", options={"ignorecase": 1}), ("options", "ignorecase"), "unknown option"),
        (scorer("exact_match", options={"model": "m"}), ("options", "model"), "unknown option"),
        (
            scorer("judge_relevance", options={"model": 5}),
            ("options", "model"),
            "the id of a registered model",
        ),
        (scorer("llm_judge"), ("options", "rubric"), "is required"),
        (scorer("exact_match", expected_answer="{{x}}"), ("expected_answer",), "only item and sample"),
        (scorer("exact_match", model="m"), ("model",), "unknown field"),
    ],
)
def test_what_is_wrong_with_a_scorer_is_found_when_the_spec_is_made(wire, where, message):
    with pytest.raises(InvalidRequest) as caught:
        parse_graders([wire])
    [problem] = caught.value.problems
    assert problem.location == ("body", "graders", 0, *where)
    assert message in problem.message


def test_a_scorer_that_fails_is_for_the_caller_to_catch(monkeypatch):
    made = grader(scorer("exact_match"))
    monkeypatch.setattr(ExactMatch, "score", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(made, ROW)
