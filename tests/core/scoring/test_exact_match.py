"""exact_match compares whole texts."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("expected", "output"),
    [
        ("Paris", "paris"),
        ("New  York", "\nNew\tYork "),
        ("Straße", "STRASSE"),
        ("file", "\ufb01le"),
        ("Paris", "“Paris.”"),
        ("Paris", "**Paris**"),
        ("Paris", "(Paris)!"),
        ("", "  "),
    ],
)
def test_the_same_text_written_otherwise_is_equal(score, expected, output):
    assert score("exact_match", expected, output).value == 1.0


@pytest.mark.parametrize(
    ("expected", "output"),
    [
        ("5", "-5"),
        ("5", ".5"),
        ("5", "$5"),
        ("C", "C++"),
        ("Paris", "Paris, France"),
        ("?", "!"),
        ("the cat", "cat"),
    ],
)
def test_marks_that_carry_meaning_are_not_taken_off(score, expected, output):
    assert score("exact_match", expected, output).value == 0.0


def test_case_counts_when_asked_for(score):
    assert score("exact_match", "Paris", "paris", ignore_case=False).value == 0.0
    assert score("exact_match", "Paris", "Paris", ignore_case=False).value == 1.0


def test_surrounding_punctuation_counts_when_asked_for(score):
    assert score("exact_match", "Paris", "Paris.", ignore_punctuation=False).value == 0.0


def test_a_leading_article_is_left_out_when_asked_for(score):
    assert score("exact_match", "cat", "The cat", ignore_articles=True).value == 1.0
    assert score("exact_match", "a", "the", ignore_articles=True).value == 0.0


def test_without_an_expected_answer_nothing_is_scored(score):
    unscored = score("exact_match", None, "Paris")
    assert (unscored.value, unscored.reason) == (None, "no expected answer")
