"""judge_correctness compares with the expected answer and knows three verdicts."""

from __future__ import annotations

import pytest

from marksheet.domain import Answer, Question, Score, ScorerSpec
from marksheet.scoring import build
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

QUESTION = Question(1, "q-1", "The capital of France?", "Paris", context=("A page about France.",))


def ask(answer_inquiry, *replies, question=QUESTION, **options):
    scorer = build(ScorerSpec("judge_correctness", options={"model": "judge", **options}))
    return answer_inquiry(scorer.inquire(question, Answer("It is Paris.")), *replies)


@pytest.mark.parametrize(("verdict", "value"), [("CORRECT", 1.0), ("INCORRECT", 0.0), ("NOT_ATTEMPTED", 0.0)])
def test_each_verdict_has_its_value_and_its_name_in_the_reason(answer_inquiry, verdict, value):
    score, _ = ask(answer_inquiry, f"Because.\nANCHOR: {verdict}")
    assert score == Score(value, f"{verdict}: Because.")


def test_what_was_not_attempted_may_be_left_out_of_the_mean(answer_inquiry):
    score, _ = ask(answer_inquiry, "It declines.\nANCHOR: NOT_ATTEMPTED", not_attempted_unscored=True)
    assert score == Score(None, "NOT_ATTEMPTED, which is not scored: It declines.")


@pytest.mark.parametrize("unscored", [True, False])
def test_the_judge_reads_the_same_prompt_either_way(answer_inquiry, unscored):
    _, [plain] = ask(answer_inquiry, "ANCHOR: CORRECT")
    _, [chat] = ask(answer_inquiry, "ANCHOR: CORRECT", not_attempted_unscored=unscored)
    system, expected = (c.messages[0]["content"].split("Your verdict is ")[0] for c in (chat, plain))
    assert system == expected


def test_the_judge_sees_the_expected_answer_but_not_the_context(answer_inquiry):
    _, [chat] = ask(answer_inquiry, "ANCHOR: CORRECT")
    shown = chat.messages[1]["content"]
    assert "Paris\n</expected_answer-" in shown
    assert "A page about France." not in shown


def test_a_question_without_expected_answer_is_unscored_without_asking(answer_inquiry):
    assert ask(answer_inquiry, question=Question(1, "q-1", "Why?")) == (NO_EXPECTED_ANSWER, [])
