"""fuzzy_match is RapidFuzz's WRatio on texts it has processed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, utils

from marksheet.scoring import fuzzy_match


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("Paris", "paris!", 1.0),
        ("fuzzy wuzzy was a bear", "wuzzy fuzzy was a bear", 0.95),  # by the words in order, weighed 0.95
        ("Paris", "Paris, of course", 0.9),  # a part of a text that is 3 times as long
        ("Paris", "It was Paris, as everybody knows since the days of the kings", 0.6),  # of one 12 times
        ("Paris", "", 0.0),
        ("abc", "xyz", 0.0),
    ],
)
def test_values_by_the_rules_of_wratio(score, expected, output, value):
    assert score("fuzzy_match", expected, output).value == pytest.approx(value, abs=1e-12)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_value_is_that_of_rapidfuzz(score, expected, output):
    value = score("fuzzy_match", expected, output).value
    assert (value or 0.0) == fuzz.WRatio(output, expected, processor=utils.default_process) / 100


def test_an_expected_answer_without_letters_is_unscored(score):
    assert score("fuzzy_match", "?!", "?!").reason == "the expected answer has no letter or digit"


def test_texts_too_long_to_compare_are_unscored(score, monkeypatch):
    monkeypatch.setattr(fuzzy_match, "LONGEST_COMPARED", 3)
    assert score("fuzzy_match", "abc", "abc").value == 1.0
    assert score("fuzzy_match", "abc", "abcd").value is None


def test_a_long_text_is_not_slid_along_a_longer_one(score, monkeypatch):
    monkeypatch.setattr(fuzzy_match, "LARGEST_SLIDING_PRODUCT", 100)
    assert score("fuzzy_match", "a" * 10, "a" * 10).value == 1.0
    assert score("fuzzy_match", "a" * 6, "a" * 16).value == 0.9
    unscored = score("fuzzy_match", "a" * 8, "a" * 16)
    assert unscored.value is None
    assert "1.5 times as long" in unscored.reason


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("fuzzy_match", None, "cat").reason == "no expected answer"
