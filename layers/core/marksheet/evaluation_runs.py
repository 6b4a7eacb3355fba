"""Runs by their own ids, and what their questions came to, a page at a time."""

from __future__ import annotations

import math
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import orjson

from marksheet import test_cases
from marksheet.domain import MetricValue, Outcome, SeenPrompt, SeenRun
from marksheet.errors import NotFound
from marksheet.run_rows import read_prompts
from marksheet.run_rows.at_once import at_once
from marksheet.scoring.specs import run_metric
from marksheet.shown_trials import trial_call_id
from marksheet.store import layout
from marksheet.summary.run_summary import RunSummary
from marksheet.summary.scorer_tally import as_float, leaves
from marksheet.tracing.outcomes import metric_of, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from marksheet.application import Application
    from marksheet.domain import Caller, Evaluation, MarkedRow, Run, Trial

NOUN = "Evaluation run"
MOST_LISTED = 200
"""Runs of a test case that a list tells of, the newest."""


def get(app: Application, caller: Caller, run_id: str) -> SeenRun:
    """A run, wherever it was started. Raises `NotFound`."""
    evaluation, run = _find(app, caller, run_id)
    case = None
    if evaluation.test_case is not None:
        case = app.store.evaluation_cases.find(caller.organization, *evaluation.test_case)
    return SeenRun(evaluation, run, case, _metrics(app, evaluation, run))


def list_of_case(app: Application, caller: Caller, case_id: str, version: int | None = None) -> list[SeenRun]:
    """The runs that were started from a version of a test case, or from all, newest first. Raises
    `NotFound`.
    """
    case = test_cases.get(app, caller, case_id, version)
    organization = caller.organization
    ids = app.store.evaluation_cases.evaluation_ids(organization, case.case_id, version, MOST_LISTED)
    found = app.store.evaluations.find_many(organization, ids)
    cases = app.store.evaluation_cases.find_many(organization, [e.test_case for e in found if e.test_case])
    runs = [(evaluation, run) for evaluation in found for run in evaluation.runs]
    told = at_once([partial(_metrics, app, *place) for place in runs])
    return [
        SeenRun(evaluation, run, evaluation.test_case and cases.get(evaluation.test_case), metrics)
        for (evaluation, run), metrics in zip(runs, told, strict=True)
    ]


def prompts(app: Application, seen: SeenRun, *, first: int, count: int) -> list[SeenPrompt]:
    """`count` questions of a run from the ordinal `first` on, fewer where it ends; none while it has no
    results.
    """
    if not has_results(seen.evaluation):
        return []
    rows = read_prompts(app, seen.evaluation, seen.run, first=first, count=count)
    return [_prompt(seen, row) for row in rows]


def prompt(app: Application, caller: Caller, run_id: str, ordinal: int) -> tuple[SeenRun, SeenPrompt]:
    """One question of a run. Raises `NotFound`, also while the run has no results."""
    seen = SeenRun(*_find(app, caller, run_id))
    found = prompts(app, seen, first=ordinal, count=1) if ordinal > 0 else []
    if not found:
        raise NotFound("Prompt", str(ordinal))
    return seen, found[0]


def count_prompts(seen: SeenRun) -> int:
    """How many questions of a run there is something to tell of."""
    return seen.evaluation.total_questions if has_results(seen.evaluation) else 0


def has_results(evaluation: Evaluation) -> bool:
    """Whether there is something to tell of the questions of an evaluation's runs."""
    return evaluation.status.terminal and evaluation.results_bytes is not None


def _find(app: Application, caller: Caller, run_id: str) -> tuple[Evaluation, Run]:
    place = app.store.runs.find(caller.organization, [run_id]).get(run_id)
    found = app.store.evaluations.find_many(caller.organization, [place.evaluation_id]) if place else []
    if place is None or not found:
        raise NotFound(NOUN, run_id)
    return found[0], found[0].runs[place.position]


