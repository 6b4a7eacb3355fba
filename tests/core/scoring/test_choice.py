"""choice finds the letter an answer commits to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

CITIES = ("London", "Paris", "York", "New York", "Vitamin C")


@pytest.mark.parametrize(
    "output",
    [
        "B",
        " b\n",
        "(B)",
        "**B**",
        "B.",
        "B) Paris",
        "b) Paris",
        "(B) Paris",
        "**B.** Paris",
        "B: Paris, of course",
        "B - Paris",
        "Answer: B",
        "Answer:\nB",
        "answer: b",
        "A: B",
        "The answer is B.",
        "The answer is (B), not A or C.",
        "The correct answer is: **B**",
        "The correct option is B because A is in England.",
        "I think the best choice would be B",
        "Final answer: option B",
        "The answer is a place in France: (B).",
        "Take B",
        "so $\\boxed{B}$",
        "\\boxed{\\text{B}}",
        "Let me think.\nA is in England. C is too.\n\nAnswer: B",
        "Paris",
        "“paris”",
        "It must be Paris!",
        "I would go for B here",
        "It is (B) I think",
    ],
)
def test_the_letter_is_found_in_every_usual_form(score, output):
    assert score("choice", "B", output, CITIES).value == 1.0


@pytest.mark.parametrize("output", ["A", "Answer: C", "London", "A dog barks", "The answer is D"])
def test_another_choice_is_wrong(score, output):
    assert score("choice", "B", output, CITIES).value == 0.0


@pytest.mark.parametrize(
    "output", ["", "I do not know.", "Z", "The answer is a mystery", "A question for the ages"]
)
def test_an_answer_without_a_choice_is_wrong_and_says_so(score, output):
    wrong = score("choice", "B", output, CITIES)
    assert (wrong.value, wrong.reason) == (0.0, "the answer commits to no choice")


@pytest.mark.parametrize(
    "output",
    [
        "The answer is A. No: the answer is B.",
        "A) London\nB) Paris",
        "London or Paris",
        "either (A) or (B)",
        "between A and B",
        "A or B",
    ],
)
def test_an_answer_with_two_choices_is_ambiguous(score, output):
    unscored = score("choice", "B", output, CITIES)
    assert (unscored.value, unscored.reason) == (None, "the answer is ambiguous between A and B")


def test_a_choice_inside_another_one_is_not_mentioned(score):
    assert score("choice", "D", "I say New York it is", CITIES).value == 1.0


@pytest.mark.parametrize("expected", ["B", "b", "(B)", "Paris", "paris", "B) Paris"])
def test_the_expected_answer_is_a_letter_or_a_text(score, expected):
    assert score("choice", expected, "B", CITIES).value == 1.0


@pytest.mark.parametrize("expected", ["Rome", "Z", "", "A or B"])
def test_an_expected_answer_that_is_no_choice_is_unscored(score, expected):
    unscored = score("choice", expected, "B", CITIES)
    assert (unscored.value, unscored.reason) == (None, "the expected answer is none of the choices")


def test_without_choices_the_letters_are_a_to_d(score):
    assert score("choice", "D", "Answer: D").value == 1.0
    assert score("choice", "E", "Answer: E").value is None


def test_the_option_says_which_letters_there_are(score):
    assert score("choice", "E", "Answer: E", letters="ABCDE").value == 1.0


def test_the_pronoun_is_not_the_ninth_choice(score):
    choices = tuple(f"number {count * 'i'}" for count in range(1, 10))
    assert score("choice", "B", "Answer: I think B", choices).value == 1.0
    assert score("choice", "I", "Answer: I", choices).value == 1.0


def test_more_choices_than_letters_are_unscored(score):
    assert score("choice", "A", "A", tuple(f"choice {n}" for n in range(27))).value is None


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("choice", None, "B", CITIES).reason == "no expected answer"


@given(st.text(max_size=100))
def test_any_text_gets_a_value_or_a_reason(score, output):
    given_score = score("choice", "B", output, CITIES)
    assert given_score.value in (0.0, 1.0) or given_score.reason
