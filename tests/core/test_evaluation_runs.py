"""Runs that were made elsewhere and handed in, as the surface of runs shows them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from marksheet import evaluation_runs
from marksheet.domain import (
    LoggedRow,
    LoggedTrial,
    MetricValue,
    Role,
    ScorerSpec,
    Status,
    Trial,
    TrialError,
)
from marksheet.errors import NotFound
from marksheet.run_rows import RowsWriter
from marksheet.store import layout
from tests import digitalocean_cases as cases

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller, Evaluation


def logged(number: int, scores: dict[str, Any], outcome: str = "unscored", **changes: Any) -> Trial:
    """One trial of the first row of a logged run."""
    from marksheet.domain import Outcome

    told = LoggedTrial(f"call-{number}", None, "out", scores, "2026-01-01T00:00:00Z")
    trial = Trial(1, "d", number, Outcome(outcome), "out", {}, logged=told)
    return replace(trial, **changes)


@pytest.fixture
def shown(app: Application, caller: Caller) -> Any:
    """What is shown of a logged run with one row, which has these trials."""

    def show(*trials: Trial, scorers: tuple[ScorerSpec, ...] = ()) -> Any:
        evaluation = replace(
            cases.evaluation(), logged=True, scorers=scorers, trials=len(trials), test_case=None
        )
        evaluation = replace(evaluation, benchmark=replace(evaluation.benchmark, question_count=1))
        keep(app, evaluation, trials)
        return evaluation_runs.prompt(app, caller, cases.RUN_ID, 1)[1]

    return show


def keep(app: Application, evaluation: Evaluation, trials: tuple[Trial, ...]) -> None:
    """Store a logged run that is over."""
    app.store.evaluations.add(replace(evaluation, status=Status.PROCESSING))
    row = LoggedRow(1, "d", "Why?", value={"question": "Why?"})
    with RowsWriter(app, evaluation, evaluation.runs[0]) as rows:
        rows.add(row, trials, {})
    summary = {"runs": [{"metrics": {}}]}
    key = layout.summary(evaluation.organization, evaluation.evaluation_id)
    app.store.objects.write(key, orjson.dumps(summary))
    app.store.evaluations.finish(evaluation, Status.READY, now=app.now(), results_bytes=1)


def test_numbers_are_averaged_over_the_trials_and_true_is_one(shown: Any) -> None:
    prompt = shown(logged(1, {"fit": {"ok": True, "n": 3}}), logged(2, {"fit": {"ok": False, "n": 4}}))
    assert prompt.metrics == (MetricValue("fit.ok", 0.5), MetricValue("fit.n", 3.5))
    assert prompt.trace_id == "call-1"


def test_words_are_told_as_they_are(shown: Any) -> None:
    prompt = shown(logged(1, {"tone": "warm"}), logged(2, {"tone": "cold"}))
    assert prompt.metrics == (MetricValue("tone", None, text="warm"),)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_finite_number_is_no_value(shown: Any, number: float) -> None:
    (metric,) = shown(logged(1, {"fit": number})).metrics
    assert (metric.value, metric.error) == (None, "is not a finite number")


@pytest.mark.parametrize("numbers", [[10**400], [1.7e308, 1.7e308]])
def test_numbers_beyond_floats_have_no_mean(shown: Any, numbers: list[float]) -> None:
    trials = [logged(number, {"fit": value}) for number, value in enumerate(numbers, 1)]
    (metric,) = shown(*trials).metrics
    assert (metric.value, metric.error) == (None, "is not a finite number")


def test_a_scorer_that_said_nothing_is_told(shown: Any) -> None:
    spec = ScorerSpec("fit", Role.CORRECTNESS)
    assert shown(logged(1, {}), scorers=(spec,)).metrics == (
        MetricValue("fit", None, error="the client told no score"),
    )


def test_a_trial_that_failed_says_why_and_one_that_did_not_is_shown(shown: Any) -> None:
    failed = logged(1, {}, "errored", error=TrialError("exception", "no key"), output=None)
    spec = ScorerSpec("fit", Role.CORRECTNESS)
    prompt = shown(failed, logged(2, {}), scorers=(spec,))
    assert (prompt.shown.trial, prompt.trace_id) == (2, "call-2")
    assert prompt.metrics[0].error == "exception: no key"


def test_a_run_that_nobody_knows_is_not_found(app: Application, caller: Caller, stranger: Caller) -> None:
    with pytest.raises(NotFound):
        evaluation_runs.get(app, caller, cases.RUN_ID)
    app.store.evaluations.add(cases.evaluation(Status.PROCESSING, test_case=None))
    assert evaluation_runs.get(app, caller, cases.RUN_ID).metrics == ()
    with pytest.raises(NotFound):
        evaluation_runs.get(app, stranger, cases.RUN_ID)
