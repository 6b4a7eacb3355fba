"""rouge_l compares sequences of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from marksheet.scoring import rouge_l

REFERENCE = RougeScorer(["rougeL"], use_stemmer=False)
SENTENCES = st.lists(
    st.sampled_from(["the", "cat", "Cats", "sat_on", "mat-3", "3.5", "über", "it's"]),
    min_size=1,
    max_size=25,
).map(" ".join)


@given(SENTENCES, SENTENCES)
def test_the_value_is_that_of_rouge_score(score, expected, output):
    reference = REFERENCE.score(expected, output)["rougeL"].fmeasure
    assert score("rouge_l", expected, output).value == pytest.approx(reference, abs=1e-12)


@given(st.text(), st.text())
def test_any_text_has_the_value_of_rouge_score(score, expected, output):
    value = score("rouge_l", expected, output).value
    assert (value or 0.0) == pytest.approx(REFERENCE.score(expected, output)["rougeL"].fmeasure, abs=1e-12)


def test_order_counts(score):
    assert score("rouge_l", "a b c d", "d c b a").value == pytest.approx(0.25)


def test_an_expected_answer_without_latin_words_is_unscored_rather_than_always_zero(score):
    assert score("rouge_l", "東京", "東京").value is None


def test_an_answer_without_words_is_worth_nothing(score):
    assert score("rouge_l", "Tokyo", "東京").value == 0.0


def test_texts_too_long_to_compare_are_unscored(score, monkeypatch):
    monkeypatch.setattr(rouge_l, "LONGEST_COMPARED", 3)
    assert score("rouge_l", "a b c", "a b c").value == 1.0
    assert score("rouge_l", "a b c", "a b c d").value is None
    assert score("rouge_l", "a b c d", "a").value is None


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("rouge_l", None, "cat").reason == "no expected answer"
