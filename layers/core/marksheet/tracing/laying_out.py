"""What PlanEvaluation does for a logged run: its calls become questions and parts, as if workers had made
them.

Rows are numbered by the start of their first trial. Calls come sorted by id, so they are sorted twice on
disk, by row and then by start; memory grows with neither, but with the trials of a single row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from marksheet import uploads
from marksheet.domain import Status
from marksheet.errors import EvaluationStopped, TooLarge
from marksheet.run_rows.external_sort import ExternalSort
from marksheet.run_rows.records import Record, encode_digest
from marksheet.sharding import shard_count
from marksheet.store import layout
from marksheet.store.table import ConditionFailed
from marksheet.tracing.logged_metrics import LoggedMetrics, with_metrics
from marksheet.tracing.part_writing import PartWriter
from marksheet.tracing.references import RowResolver
from marksheet.tracing.row_trials import decode_row_trials, encode_row_trial, order_key
from marksheet.tracing.trials import is_reference, row_of, trial_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marksheet.application import Application
    from marksheet.domain import Evaluation, Question
    from marksheet.tracing.trials import RowTrial

MOST_TRIALS = 500_000
"""Of a run: the function has 900 seconds to read and to sort them."""
MOST_TRIALS_OF_A_ROW = 10_000
_ROWS_AT_ONCE = 500
"""Whose references are followed together."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a run, sorted by the start of their first trial, and what is known of all of them."""

    sorted: ExternalSort
    count: int
    most_trials: int
    metrics: LoggedMetrics


def lay_out(app: Application, evaluation: Evaluation) -> None:
    """Write the questions and parts of a logged run as it is now, and pin them in its evaluation.

    Trying it again writes the same keys again. Raises `EvaluationStopped` when the evaluation was deleted
    meanwhile, or cannot be made: it is FAILED then, and says why.
    """
    organization, project, run = evaluation.organization, evaluation.project, evaluation.runs[0]
    # Before the calls are read: what comes in from now on may be missed.
    changes = app.store.calls.changes_of_run(organization, project, run.run_id)
    with TemporaryDirectory() as folder:
        try:
            rows = _sort(app, evaluation, Path(folder))
        except TooLarge as refused:
            _fail(app, evaluation, refused.message)
            raise EvaluationStopped("the run cannot be made into an evaluation") from refused
        following = _Following(app, organization)
        laid_out = _write(app, evaluation, rows, following)
    try:
        app.store.calls.plan(
            organization,
            project,
            run.run_id,
            evaluation.attempt,
            changes=changes,
            dangling=following.dangling,
        )
        app.store.evaluations.pin(laid_out)
    except ConditionFailed as lost:
        raise EvaluationStopped("the run was deleted while its calls were read") from lost


def _sort(app: Application, evaluation: Evaluation, folder: Path) -> _Rows:
    """Read a run's calls, and sort what they come to by row and then by start. Raises `TooLarge`."""
    by_row = _by_row(app, evaluation, folder / "by_row")
    by_start, metrics = ExternalSort(_made(folder / "by_start")), LoggedMetrics()
    count = most = 0
    for _, records in groupby(by_row.records(), key=lambda record: record.digest):
        bodies = [record.body for record in islice(records, MOST_TRIALS_OF_A_ROW + 1)]
        if len(bodies) > MOST_TRIALS_OF_A_ROW:
            raise TooLarge(
                f"a row has more than {MOST_TRIALS_OF_A_ROW:,} trials; a trial's input example is what tells "
                "rows apart"
            )
        trials = zip(decode_row_trials(bodies), bodies, strict=True)
        ordered = sorted(trials, key=lambda pair: pair[0].start)
        for trial, _ in ordered:
            metrics.add(trial.logged.scores)
        by_start.add(Record(order_key(ordered[0][0]), b"".join(body for _, body in ordered)))
        count += 1
        most = max(most, len(ordered))
    return _Rows(by_start, count, most, metrics)


def _by_row(app: Application, evaluation: Evaluation, folder: Path) -> ExternalSort:
    by_row = ExternalSort(_made(folder))
    run_id, number = evaluation.runs[0].run_id, 0
    trials = app.store.calls.trials_of(evaluation.organization, evaluation.project, run_id)
    for number, (call, children) in enumerate(trials, 1):
        if number > MOST_TRIALS:
            raise TooLarge(f"it has more than {MOST_TRIALS:,} trials, the most of a run")
        read = trial_of(call, children)
        by_row.add(Record(encode_digest(read.digest), encode_row_trial(read)))
    if not number:
        raise TooLarge("no trial of it came in")
    return by_row


def _write(app: Application, evaluation: Evaluation, rows: _Rows, following: _Following) -> Evaluation:
    """Write questions and parts; gives the evaluation with them."""
    scorers, correctness = rows.metrics.finish()
    key = layout.logged_rows(evaluation.organization, evaluation.evaluation_id, evaluation.attempt)

    def questions() -> Iterator[Question]:
        with PartWriter(app, evaluation) as parts:
            for ordinal, (trials, resolve) in enumerate(following.rows(rows.sorted.records()), 1):
                row = row_of(ordinal, trials, resolve, correctness=correctness)
                parts.add(with_metrics(row, scorers))
                yield row.question

    stored = uploads.keep_questions(app.store.objects, key, questions())
    benchmark = replace(
        evaluation.benchmark,
        question_count=stored.count,
        sha256=stored.sha256,
        questions_key=stored.key,
        scorers=scorers,
    )
    run = replace(evaluation.runs[0], shards=shard_count(stored.count, evaluation.shard_size))
    return replace(evaluation, benchmark=benchmark, runs=(run,), scorers=scorers, trials=rows.most_trials)


class _Following:
    """Follows the references of rows, some hundred together, and notes whether one leads nowhere."""

    def __init__(self, app: Application, organization: str) -> None:
        self._resolver = RowResolver(app, organization)
        self.dangling = False

    def rows(self, records: Iterator[Record]) -> Iterator[tuple[list[RowTrial], Callable[[str], Any]]]:
        """The trials of each row, and what gives the row that a reference leads to."""
        while some := [_read(record) for record in islice(records, _ROWS_AT_ONCE)]:
            references = {value for trials in some for trial in trials if is_reference(value := trial.value)}
            resolved = self._resolver.resolve(sorted(references))
            self.dangling = self.dangling or not references <= resolved.keys()
            for trials in some:
                yield trials, resolved.get


def _read(record: Record) -> list[RowTrial]:
    return list(decode_row_trials(record.body.splitlines()))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _fail(app: Application, evaluation: Evaluation, reason: str) -> None:
    error = f"the logged run has no results: {reason}"
    if app.store.evaluations.finish(evaluation, Status.FAILED, now=app.now(), error=error):
        app.announcements.evaluation_finished(evaluation, Status.FAILED)
