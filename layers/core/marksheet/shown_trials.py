"""A trial as it is shown where one speaks of calls: what a logged trial says itself, and the same of a trial
that Marksheet made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from marksheet.domain import LoggedTrial, Outcome
from marksheet.summary.scorer_tally import shown_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.domain import Evaluation, Trial

_CALL_ID = re.compile(r"(.+)-([1-9][0-9]{0,9})-([1-9][0-9]{0,9})", re.DOTALL | re.ASCII)


class TrialPlace(NamedTuple):
    """Which trial of which run."""

    run_id: str
    ordinal: int
    trial: int


def trial_call_id(run_id: str, ordinal: int, trial: int) -> str:
    """The id of a trial that Marksheet made, as a call."""
    return f"{run_id}-{ordinal}-{trial}"


def predict_call_id(call_id: str) -> str:
    """The id of the call that asked the model, within the trial of that id."""
    return f"{call_id}-p"


def score_call_id(call_id: str, place: int) -> str:
    """The id of a scorer's call within a trial; `place` is that of its metric among the sorted ones."""
    return f"{call_id}-s{place}"


def parse_trial_call_id(call_id: str) -> TrialPlace | None:
    """The inverse of `trial_call_id`; None for another id."""
    match = _CALL_ID.fullmatch(call_id)
    return TrialPlace(match[1], int(match[2]), int(match[3])) if match else None


def metrics_of(evaluation: Evaluation) -> list[str]:
    """The metrics of an evaluation's scorers in the order that numbers their calls."""
    return sorted(spec.metric for spec in evaluation.scorers)


def shown_trial(run_id: str, trial: Trial, metrics: Sequence[str], started_at: str) -> LoggedTrial:
    """What is shown of a trial of a run that began at `started_at`, with scorers for `metrics`.

    A trial that errored has neither output nor scores.
    """
    if trial.logged is not None:
        return trial.logged
    call_id = trial_call_id(run_id, trial.ordinal, trial.trial)
    answered = trial.outcome is not Outcome.ERRORED
    scores = shown_scores(trial) if answered else {}
    return LoggedTrial(
        call_id=call_id,
        predict_call_id=predict_call_id(call_id),
        output=trial.output if answered else None,
        scores=scores,
        started_at=started_at,
        latency_seconds=trial.latency_seconds,
        total_tokens=_total_tokens(trial),
        scorer_call_ids={
            metric: score_call_id(call_id, place) for place, metric in enumerate(metrics) if metric in scores
        },
    )


def _total_tokens(trial: Trial) -> int | None:
    known = [tokens for tokens in (trial.prompt_tokens, trial.completion_tokens) if tokens is not None]
    return sum(known) if known else None
