"""bleu is sacrebleu's BLEU of one sentence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU

from marksheet.scoring import ngrams

SENTENCES = st.lists(
    st.sampled_from(
        ["the", "The", "cat", "sat.", "on-", "3.5", "3,", "2-1", "it's", "&amp;", "-\n", "(über)"]
    ),
    max_size=20,
).map(" ".join)


def reference(expected, output, **settings):
    return (
        BLEU(effective_order=True, tokenize="13a", **settings).sentence_score(output, [expected]).score / 100
    )


@pytest.mark.parametrize(
    ("smoothing", "expected", "output", "value"),
    [
        ("exp", "the cat sat on the mat", "the cat sat on the mat", 1.0),
        ("exp", "a b c d e", "a b c d", math.exp(1 - 5 / 4)),
        ("exp", "a b", "b a", math.sqrt(1 * 1 / 2)),
        ("exp", "a b c d", "a b x d", (3 / 4 * 1 / 3 * 1 / 4 * 1 / 4) ** (1 / 4)),
        ("floor", "a b c d", "a b x d", (3 / 4 * 1 / 3 * 0.1 / 2 * 0.1) ** (1 / 4)),
        ("add-k", "a b c d", "a b x d", (3 / 4 * 2 / 4 * 1 / 3 * 1 / 2) ** (1 / 4)),
        ("none", "a b c d", "a b x d", 0.0),
        ("exp", "a b c d", "x", 0.0),
        ("exp", "a b c d", "", 0.0),
    ],
)
def test_values_worked_out_by_hand(score, smoothing, expected, output, value):
    assert score("bleu", expected, output, smoothing=smoothing).value == pytest.approx(value, abs=1e-12)


@given(
    SENTENCES, SENTENCES, st.sampled_from(["exp", "floor", "add-k", "none"]), st.integers(1, 4), st.booleans()
)
def test_the_value_is_that_of_sacrebleu(score, expected, output, smoothing, order, ignore_case):
    options = {"smoothing": smoothing, "max_order": order, "ignore_case": ignore_case}
    wanted = reference(
        expected, output, smooth_method=smoothing, max_ngram_order=order, lowercase=ignore_case
    )
    value = score("bleu", expected, output, **options).value
    assert (value or 0.0) == pytest.approx(wanted, abs=1e-9)


@given(st.text(), st.text())
def test_any_text_has_the_value_of_sacrebleu(score, expected, output):
    value = score("bleu", expected, output).value
    assert (value or 0.0) == pytest.approx(reference(expected, output), abs=1e-9)


def test_real_answers_have_the_value_of_sacrebleu(score, real_texts):
    values = [score("bleu", *texts).value for texts in real_texts]
    assert values == pytest.approx([reference(*texts) for texts in real_texts], abs=1e-9)


@given(st.text())
def test_equal_texts_are_worth_1_unless_they_have_no_word(score, text):
    assert score("bleu", text, text).value == (pytest.approx(1.0) if text.split() else None)


def test_an_expected_answer_without_words_is_unscored(score):
    assert score("bleu", " \n", "cat").reason == "the expected answer has no word"


def test_texts_too_long_to_compare_are_unscored(score, monkeypatch):
    monkeypatch.setattr(ngrams, "LONGEST_COMPARED", 3)
    assert score("bleu", "a b", "a b").value == pytest.approx(1.0)
    assert score("bleu", "a b", "a bc").value is None
    assert score("bleu", "a bc", "a").value is None


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("bleu", None, "cat").reason == "no expected answer"
