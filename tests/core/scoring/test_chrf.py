"""chrf is sacrebleu's chrF of one sentence, or its chrF++."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import CHRF

from marksheet.errors import InvalidRequest
from marksheet.scoring import ngrams

SENTENCES = st.lists(
    st.sampled_from(["the", "The", "cat", "sat.", "(on", "3.5", "!", "it's", "über", "-x-"]), max_size=12
).map(" ".join)
WORD_ORDER = st.sampled_from([0, 2])


def reference(expected, output, **settings):
    return CHRF(**settings).sentence_score(output, [expected]).score / 100


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("cat", "cat", 1.0),
        ("c a t", "cat", 1.0),
        ("ab", "cd", 0.0),
        ("ab", "", 0.0),
        ("ab", "ac", 0.25),  # half of the characters, no pair: precision and recall are both 1/4
        ("abcd", "ab", 5 * 1 * (1 / 2 + 1 / 3) / 2 / (4 + (1 / 2 + 1 / 3) / 2)),
    ],
)
def test_values_worked_out_by_hand(score, expected, output, value):
    assert score("chrf", expected, output).value == pytest.approx(value, abs=1e-15)


@given(SENTENCES, SENTENCES, WORD_ORDER, st.booleans())
def test_the_value_is_that_of_sacrebleu(score, expected, output, word_order, ignore_case):
    value = score("chrf", expected, output, word_order=word_order, ignore_case=ignore_case).value
    wanted = reference(expected, output, word_order=word_order, lowercase=ignore_case)
    assert (value or 0.0) == pytest.approx(wanted, abs=1e-9)


@given(st.text(), st.text(), WORD_ORDER)
def test_any_text_has_the_value_of_sacrebleu(score, expected, output, word_order):
    value = score("chrf", expected, output, word_order=word_order).value
    assert (value or 0.0) == pytest.approx(reference(expected, output, word_order=word_order), abs=1e-9)


@pytest.mark.parametrize("word_order", [0, 2])
def test_real_answers_have_the_value_of_sacrebleu(score, real_texts, word_order):
    values = [score("chrf", *texts, word_order=word_order).value for texts in real_texts]
    wanted = [reference(*texts, word_order=word_order) for texts in real_texts]
    assert values == pytest.approx(wanted, abs=1e-9)


@given(st.text(), WORD_ORDER)
def test_equal_texts_are_worth_1_unless_blank(score, text, word_order):
    value = score("chrf", text, text, word_order=word_order).value
    assert value == (pytest.approx(1.0) if text.split() else None)


def test_one_word_is_no_word_order(score):
    with pytest.raises(InvalidRequest, match=r"must be 0 for chrF or 2 for chrF\+\+"):
        score("chrf", "a", "a", word_order=1)


def test_a_blank_expected_answer_is_unscored(score):
    assert score("chrf", " \n", "cat").reason == "the expected answer is blank"


def test_texts_too_long_to_compare_are_unscored(score, monkeypatch):
    monkeypatch.setattr(ngrams, "LONGEST_COMPARED", 3)
    assert score("chrf", "a b", "a b").value == pytest.approx(1.0)
    assert score("chrf", "a b", "a bc").value is None


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("chrf", None, "cat").reason == "no expected answer"
