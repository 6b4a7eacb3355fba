"""starts_with looks at the beginning of the answer."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("yes", "Yes, because it rains.", 1.0),
        ("New York", " new\n york it is", 1.0),
        ("yes", "I say yes", 0.0),
        ("yes", "ye", 0.0),
        ("yes", "yes", 1.0),
    ],
)
def test_the_answer_begins_with_the_expected_text(score, expected, output, value):
    assert score("starts_with", expected, output).value == value


def test_case_counts_when_asked_for(score):
    assert score("starts_with", "Yes", "yes, it does", ignore_case=False).value == 0.0


@pytest.mark.parametrize(
    ("output", "value"), [("Yesterday", 0.0), ("Yes.", 1.0), ("yes", 1.0), ("Yes2", 0.0)]
)
def test_whole_words_go_on_in_no_other(score, output, value):
    assert score("starts_with", "yes", output, whole_words=True).value == value


@pytest.mark.parametrize(("output", "value"), [("No.", 1.0), ("Yes.", 1.0), ("Perhaps.", 0.0)])
def test_one_of_several_beginnings_is_enough(score, output, value):
    assert score("starts_with", "Perhaps", output, any=["yes", "no"]).value == value


def test_a_blank_expected_answer_is_unscored_rather_than_always_there(score):
    blank = score("starts_with", " \n", "Yes")
    assert (blank.value, blank.reason) == (None, "the expected answer is blank")


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("starts_with", None, "Yes").reason == "no expected answer"
