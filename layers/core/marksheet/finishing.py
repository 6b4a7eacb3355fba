"""FinishEvaluation and FailEvaluation: from parts to marks, and the one way into each terminal status.

One pass over the parts adds up the statistics, writes the rows that pages are read from, and keeps those of
the downloadable file on disk until its head is known, which needs the statistics. Memory is flat in the
number of questions.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.dialects import nugen
from marksheet.domain import Evaluation, Question, Status, Trial
from marksheet.errors import EvaluationStopped, ShardsUnfinished
from marksheet.parts import part_keys, read_lines
from marksheet.questions import decode_question
from marksheet.row_digests import row_digest
from marksheet.run_rows import RowsWriter
from marksheet.spool import open_spool
from marksheet.store import layout
from marksheet.summary.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.application import Application
    from marksheet.spool import Spool


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
    with ExitStack() as opened:
        spools = [opened.enter_context(open_spool()) for _ in evaluation.runs]
        found = _add_up(app, evaluation, parts, spools)
        status, error = found.verdict()
        summary = found.summary(completed_at=app.now(), status=status)
        key = layout.summary(organization, evaluation_id)
        app.store.objects.write(key, orjson.dumps(summary), "application/json")
        size = _write_results(app, evaluation, summary, spools)
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


def _add_up(
    app: Application, evaluation: Evaluation, parts: Mapping[int, list[str]], spools: Sequence[Spool]
) -> Findings:
    """Everything a summary tells, the rows of each run, and in the run's spool those of the downloadable
    file.
    """
    found = Findings(evaluation)
    asked = app.store.objects.lines(evaluation.benchmark.questions_key)
    runs = [read_lines(app, parts[position]) for position in sorted(parts)]
    with ExitStack() as opened:
        writers = [opened.enter_context(RowsWriter(app, evaluation, run)) for run in evaluation.runs]
        for line, *marked in zip(asked, *runs, strict=True):
            question = decode_question(line)
            values = found.add(question, [trials for trials, _ in marked])
            digest = row_digest(question)
            for position, (writer, of_run) in enumerate(zip(writers, values, strict=True)):
                trials, lines = marked[position]
                writer.add_lines(digest, (line, *lines), trials, of_run)
                pairs = marked[-1][0] if evaluation.pairs is not None and position else ()
                _spool(spools[position], evaluation, question, trials, pairs)
    return found


def _spool(
    spool: Spool,
    evaluation: Evaluation,
    question: Question,
    trials: Sequence[Trial],
    pairs: Sequence[Trial],
) -> None:
    """A question's rows of the downloadable file; `pairs` are a judge's verdicts, which go with the answers
    of the model compared.
    """
    for number, (trial, pair) in enumerate(zip_longest(trials, pairs)):
        first = question.ordinal == 1 and number == 0
        spool.write(nugen.download_row(trial, question, evaluation, first=first, pair=pair))


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
    app: Application, evaluation: Evaluation, summary: Mapping[str, Any], spools: Sequence[Spool]
) -> int:
    """The downloadable file; gives its size in bytes."""
    key = layout.results(evaluation.organization, evaluation.evaluation_id)
    with app.store.objects.writer(key, "application/json") as out:
        for run, spool in zip(evaluation.runs, spools, strict=True):
            begin = nugen.download_middle if run.position else nugen.download_head
            out.write(begin(summary, evaluation))
            for rows in spool.chunks():
                out.write(rows)
        out.write(nugen.download_tail(summary, evaluation))
    return out.size
