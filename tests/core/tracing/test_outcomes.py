from __future__ import annotations

from typing import Any

import pytest

from marksheet.domain import LoggedTrial, Outcome, Question, Score, Trial
from marksheet.summary.scorer_tally import ScorerTally
from marksheet.tracing.outcomes import (
    LONGEST_MESSAGE,
    correctness_of,
    metric_of,
    question_of,
    text_of,
    trial_as_marked,
)

QUESTION = Question(3, "digest", "Why?")


def marked(scores: dict[str, Any], output: Any = "text", **changes: Any) -> Trial:
    logged = LoggedTrial("t", None, output, scores, "2026-01-02T00:00:00Z", latency_seconds=1.5)
    told = {"ended": True, "exception": None, **changes}
    return trial_as_marked(QUESTION, 2, logged, **told)


@pytest.mark.parametrize(
    ("trials", "metric"),
    [
        ([{"a": True, "correct": True}], "correct"),
        ([{"a": True, "match": {"deep": {"correct": True}}}], "match.deep.correct"),
        ([{"n": 0.5, "a": {"x": True}, "b": True}], "a.x"),
        ([{"n": 0.5, "m": 1}], "n"),
        # A number called correct is no decision where there is a boolean.
        ([{"correct": 0.5, "b": True}], "b"),
        ([{"n": None}, {"t": "text"}], None),
        ([], None),
    ],
)
def test_the_score_that_decides_is_a_boolean_called_correct_or_the_first_one(
    trials: list[dict[str, Any]], metric: str | None
) -> None:
    found = ScorerTally()
    for scores in trials:
        found.add(scores)
    assert correctness_of(found.finish()) == metric


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (True, Outcome.RIGHT),
        (False, Outcome.WRONG),
        (0.5, Outcome.RIGHT),
        (0.49, Outcome.WRONG),
        (7, Outcome.UNSCORED),
        (None, Outcome.UNSCORED),
    ],
)
def test_a_trial_is_right_or_wrong_by_the_score_that_decides(value: Any, outcome: Outcome) -> None:
    assert marked({"s": value}, correctness="s").outcome is outcome


def test_without_a_score_that_decides_a_trial_is_unscored() -> None:
    assert marked({"s": True}).outcome is Outcome.UNSCORED
    assert marked({"s": True}, correctness="other").outcome is Outcome.UNSCORED


def test_scores_are_metrics_by_the_path_of_each_leaf() -> None:
    assert marked({"a": True, "b": {"x": 0.25, "y": {"z": 7}}, "t": "text"}).scores == {
        "a": Score(1.0),
        "b.x": Score(0.25),
        "b.y.z": Score(None, "is not between 0 and 1"),
    }


def test_of_two_leaves_with_one_name_the_first_counts() -> None:
    assert marked({"a.b": 0.25, "a": {"b": 0.75}}).scores == {"a.b": Score(0.25)}


def test_an_exception_makes_a_trial_errored() -> None:
    trial = marked({"s": True}, exception="Traceback: boom", correctness="s")
    assert trial.outcome is Outcome.ERRORED
    assert trial.error is not None
    assert (trial.error.code, trial.error.message) == ("exception", "Traceback: boom")


def test_of_a_long_exception_the_end_is_kept() -> None:
    trial = marked({}, exception="x" * 10_000 + "boom")
    assert trial.error is not None
    assert len(trial.error.message) == LONGEST_MESSAGE
    assert trial.error.message.endswith("boom")


def test_a_trial_that_never_ended_is_errored() -> None:
    trial = marked({}, ended=False)
    assert trial.outcome is Outcome.ERRORED
    assert trial.error is not None
    assert trial.error.code == "not_ended"


@pytest.mark.parametrize(
    ("told", "latency"), [(0.0, 0.0), (1.5, 1.5), (1e9, 1e9), (-0.1, None), (1e307, None), (None, None)]
)
def test_what_can_be_no_latency_is_none(told: float | None, latency: float | None) -> None:
    said = LoggedTrial("t", None, "text", {}, "2026-01-02T00:00:00Z", latency_seconds=told)
    marked = trial_as_marked(QUESTION, 1, said, ended=True, exception=None)
    assert (marked.latency_seconds, marked.logged) == (latency, said)


def test_a_trial_keeps_its_place_and_what_was_logged() -> None:
    trial = marked({"s": True})
    assert (trial.ordinal, trial.question_id, trial.trial, trial.latency_seconds) == (3, "digest", 2, 1.5)
    assert trial.logged is not None
    assert trial.logged.scores == {"s": True}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ({"a": 1}, '{"a":1}'),
        (10**30, str(10**30)),
        ("half \ud800", "half ?"),
        (["half \ud800"], '["half \\ud800"]'),
        (None, "null"),
    ],
)
def test_any_value_has_a_text_that_a_file_can_hold(value: Any, text: str) -> None:
    assert text_of(value) == text
    assert text_of(value).encode()


def test_an_output_that_is_no_text_is_told_as_json() -> None:
    assert marked({}, output={"a": 1}).output == '{"a":1}'
    assert marked({}, output=None).output is None


def test_a_row_asks_its_question_and_expects_its_answer() -> None:
    question = question_of(1, "d", {"question": "Why?", "expected_answer": 42, "more": 1})
    assert (question.question, question.expected_answer) == ("Why?", "42")
    assert question.value == {"question": "Why?", "expected_answer": 42, "more": 1}


@pytest.mark.parametrize("value", [{"input": "Why?"}, {"question": 7}, [1], "text", None])
def test_another_row_is_asked_as_it_is(value: Any) -> None:
    question = question_of(1, "d", value)
    assert (question.question, question.expected_answer) == (text_of(value), None)


def test_a_resolved_reference_asks_what_it_leads_to() -> None:
    question = question_of(1, "abc", "x/attr/rows/id/abc", {"question": "Why?"})
    assert (question.question, question.value) == ("Why?", "x/attr/rows/id/abc")
    assert question.resolved == {"question": "Why?"}


def test_names_that_no_file_can_hold_are_mended() -> None:
    assert question_of(1, "\ud800", None).question_id == "?"
    assert metric_of("\ud800", "a") == "?.a"
