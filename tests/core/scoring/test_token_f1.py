"""token_f1 counts shared words."""

from __future__ import annotations

import re
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

SENTENCES = st.lists(
    st.sampled_from(["the", "a", "an", "cat", "Cat", "cat's", "dog,", "dog.", "red-ish", "3.5", "?", "it"]),
    max_size=12,
).map(" ".join)


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("Paris", "The Paris!", 1.0),
        ("the red cat", "a red dog", 0.5),
        ("cat", "dog", 0.0),
        ("cat cat dog", "cat cat cat", 2 / 3),
        ("“Paris”", "Paris", 1.0),
        ("", "", 1.0),
        ("the", "a", 1.0),
        ("cat", "", 0.0),
        ("", "cat", 0.0),
    ],
)
def test_f1_of_shared_words(score, expected, output, value):
    assert score("token_f1", expected, output).value == pytest.approx(value, abs=1e-15)


@given(SENTENCES, SENTENCES)
def test_ascii_text_scores_as_in_the_squad_script(score, expected, output):
    assert score("token_f1", expected, output).value == pytest.approx(_squad_f1(output, expected), abs=1e-12)


@given(st.text(), st.text())
def test_f1_is_symmetric_and_within_bounds(score, one, other):
    value = score("token_f1", one, other).value
    assert value == score("token_f1", other, one).value
    assert 0.0 <= value <= 1.0


def test_marking_an_answer_leaves_the_expected_side_as_it_was(score):
    assert [score("token_f1", "red cat", "red cat").value for _ in range(3)] == [1.0, 1.0, 1.0]


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("token_f1", None, "cat").reason == "no expected answer"


def _squad_f1(prediction: str, truth: str) -> float:
    """The definition, step by step: lower case, no punctuation, no articles, then harmonic mean."""

    def words(text: str) -> list[str]:
        bare = "".join(letter for letter in text.lower() if letter not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", bare).split()

    predicted, true = words(prediction), words(truth)
    if not predicted or not true:
        return float(predicted == true)
    shared = sum((Counter(predicted) & Counter(true)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(predicted), shared / len(true)
    return 2 * precision * recall / (precision + recall)
