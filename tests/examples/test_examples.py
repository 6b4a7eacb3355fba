"""The example benchmark is what its README says it is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from marksheet.domain import Answer
from marksheet.questions import read_questions
from marksheet.scoring import parse_rules, parse_specs
from marksheet.scoring.marking import Marking
from marksheet_cli.benchmarks import read_settings

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def questions():
    return list(read_questions([(EXAMPLES / "questions.jsonl").read_bytes()], "jsonl"))


def answers_of(model):
    lines = (EXAMPLES / f"answers.{model}.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["question_id"]: row["output"] for row in map(json.loads, lines)}


def marks_of(model, questions):
    settings = read_settings(EXAMPLES / "benchmark.json")
    marking = Marking(
        parse_specs(settings["scorers"], location=("body", "scorers")),
        parse_rules(settings["domain_rules"], location=("body", "domain_rules")),
    )
    answers = answers_of(model)
    return {
        q.question_id: marking.mark(q, Answer(answers[q.question_id]))
        for q in questions
        if q.question_id in answers
    }


@pytest.mark.parametrize(
    ("model", "right", "wrong", "unscored", "errored", "violations"),
    [("hasty", 23, 14, 2, 1, 4), ("careful", 34, 4, 2, 0, 0)],
)
def test_the_readmes_table_is_what_the_answers_are_worth(
    questions, model, right, wrong, unscored, errored, violations
):
    marks = marks_of(model, questions)
    outcomes = Counter(mark.outcome.value for mark in marks.values())
    assert (outcomes["right"], outcomes["wrong"], outcomes["unscored"]) == (right, wrong, unscored)
    assert len(questions) - len(marks) == errored
    assert sum(bool(mark.violations) for mark in marks.values()) == violations
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert f"| {model} | {right} | {wrong} | {unscored} | {errored} | {violations} |" in table


def test_the_models_differ_as_often_as_the_readme_says(questions):
    hasty, careful = (marks_of(model, questions) for model in ("hasty", "careful"))
    pairs = Counter((hasty[q].outcome.value, careful[q].outcome.value) for q in hasty)
    assert (pairs["wrong", "right"], pairs["right", "wrong"]) == (12, 2)


def test_every_context_stands_in_its_document(questions):
    for question in questions:
        document = (EXAMPLES / question.metadata["document"]).read_text(encoding="utf-8")
        assert all(chunk in " ".join(document.split()) for chunk in question.context)


def test_every_choice_question_offers_its_answer(questions):
    with_choices = [question for question in questions if question.choices]
    assert len(with_choices) >= 5
    assert [q.question_id for q in with_choices if q.expected_answer not in q.choices] == []


def test_there_are_forty_questions_in_twelve_clusters(questions):
    assert len(questions) == 40
    assert len({question.cluster for question in questions}) == 12


@pytest.mark.parametrize("model", ["hasty", "careful"])
def test_no_answer_is_to_a_question_that_does_not_exist(questions, model):
    assert answers_of(model).keys() <= {question.question_id for question in questions}
