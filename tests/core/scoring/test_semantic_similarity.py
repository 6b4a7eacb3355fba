"""semantic_similarity is the cosine of two embeddings, where there is one."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.distance import cosine

from marksheet.domain import Answer, Question, Score, ScorerSpec
from marksheet.scoring import build
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER, Embed

SCORER = build(ScorerSpec("semantic_similarity", options={"model": "embedder"}))
VECTORS = st.integers(1, 8).flatmap(
    lambda size: st.tuples(*[st.lists(st.floats(-1e6, 1e6), min_size=size, max_size=size)] * 2)
)


def ask(answer_inquiry, *replies, expected="a red fox", answer="a fox that is red"):
    return answer_inquiry(SCORER.inquire(Question(1, "q-1", "?", expected), Answer(answer)), *replies)


def test_the_model_is_given_the_expected_answer_and_the_answer(answer_inquiry):
    score, asked = ask(answer_inquiry, [[3.0, 4.0], [4.0, 3.0]])
    assert asked == [Embed(["a red fox", "a fox that is red"])]
    assert score.value == pytest.approx(0.96, abs=1e-15)
    assert score.reason is None


@pytest.mark.parametrize(
    ("left", "right", "value"),
    [
        ([1.0, 0.0], [2.0, 0.0], 1.0),
        ([1.0, 0.0], [0.0, 5.0], 0.0),
        ([1.0, 0.0], [-1.0, 0.1], 0.0),
        ([1e200, 1e200], [1e-200, 1e-200], 1.0),
        ([5e-324, 0.0], [1.0, 0.0], 1.0),
        ([3], [7], 1.0),
    ],
)
def test_opposite_directions_are_0_and_size_makes_no_difference(answer_inquiry, left, right, value):
    assert ask(answer_inquiry, [left, right])[0].value == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("vectors", "reason"),
    [
        ([[0.0, 0.0], [1.0, 0.0]], "the embedding model gave a vector of zeros, which has no direction"),
        ([[1.0], [1.0, 0.0]], "the embedding model did not give two vectors of one length"),
        ([[], []], "the embedding model gave a vector of zeros, which has no direction"),
        ([[1.0]], "the embedding model did not give two vectors of one length"),
        ([[1.0]] * 3, "the embedding model did not give two vectors of one length"),
        ("a text", "the embedding model did not give two vectors of one length"),
        (
            [[math.nan, 1.0], [1.0, 1.0]],
            "the embedding model gave a vector without a finite length",
        ),
        (
            [[1.0, 1.0], [1.0, math.inf]],
            "the embedding model gave a vector without a finite length",
        ),
    ],
)
def test_vectors_without_a_cosine_leave_the_answer_unscored(answer_inquiry, vectors, reason):
    assert ask(answer_inquiry, vectors)[0] == Score(None, reason)


@pytest.mark.parametrize(
    ("expected", "answer", "score"),
    [
        (None, "x", NO_EXPECTED_ANSWER),
        (" ", "x", Score(None, "the expected answer is blank")),
        ("x", " \n", Score(0.0, "the answer is blank")),
        ("x", "x", Score(1.0)),
        ("x", "y" * 50_001, Score(None, "a text has more than 50,000 characters")),
        ("x" * 50_001, "y", Score(None, "a text has more than 50,000 characters")),
    ],
)
def test_some_answers_need_no_model(answer_inquiry, expected, answer, score):
    assert ask(answer_inquiry, expected=expected, answer=answer) == (score, [])


def test_half_a_surrogate_pair_does_not_reach_the_model(answer_inquiry):
    _, [embed] = ask(answer_inquiry, [[1.0], [1.0]], answer="\ud800")
    assert embed.texts[1] == "?"


@given(VECTORS)
def test_the_value_agrees_with_scipy(answer_inquiry, vectors):
    assume(all(math.hypot(*vector) > 1e-50 for vector in vectors))
    score, _ = ask(answer_inquiry, vectors)
    assert score.value == pytest.approx(max(0.0, 1 - cosine(*vectors)), abs=1e-9)
    assert 0.0 <= score.value <= 1.0
