"""gleu is nltk's GLEU of one sentence, over sacrebleu's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.translate.gleu_score import sentence_gleu
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from marksheet.scoring import ngrams

TOKENS = Tokenizer13a()
SENTENCES = st.lists(
    st.sampled_from(["the", "The", "cat", "sat.", "3.5", "3,", "2-1", "it's", "(über)"]), max_size=20
).map(" ".join)


def reference(expected, output, order=4):
    return sentence_gleu([TOKENS(expected.rstrip()).split()], TOKENS(output.rstrip()).split(), max_len=order)


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("a b c", "a b c", 1.0),
        ("a b c", "a b", 3 / 6),  # a, b, ab of a, b, c, ab, bc, abc
        ("a b", "a b c", 3 / 6),
        ("a", "b", 0.0),
        ("a", "", 0.0),
    ],
)
def test_values_worked_out_by_hand(score, expected, output, value):
    assert score("gleu", expected, output).value == pytest.approx(value, abs=1e-15)


@given(SENTENCES, SENTENCES, st.integers(1, 4))
def test_the_value_is_that_of_nltk(score, expected, output, order):
    value = score("gleu", expected, output, max_order=order).value
    assert (value or 0.0) == pytest.approx(reference(expected, output, order), abs=1e-9)


def test_real_answers_have_the_value_of_nltk(score, real_texts):
    values = [score("gleu", *texts).value for texts in real_texts]
    assert values == pytest.approx([reference(*texts) for texts in real_texts], abs=1e-9)


@given(st.text(), st.text())
def test_the_value_is_the_same_from_both_sides(score, one, other):
    values = score("gleu", one, other).value, score("gleu", other, one).value
    assert None in values or values[0] == values[1]


def test_case_is_ignored_when_asked_for(score):
    assert score("gleu", "A Cat", "a cat").value == 0.0
    assert score("gleu", "A Cat", "a cat", ignore_case=True).value == 1.0


def test_an_expected_answer_without_words_is_unscored(score):
    assert score("gleu", " \n", "cat").reason == "the expected answer has no word"


def test_texts_too_long_to_compare_are_unscored(score, monkeypatch):
    monkeypatch.setattr(ngrams, "LONGEST_COMPARED", 3)
    assert score("gleu", "a b", "a b").value == 1.0
    assert score("gleu", "a b", "a bc").value is None


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("gleu", None, "cat").reason == "no expected answer"
