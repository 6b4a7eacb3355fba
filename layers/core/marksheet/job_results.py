"""What a grading job comes to: its results file, written in one pass over the parts, and its terminal
status.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from marksheet.dialects import doteval
from marksheet.domain import BUDGET_REACHED, Outcome, Status, Submission
from marksheet.grading import Totals, graders_of
from marksheet.parts import read_questions, read_trials
from marksheet.store import layout
from marksheet.worker.grading import not_graded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from marksheet.application import Application
    from marksheet.domain import EvalSpec, Evaluation


@dataclass(frozen=True, slots=True)
class JobResults:
    """How a job ended."""

    status: Status
    error: str | None
    results_bytes: int
    headline: Mapping[str, Any]
    """Its rows by outcome, and what they earned together."""


def write_job_results(app: Application, job: Evaluation, parts: list[str]) -> JobResults:
    """Write a job's results file, the body that `POST /v1/eval` would have answered, and its summary beside
    it.

    READY; STOPPED when rows were not graded for want of money; FAILED when more than `max_error_share` of
    them errored. Memory is flat in the number of rows.
    """
    spec = _spec(job)
    graders = graders_of(spec, job.judge)
    totals = Totals(graders)
    outcomes = dict.fromkeys(Outcome, 0)
    not_reached = 0
    key = layout.results(job.organization, job.evaluation_id)
    with app.store.objects.writer(key, "application/json") as out:
        out.write(b'{"results":[')
        between = b"\n"
        for submission, trial in zip(read_questions(app, job), read_trials(app, parts), strict=True):
            assert isinstance(submission, Submission)
            outcomes[trial.outcome] += 1
            not_reached += trial.error is not None and trial.error.code == BUDGET_REACHED
            grades = trial.grades
            if not grades and trial.error is not None:
                grades = tuple([not_graded(grader, trial.error) for grader in graders])
            totals.add(grades)
            out.write(between + orjson.dumps(doteval.encode_row(submission, grades)))
            between = b",\n"
        summary = doteval.encode_summary(totals.summary(), spec)
        out.write(b'\n],"summary":' + orjson.dumps(summary) + b"}\n")
    app.store.objects.write(
        layout.summary(job.organization, job.evaluation_id), orjson.dumps(summary), "application/json"
    )
    headline = {
        **{outcome.value: count for outcome, count in outcomes.items()},
        "not_asked": not_reached,
        "earned_points": summary["total_earned_points"],
        "possible_points": summary["total_possible_points"],
    }
    status, error = _verdict(job, outcomes[Outcome.ERRORED], not_reached)
    return JobResults(status, error, out.size, headline)


def _verdict(job: Evaluation, errored: int, not_reached: int) -> tuple[Status, str | None]:
    if not_reached and job.max_cost_usd is not None:
        error = (
            f"its budget of {job.max_cost_usd:f} USD is used up and {not_reached} rows were not graded; "
            "resume it with a larger max_cost_usd to grade them"
        )
        return Status.STOPPED, error
    if errored > job.max_error_share * job.total_questions:
        error = (
            f"a model gave no answer for {errored} of {job.total_questions} rows, which is more than the "
            f"share of {job.max_error_share:g} that is borne. Resume the job to ask again"
        )
        return Status.FAILED, error
    return Status.READY, None


def _spec(job: Evaluation) -> EvalSpec:
    if job.eval_spec is None:
        raise ValueError("an evaluation without an eval spec is no grading job")
    return job.eval_spec