def _metrics(app: Application, evaluation: Evaluation, run: Run) -> tuple[MetricValue, ...]:
    """What each scorer says of the run as a whole."""
    if not has_results(evaluation):
        return ()
    key = layout.summary(evaluation.organization, evaluation.evaluation_id)
    summary = orjson.loads(app.store.objects.read(key))["runs"][run.position]
    metrics = summary["metrics"]
    return tuple(
        _of_run(spec.metric, metrics[run_metric(spec)])
        for spec in evaluation.scorers
        if run_metric(spec) in metrics
    )


def _of_run(metric: str, told: Mapping[str, Any]) -> MetricValue:
    left_out = f"{told['unscored']} unscored, {told['errored']} errored"
    if told["mean"] is None:
        return MetricValue(metric, None, error=f"no question has a value: {left_out}")
    reason = f"mean over n = {told['n']}; {left_out}"
    if told["low"] is not None and told["high"] is not None:
        reason += f"; 95 % interval {told['low']:.4f} to {told['high']:.4f}"
    return MetricValue(metric, told["mean"], reason=reason)


def _prompt(seen: SeenRun, row: MarkedRow) -> SeenPrompt:
    """A question as it is shown: by its first trial that was answered, with what the metrics say of all."""
    shown = next((trial for trial in row.trials if trial.outcome is not Outcome.ERRORED), row.trials[0])
    if shown.logged is not None:
        return SeenPrompt(row, shown, tuple(_logged(seen, row.trials)), shown.logged.call_id)
    trace_id = trial_call_id(seen.run.run_id, shown.ordinal, shown.trial)
    return SeenPrompt(row, shown, tuple(_marked(seen, row.trials)), trace_id)


def _marked(seen: SeenRun, trials: Sequence[Trial]) -> Iterator[MetricValue]:
    """What each scorer says of a question: the mean over its trials."""
    values = RunSummary(seen.run, seen.evaluation).add(trials, None)
    for spec in seen.evaluation.scorers:
        scores = [trial.scores[spec.metric] for trial in trials if spec.metric in trial.scores]
        value = values[run_metric(spec)]
        reason = next((score.reason for score in scores if score.reason), None)
        if value is None:
            error = _failure(trials) or reason or "the answer could not be scored"
            yield MetricValue(spec.metric, None, error=error)
        else:
            yield MetricValue(spec.metric, value, reason=reason)


def _logged(seen: SeenRun, trials: Sequence[Trial]) -> Iterator[MetricValue]:
    """What the client of a logged run said of a row: the mean of its numbers, true being 1; its words as they
    are.
    """
    numbers: dict[str, list[float]] = {}
    words: dict[str, str] = {}
    for scorer, told in chain.from_iterable(t.logged.scores.items() for t in trials if t.logged):
        for path, value in leaves(told):
            numbers.setdefault(metric_of(scorer, path), []).append(as_float(value))
        if isinstance(told, str):
            words.setdefault(metric_of(scorer, None), printable(told))
    for metric, found in numbers.items():
        mean = _mean(found)
        yield MetricValue(metric, mean, error="is not a finite number" if mean is None else None)
    for metric, text in words.items():
        yield MetricValue(metric, None, text=text)
    for spec in seen.evaluation.scorers:
        if spec.metric not in numbers and spec.metric not in words:
            yield MetricValue(spec.metric, None, error=_failure(trials) or "the client told no score")


def _mean(values: Sequence[float]) -> float | None:
    """None where a value, or their sum, is beyond all floats."""
    try:
        total = math.fsum(values)
    except (OverflowError, ValueError):
        return None
    return total / len(values) if math.isfinite(total) else None


def _failure(trials: Sequence[Trial]) -> str | None:
    """Why a question was not answered, if a trial of it was not."""
    return next((f"{trial.error.code}: {trial.error.message}" for trial in trials if trial.error), None)
