from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import LoggedTrial, Outcome, Score, Trial, TrialError
from marksheet.shown_trials import (
    TrialPlace,
    metrics_of,
    parse_trial_call_id,
    predict_call_id,
    score_call_id,
    shown_trial,
    trial_call_id,
)
from tests.nugen_cases import evaluation

STARTED = "2026-01-02T03:04:05.000Z"
METRICS = ["exact_match", "judge", "token_f1"]


def trial(outcome: Outcome = Outcome.RIGHT, **changes: object) -> Trial:
    scores = {"token_f1": Score(0.5), "exact_match": Score(1.0), "judge": Score(None, "unparsable")}
    facts: dict[str, object] = {"output": "4", "scores": scores, **changes}
    return Trial(7, "q7", 2, outcome, **facts)  # type: ignore[arg-type]


def test_a_trial_of_ours_is_shown_as_a_logged_one_would_be() -> None:
    shown = shown_trial(
        "run", trial(latency_seconds=1.5, prompt_tokens=10, completion_tokens=3), METRICS, STARTED
    )
    assert shown == LoggedTrial(
        call_id="run-7-2",
        predict_call_id="run-7-2-p",
        output="4",
        scores={"token_f1": 0.5, "exact_match": 1.0, "correct": True},
        started_at=STARTED,
        latency_seconds=1.5,
        total_tokens=13,
        # Numbered among all metrics, so that a score that is missing moves no other one's id.
        scorer_call_ids={"exact_match": "run-7-2-s0", "token_f1": "run-7-2-s2"},
    )


@pytest.mark.parametrize(
    ("prompt", "completion", "total"), [(None, None, None), (5, None, 5), (None, 0, 0), (0, 0, 0), (2, 3, 5)]
)
def test_tokens_are_those_that_are_known(
    prompt: int | None, completion: int | None, total: int | None
) -> None:
    told = trial(prompt_tokens=prompt, completion_tokens=completion)
    assert shown_trial("run", told, METRICS, STARTED).total_tokens == total


def test_a_trial_that_errored_shows_neither_output_nor_scores() -> None:
    errored = trial(Outcome.ERRORED, output="half an answer", error=TrialError("http_500", "no"))
    shown = shown_trial("run", errored, METRICS, STARTED)
    assert (shown.output, shown.scores, shown.scorer_call_ids) == (None, {}, {})
    assert shown.call_id == "run-7-2"


def test_a_logged_trial_is_shown_as_it_was_logged() -> None:
    logged = LoggedTrial("t", None, {"any": 1}, {"s": None}, STARTED)
    assert shown_trial("run", trial(Outcome.ERRORED, logged=logged), METRICS, STARTED) is logged


def test_metrics_are_numbered_by_name() -> None:
    assert metrics_of(evaluation()) == ["exact_match", "token_f1"]


@given(st.text(min_size=1), st.integers(1, 10**9), st.integers(1, 100))
def test_the_id_of_a_trial_says_which_one_it_is(run_id: str, ordinal: int, number: int) -> None:
    call_id = trial_call_id(run_id, ordinal, number)
    assert parse_trial_call_id(call_id) == TrialPlace(run_id, ordinal, number)


@pytest.mark.parametrize(
    "text",
    [
        *["", "run", "run-1", "run-0-1", "run-1-0", "run-1-1-p", "run-01-1", "run-1-x", "run-\u0661-1"],
        *["-1-1", "run-1-" + "9" * 30],
    ],
)
def test_another_id_names_no_trial_of_ours(text: str) -> None:
    assert parse_trial_call_id(text) is None


def test_the_ids_within_a_trial_begin_with_its_own() -> None:
    assert predict_call_id("run-7-2") == "run-7-2-p"
    assert score_call_id("run-7-2", 3) == "run-7-2-s3"
