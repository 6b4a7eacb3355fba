"""FinishEvaluation and FailEvaluation: from parts to marks, and the one way into each terminal status.

Both passes over the parts stream: the first adds up the statistics and writes the rows that pages are read
from, the second writes the downloadable file, whose head needs the statistics. Memory is flat in the number
of questions.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import repeat, zip_longest
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.dialects import nugen
from marksheet.domain import Evaluation, Run, Status, Trial
from marksheet.errors import EvaluationStopped, ShardsUnfinished
from marksheet.parts import by_question, part_keys, read_lines, read_questions, read_trials
from marksheet.questions import decode_question
from marksheet.row_digests import row_digest
from marksheet.run_rows import RowsWriter
from marksheet.store import layout
from marksheet.summary.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from marksheet.application import Application


def finish_evaluation(app: Application, organization: str, evaluation_id: str, attempt: int) -> Status:
    """Turn the parts of an evaluation into its results and give it its terminal status.

    READY; STOPPED when trials were not asked for want of money; FAILED when more than `max_error_share` of a
    run's trials errored, or shards are unfinished. The marks that exist are kept, and but for the last case
    they are made into results too; a resume takes up what is missing. Repeating it changes nothing but
    announces again. Raises `EvaluationStopped` when the attempt is over in another way.
    """
    evaluation = app.store.evaluations.find(organization, evaluation_id, counts=True)
    if evaluation is None or evaluation.attempt != attempt:
        raise EvaluationStopped("the evaluation was deleted or resumed elsewhere")
    if evaluation.status.terminal:
        app.announcements.evaluation_finished(evaluation, evaluation.status, evaluation.headline)
        _look_again(app, evaluation)
        return evaluation.status
    try:
        parts = {run.position: part_keys(app, evaluation, run) for run in evaluation.all_runs}
    except ShardsUnfinished as failure:
        return _finish(app, evaluation, Status.FAILED, error=failure.message)
    if evaluation.eval_spec is not None:
        from marksheet.job_results import write_job_results

        job = write_job_results(app, evaluation, parts[0])
        return _finish(
            app,
            evaluation,
            job.status,
            error=job.error,
            results_bytes=job.results_bytes,
            headline={0: job.headline},
        )
    found = _add_up(app, evaluation, parts)
    status, error = found.verdict()
    summary = found.summary(completed_at=app.now(), status=status)
    key = layout.summary(organization, evaluation_id)
    app.store.objects.write(key, orjson.dumps(summary), "application/json")
    size = _write_results(app, evaluation, summary, parts)
    headline = {run["position"]: _headline(run) for run in summary["runs"]}
    status = _finish(app, evaluation, status, error=error, results_bytes=size, headline=headline)
    _look_again(app, evaluation)
    return status


def fail_evaluation(
    app: Application, organization: str, evaluation_id: str, attempt: int, *, error: str
) -> Status | None:
    """Record why an execution ended without finishing, unless the evaluation is terminal or has a newer
    attempt.

    Gives the status that stands afterwards, None when the evaluation is gone. `error` is the state machine's
    name of the error. Its cause is not asked for: it may hold what callers must not see.
    """
    evaluation = app.store.evaluations.find(organization, evaluation_id)
    if evaluation is None:
        return None
    if evaluation.status.terminal or evaluation.attempt != attempt:
        return evaluation.status
    return _finish(app, evaluation, Status.FAILED, error=_explain(error))


_EXPLANATIONS: Mapping[str, str] = {
    "States.Timeout": "the workflow took longer than it may",
    "Sandbox.Timedout": "a step of the workflow took longer than it may",
    "States.DataLimitExceeded": "a step of the workflow handed on too much",
    "ABORTED": "the execution was stopped from outside",
    "TIMED_OUT": "the execution took longer than it may",
}


def _explain(error: str) -> str:
    reason = _EXPLANATIONS.get(error, "the workflow failed; its execution's history says where")
    return f"{reason}; resume the evaluation to take up what is unfinished"


def _finish(
    app: Application,
    evaluation: Evaluation,
    status: Status,
    *,
    error: str | None = None,
    results_bytes: int | None = None,
    headline: Mapping[int, Mapping[str, Any]] | None = None,
) -> Status:
    moved = app.store.evaluations.finish(
        evaluation, status, now=app.now(), error=error, results_bytes=results_bytes, headline=headline
    )
    if not moved:
        current = app.store.evaluations.find_status(evaluation.organization, evaluation.evaluation_id)
        return current[0] if current else Status.CANCELLED
    app.announcements.evaluation_finished(evaluation, status, headline)
    return status


def _look_again(app: Application, evaluation: Evaluation) -> None:
    """More of a logged run may have come in while its results were made."""
    if evaluation.logged:
        from marksheet.tracing.settling import look_again

        look_again(app, evaluation)


def _add_up(app: Application, evaluation: Evaluation, parts: Mapping[int, list[str]]) -> Findings:
    """First pass: everything a summary tells, and the rows of each run."""
    found = Findings(evaluation)
    asked = app.store.objects.lines(evaluation.benchmark.questions_key)
    runs = [read_lines(app, parts[position]) for position in sorted(parts)]
    with ExitStack() as opened:
        rows = [opened.enter_context(RowsWriter(app, evaluation, run)) for run in evaluation.runs]
        for line, *marked in zip(asked, *runs, strict=True):
            question = decode_question(line)
            values = found.add(question, [trials for trials, _ in marked])
            digest = row_digest(question)
            for writer, (trials, lines), of_run in zip(rows, marked, values, strict=False):
                writer.add_lines(digest, (line, *lines), trials, of_run)
    return found


def _headline(run: Mapping[str, Any]) -> dict[str, Any]:
    metrics = run["metrics"]
    overall = metrics["overall_score"]
    bounds = (overall["low"], overall["high"])
    return {
        **{name: metrics[name]["mean"] if name in metrics else None for name in ("accuracy", "relevance")},
        "overall_score": overall["mean"],
        "uncertainty": None if None in bounds else (bounds[1] - bounds[0]) / 2,
        "domain_violations": run["domain_violations"],
        "not_asked": run["not_asked"],
        **run["counts"],
    }


def _write_results(
    app: Application, evaluation: Evaluation, summary: Mapping[str, Any], parts: Mapping[int, list[str]]
) -> int:
    """Second pass: the downloadable file; gives its size in bytes."""
    key = layout.results(evaluation.organization, evaluation.evaluation_id)
    with app.store.objects.writer(key, "application/json") as out:
        for run in evaluation.runs:
            begin = nugen.download_middle if run.position else nugen.download_head
            out.write(begin(summary, evaluation))
            first = True
            asked = read_questions(app, evaluation)
            marked = by_question(read_trials(app, parts[run.position]))
            pairs = _pairs(app, evaluation, run, parts)
            for question, trials, judged in zip(asked, marked, pairs, strict=True):
                for trial, pair in zip_longest(trials, judged):
                    out.write(nugen.download_row(trial, question, evaluation, first=first, pair=pair))
                    first = False
        out.write(nugen.download_tail(summary, evaluation))
    return out.size


def _pairs(
    app: Application, evaluation: Evaluation, run: Run, parts: Mapping[int, list[str]]
) -> Iterable[Sequence[Trial]]:
    """A judge's verdicts on each question's pairs, which go with the answers of the model compared; nothing
    for each elsewhere.
    """
    if evaluation.pairs is None or run.position == 0:
        return repeat((), evaluation.total_questions)
    return by_question(read_trials(app, parts[evaluation.pairs.position]))
