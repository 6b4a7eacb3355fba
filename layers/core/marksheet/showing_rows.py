"""The rows of an evaluation for people to look at: in order, by what a metric says of them, or where two runs
differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marksheet import evaluations
from marksheet.errors import InvalidRequest, Problem
from marksheet.run_rows import filtered, flips, read_prompts
from marksheet.scoring.specs import run_metric
from marksheet.summary.run_summary import RunSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.application import Application
    from marksheet.dialects.nugen.row_requests import RowsRequest
    from marksheet.domain import Caller, Evaluation, MarkedRow, Run


@dataclass(frozen=True, slots=True)
class ShownRows:
    """Some rows of a run, each with its value of the metric they were chosen by."""

    evaluation: Evaluation
    run: Run
    rows: Sequence[tuple[MarkedRow, float | None]]
    total: int


@dataclass(frozen=True, slots=True)
class ShownFlips:
    """Some rows that one of two runs passes and the other does not."""

    base: tuple[Evaluation, Run]
    compared: tuple[Evaluation, Run]
    rows: Sequence[tuple[bool, tuple[MarkedRow, float | None], tuple[MarkedRow, float | None]]]
    """Whether the run compared is the one that passes, and the row of either run with its value."""
    gained: int
    """All that the run compared alone passes."""
    lost: int


def show_rows(app: Application, caller: Caller, evaluation_id: str, request: RowsRequest) -> ShownRows:
    """A page of a run's rows: all by ordinal, or those that a metric's bounds choose, by value.

    Raises `NotFound`, `NotFinished`, and `InvalidRequest` for a model or metric that the evaluation has not.
    """
    evaluation = evaluations.finished(app, caller, evaluation_id, partial=True)
    run = _run(evaluation, request.model_id, 0)
    _check_metric(evaluation, request.metric)
    if request.metric is None:
        found = read_prompts(app, evaluation, run, first=request.offset + 1, count=request.limit)
        return ShownRows(evaluation, run, [(row, None) for row in found], evaluation.total_questions)
    page = filtered(
        app,
        evaluation,
        run,
        metric=request.metric,
        below=request.below,
        above=request.above,
        offset=request.offset,
        limit=request.limit,
    )
    return ShownRows(evaluation, run, _with_values(evaluation, run, page.rows, request.metric), page.total)


def show_flips(app: Application, caller: Caller, evaluation_id: str, request: RowsRequest) -> ShownFlips:
    """A page of the rows that a run gained or lost against another: its evaluation's base model, or the base
    model of another evaluation.

    Raises as `show_rows`, and `InvalidRequest` where there is nothing to compare with.
    """
    evaluation = evaluations.finished(app, caller, evaluation_id, partial=True)
    _check_metric(evaluation, request.metric)
    if request.against is None and not evaluation.comparison:
        message = "the evaluation has one model; say against which evaluation with `against`"
        raise InvalidRequest(Problem(("query", "flips"), message))
    if request.against is None:
        base, compared = (evaluation, evaluation.runs[0]), (evaluation, evaluation.runs[1])
        if request.model_id not in (None, compared[1].model.model_id):
            message = f"flips are those of {compared[1].model.model_id!r}; leave it out"
            raise InvalidRequest(Problem(("query", "model_id"), message))
    else:
        other = evaluations.finished(app, caller, request.against, partial=True)
        base, compared = (other, other.runs[0]), (evaluation, _run(evaluation, request.model_id, -1))
    page = flips(
        app,
        base,
        compared,
        metric=request.metric or "",
        direction=request.flips or "both",
        offset=request.offset,
        limit=request.limit,
    )
    before = _with_values(*base, [flip.first for flip in page.rows], request.metric or "")
    after = _with_values(*compared, [flip.second for flip in page.rows], request.metric or "")
    rows = [
        (flip.gained, first, second) for flip, first, second in zip(page.rows, before, after, strict=True)
    ]
    return ShownFlips(base, compared, rows, page.gained, page.lost)


def _with_values(
    evaluation: Evaluation, run: Run, rows: Sequence[MarkedRow], metric: str
) -> list[tuple[MarkedRow, float | None]]:
    """The rows of a run, each with its value of a metric."""
    summary = RunSummary(run, evaluation)
    return [(row, summary.add(row.trials, row.question.cluster)[metric]) for row in rows]


def _check_metric(evaluation: Evaluation, metric: str | None) -> None:
    """Refuse the label of a scorer that is counted under another name, and give that."""
    for spec in evaluation.scorers:
        if spec.metric == metric and run_metric(spec) != metric:
            message = f"{metric!r} has the role {spec.role}, so it is counted as {run_metric(spec)}"
            raise InvalidRequest(Problem(("query", "metric"), message))


def _run(evaluation: Evaluation, model_id: str | None, otherwise: int) -> Run:
    """The run of a model, or the one at a position where none is named."""
    if model_id is None:
        return evaluation.runs[otherwise]
    runs = {run.model.model_id: run for run in evaluation.runs}
    if model_id not in runs:
        raise InvalidRequest(Problem(("query", "model_id"), f"must be one of {', '.join(runs)}"))
    return runs[model_id]
