"""rouge_n compares runs of n words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from marksheet.scoring import ngrams

NAMES = [f"rouge{n}" for n in range(1, 6)]
REFERENCE = RougeScorer(NAMES, use_stemmer=False)
SENTENCES = st.lists(
    st.sampled_from(["the", "cat", "Cats", "sat_on", "mat-3", "3.5", "über", "it's"]), max_size=25
).map(" ".join)
ORDER = st.integers(1, 5)


@pytest.mark.parametrize(
    ("n", "expected", "output", "value"),
    [
        (1, "the red cat", "the cat", 2 * 2 / 5),
        (2, "the red cat", "the red dog", 1 / 2),
        (2, "a b a b", "a b", 2 * 1 / 4),
        (3, "a b c", "a b c", 1.0),
        (3, "a b c", "a b", 0.0),
    ],
)
def test_values_worked_out_by_hand(score, n, expected, output, value):
    assert score("rouge_n", expected, output, n=n).value == pytest.approx(value, abs=1e-15)


@given(SENTENCES, SENTENCES, ORDER)
def test_the_value_is_that_of_rouge_score(score, expected, output, n):
    value = score("rouge_n", expected, output, n=n).value
    reference = REFERENCE.score(expected, output)[f"rouge{n}"].fmeasure
    assert (value or 0.0) == pytest.approx(reference, abs=1e-9)


def test_real_answers_have_the_value_of_rouge_score(score, real_texts):
    for expected, output in real_texts:
        reference = REFERENCE.score(expected, output)
        values = [score("rouge_n", expected, output, n=n).value for n in range(1, 6)]
        assert values == pytest.approx([reference[name].fmeasure for name in NAMES], abs=1e-9)


@given(st.text(), ORDER)
def test_equal_texts_are_worth_1_or_have_too_few_words(score, text, n):
    assert score("rouge_n", text, text, n=n).value in (1.0, None)


def test_an_expected_answer_of_too_few_words_is_unscored(score):
    short = score("rouge_n", "two words", "two words", n=3)
    assert (short.value, short.reason) == (None, "the expected answer has fewer than 3 words of a-z and 0-9")


def test_texts_too_long_to_compare_are_unscored(score, monkeypatch):
    monkeypatch.setattr(ngrams, "LONGEST_COMPARED", 3)
    assert score("rouge_n", "a b", "a b").value == 1.0
    assert score("rouge_n", "a b", "a bc").value is None


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("rouge_n", None, "cat").reason == "no expected answer"
