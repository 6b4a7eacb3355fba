"""Predictions and scores as they are read, of runs that were logged and of those that Marksheet made."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from marksheet.tracing import made_trials, predictions
from marksheet.tracing.runs import find_made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.application import Application
    from marksheet.domain import Caller
    from marksheet.tracing.predictions import LoggedScore, Prediction


def get_prediction(app: Application, caller: Caller, project: str, prediction_id: str) -> Prediction:
    """Raises `NotFound`, or `NotFinished` where its run has no results."""
    made = made_trials.find_prediction(app, caller, project, prediction_id)
    return made or predictions.get(app, caller, project, prediction_id)


def list_predictions(
    app: Application, caller: Caller, project: str, run_id: str, *, offset: int = 0, limit: int | None = None
) -> Iterator[Prediction]:
    """Predictions of a run, none of one that nobody knows. Raises `NotFinished` where it has no results."""
    made = find_made(app, caller, project, run_id)
    if made is not None:
        return islice(made_trials.predictions_of(app, made, offset=offset), limit)
    found = predictions.list_of_run(app, caller, project, run_id)
    return islice(found, offset, None if limit is None else offset + limit)


def get_score(app: Application, caller: Caller, project: str, score_id: str) -> LoggedScore:
    """Raises `NotFound`, or `NotFinished` where its run has no results."""
    made = made_trials.find_score(app, caller, project, score_id)
    return made or predictions.get_score(app, caller, project, score_id)


def list_scores(
    app: Application, caller: Caller, project: str, run_id: str, *, offset: int = 0, limit: int | None = None
) -> Iterator[LoggedScore]:
    """Scores of a run, none of one that nobody knows. Raises `NotFinished` where it has no results."""
    made = find_made(app, caller, project, run_id)
    found = (
        made_trials.scores_of(app, made)
        if made is not None
        else predictions.list_scores(app, caller, project, run_id)
    )
    return islice(found, offset, None if limit is None else offset + limit)
