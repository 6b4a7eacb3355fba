"""judge_relevance rates how far the question is addressed."""

from __future__ import annotations

import pytest

from marksheet.domain import Answer, Question, Score, ScorerSpec
from marksheet.scoring import build

QUESTION = Question(1, "q-1", "The capital of France?", "Paris", context=("A page about France.",))


def ask(answer_inquiry, *replies):
    scorer = build(ScorerSpec("judge_relevance", options={"model": "judge"}))
    return answer_inquiry(scorer.inquire(QUESTION, Answer("It is Lyon.")), *replies)


@pytest.mark.parametrize(("number", "value"), [(1, 0.0), (2, 0.25), (3, 0.5), (4, 0.75), (5, 1.0)])
def test_1_to_5_are_mapped_onto_0_to_1(answer_inquiry, number, value):
    assert ask(answer_inquiry, f"Yes.\nANCHOR: {number}")[0] == Score(value, f"{number}: Yes.")


@pytest.mark.parametrize("number", ["0", "6", "10", "3.5"])
def test_another_number_is_no_mark(answer_inquiry, number):
    assert ask(answer_inquiry, f"ANCHOR: {number}", f"ANCHOR: {number}")[0].value is None


def test_the_judge_sees_question_and_answer_alone(answer_inquiry):
    _, [chat] = ask(answer_inquiry, "ANCHOR: 5")
    shown = chat.messages[1]["content"]
    assert "The capital of France?" in shown
    assert "It is Lyon." in shown
    assert "Paris" not in shown
    assert "A page about France." not in shown
