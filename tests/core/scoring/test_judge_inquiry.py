"""What a judge is shown of a question."""

from __future__ import annotations

from marksheet.domain import Answer, Question
from marksheet.scoring.judge_inquiry import (
    LONGEST_ANSWER,
    Ruling,
    ask_judge,
    ask_twice,
    question_parts,
    too_long,
)
from marksheet.scoring.judge_scale import CORRECT_OR_NOT

QUESTION = Question(1, "q-1", "Which?", "Red", context=("Page 1", "Page 2"), choices=("Red", "Blue"))


def test_choices_stand_with_the_question_as_the_model_saw_them():
    assert question_parts(QUESTION) == [
        ("question", "Which?\n\nA. Red\nB. Blue"),
        ("context", "Page 1\n\nPage 2"),
        ("expected_answer", "Red"),
    ]


def test_context_and_expected_answer_may_be_left_out():
    parts = question_parts(QUESTION, expected_answer=False, context=False)
    assert [name for name, _ in parts] == ["question"]


def test_a_question_with_neither_has_neither():
    assert question_parts(Question(1, "q-1", "Why?")) == [("question", "Why?")]


def test_an_expected_answer_that_is_empty_is_shown_all_the_same():
    assert question_parts(Question(1, "q-1", "Why?", ""))[1] == ("expected_answer", "")


def test_the_limit_is_on_characters_and_may_be_reached():
    assert too_long(Answer("é" * LONGEST_ANSWER)) is None
    assert too_long(Answer("é" * (LONGEST_ANSWER + 1))) is not None


def test_what_is_the_same_for_every_question_comes_first():
    prompts = [
        next(ask_judge("Judge.", "A rubric.", CORRECT_OR_NOT, QUESTION, [("answer", text)])).messages
        for text in ("one", "two")
    ]
    assert prompts[0][0] == prompts[1][0]
    assert prompts[0][0]["role"] == "system"
    assert prompts[0][1] != prompts[1][1]


MESSAGES = [{"role": "user", "content": "Judge.\nV-1: <verdict>"}]


def test_sampling_goes_with_both_requests(answer_inquiry):
    inquiry = ask_twice(MESSAGES, "V-1", CORRECT_OR_NOT, {"temperature": 0})
    ruling, chats = answer_inquiry(inquiry, "Well, well.", "correct")
    assert ruling == Ruling("CORRECT", "Well, well.")
    assert [chat.sampling for chat in chats] == [{"temperature": 0}] * 2
    assert chats[1].messages[:2] == [*MESSAGES, {"role": "assistant", "content": "Well, well."}]


def test_without_sampling_the_models_settings_hold(answer_inquiry):
    _, [chat] = answer_inquiry(ask_twice(MESSAGES, "V-1", CORRECT_OR_NOT), "V-1: CORRECT")
    assert chat.sampling == {}
