"""text_similarity is a scorer's value of two texts."""

from __future__ import annotations

import pytest

from marksheet.domain import Answer, Mark, Question, ScorerSpec
from marksheet.grading.text_similarity import METRICS
from marksheet.scoring import build
from marksheet.scoring.scorer import Embed
from tests.core.grading.asking import grader, submission

ROW = submission("the cats sat on a mat", metadata={"said": "The cat sat on the mat."})


def similarity(metric, **more):
    return {
        "type": "text_similarity",
        "input": "{{ sample.output_text }}",
        "reference": "{{ item.said }}",
        "evaluation_metric": metric,
        **more,
    }


@pytest.mark.parametrize("metric", [name for name in METRICS if name != "cosine"])
def test_a_metric_is_its_scorers_value(grade, metric):
    scorer, options = METRICS[metric]
    expected = build(ScorerSpec(scorer, options=options)).score(
        Question(1, "", "", "The cat sat on the mat."), Answer("the cats sat on a mat")
    )
    mark, asked = grade(similarity(metric), ROW)
    assert mark == Mark(expected.value, expected.value >= 0.5)
    assert asked == []


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("rouge_1", 2 * 4 / 12),  # sat, on, mat, the of 6 and 6 words
        ("rouge_2", 2 * 1 / 10),  # "sat on" of 5 and 5
        ("rouge_5", 0.0),
        ("rouge_l", 2 * 4 / 12),  # the sat on mat
    ],
)
def test_rouge_is_the_f_measure(grade, metric, value):
    assert grade(similarity(metric), ROW)[0].value == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(("threshold", "passed"), [(0.66, True), (0.67, False)])
def test_the_threshold_decides_whether_it_passes(grade, threshold, passed):
    assert grade(similarity("rouge_1", pass_threshold=threshold), ROW)[0].passed is passed


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("bleu", "the reference has no word"),
        ("rouge_3", "the reference has fewer than 3 words of a-z and 0-9"),
        ("fuzzy_match", "the reference has no letter or digit"),
        ("cosine", "the reference is blank"),
    ],
)
def test_a_reference_that_a_metric_can_make_nothing_of_is_unscored(grade, metric, reason):
    mark, _ = grade(similarity(metric), submission("x", metadata={"said": " "}))
    assert mark == Mark(None, reason=reason)


def test_cosine_asks_for_both_vectors_once(grade):
    mark, [ask] = grade(similarity("cosine"), ROW, [[1.0, 0.0], [0.6, 0.8]], embedding_model="embedder")
    assert mark == Mark(pytest.approx(0.6), True)
    assert ask.model == "embedder"
    assert ask.inquiry == Embed(["The cat sat on the mat.", "the cats sat on a mat"])


def test_cosine_is_held_between_0_and_1(grade):
    assert grade(similarity("cosine"), ROW, [[1.0], [-1.0]])[0] == Mark(0.0, False)


def test_embeddings_have_a_model_of_their_own():
    assert grader(similarity("cosine"), model="judge", override="other").models == ("text-embedding-3-large",)
    assert grader(similarity("bleu")).models == ()
