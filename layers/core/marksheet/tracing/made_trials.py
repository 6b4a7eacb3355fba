"""Trials of runs that Marksheet made, shown as predictions and scores."""

from __future__ import annotations

from itertools import count, islice
from typing import TYPE_CHECKING

from marksheet.errors import NotFound
from marksheet.row_digests import row_value
from marksheet.row_results.known_runs import facts_of_made
from marksheet.run_rows import read_prompts
from marksheet.shown_trials import metrics_of, parse_trial_call_id, predict_call_id, shown_trial
from marksheet.tracing.predictions import LoggedScore, Prediction
from marksheet.tracing.references import Reference
from marksheet.tracing.runs import find_made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.application import Application
    from marksheet.domain import Caller, Evaluation, LoggedTrial, MarkedRow, Run

_AT_ONCE = 200
"""Questions read together."""


def predictions_of(
    app: Application, made: tuple[Evaluation, Run], *, offset: int = 0
) -> Iterator[Prediction]:
    """The predictions of a run from the `offset`th on, as far as the caller reads. Raises `NotFinished` while
    it has no results.
    """
    evaluation, _ = made
    skipped, within = divmod(offset, evaluation.trials)
    found = (
        _prediction(made, row, trial)
        for row in _rows(app, made, first=skipped + 1)
        for trial in _trials(made, row)
    )
    return islice(found, within, None)


def scores_of(app: Application, made: tuple[Evaluation, Run]) -> Iterator[LoggedScore]:
    """The scores of a run, as far as the caller reads. Raises `NotFinished` while it has no results."""
    for row in _rows(app, made, first=1):
        for trial in _trials(made, row):
            yield from _scores(made, trial)


def find_prediction(app: Application, caller: Caller, project: str, prediction_id: str) -> Prediction | None:
    """A prediction of a run that Marksheet made, by its id or its trial's; None for an id of no such run.
    Raises `NotFound` for one that the run does not have.
    """
    found = _find_trial(app, caller, project, prediction_id, prediction_id.removesuffix("-p"))
    return _prediction(*found) if found else None


def find_score(app: Application, caller: Caller, project: str, score_id: str) -> LoggedScore | None:
    """A score of a run that Marksheet made; None for an id of no such run. Raises `NotFound` for one that the
    run does not have.
    """
    found = _find_trial(app, caller, project, score_id, score_id.rpartition("-s")[0])
    if found is None:
        return None
    made, _, trial = found
    for score in _scores(made, trial):
        if score.score_id == score_id:
            return score
    raise NotFound("Score", score_id)


def _find_trial(
    app: Application, caller: Caller, project: str, told: str, trial_id: str
) -> tuple[tuple[Evaluation, Run], MarkedRow, LoggedTrial] | None:
    place = parse_trial_call_id(trial_id)
    made = find_made(app, caller, project, place.run_id) if place else None
    if place is None or made is None:
        return None
    for row in read_prompts(app, *made, first=place.ordinal, count=1):
        for trial in _trials(made, row):
            if trial.call_id == trial_id:
                return made, row, trial
    raise NotFound("Trial", told)


def _rows(app: Application, made: tuple[Evaluation, Run], *, first: int) -> Iterator[MarkedRow]:
    for start in count(first, _AT_ONCE):
        rows = read_prompts(app, *made, first=start, count=_AT_ONCE)
        yield from rows
        if len(rows) < _AT_ONCE:
            return


def _trials(made: tuple[Evaluation, Run], row: MarkedRow) -> list[LoggedTrial]:
    evaluation, run = made
    started = evaluation.started_at or evaluation.created_at
    metrics = metrics_of(evaluation)
    return [shown_trial(run.run_id, trial, metrics, started) for trial in row.trials]


def _prediction(made: tuple[Evaluation, Run], row: MarkedRow, trial: LoggedTrial) -> Prediction:
    value = row_value(row.question)
    return Prediction(
        prediction_id=trial.predict_call_id or predict_call_id(trial.call_id),
        model=facts_of_made(*made).model_ref or "",
        inputs=value if isinstance(value, dict) else {"example": value},
        output=trial.output,
        run_id=made[1].run_id,
    )


def _scores(made: tuple[Evaluation, Run], trial: LoggedTrial) -> Iterator[LoggedScore]:
    """The scores of a trial; what follows from them, such as right or wrong, has no scorer of its own."""
    evaluation, run = made
    place, version = (evaluation.organization, evaluation.project), str(evaluation.benchmark.version)
    for metric, score_id in trial.scorer_call_ids.items():
        scorer = Reference(*place, "object", metric, version)
        yield LoggedScore(score_id, str(scorer), trial.scores[metric], run.run_id)
