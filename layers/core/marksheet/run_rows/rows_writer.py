"""Writing the rows of a run: by ordinal as they come, then by digest and by value, and last the index."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from marksheet.questions import encode_question
from marksheet.row_digests import row_digest
from marksheet.rows import encode_trial
from marksheet.run_rows.digest_order import DigestOrder
from marksheet.run_rows.external_sort import ExternalSort
from marksheet.run_rows.marks import Places, pack_marks
from marksheet.run_rows.metric_columns import MetricColumn
from marksheet.run_rows.ordinal_blocks import OrdinalBlocks
from marksheet.run_rows.records import Record, encode_digest
from marksheet.run_rows.row_index import RowIndex, encode_index
from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from marksheet.application import Application
    from marksheet.domain import Evaluation, Question, Run, Trial
    from marksheet.run_rows.metric_columns import MetricPlace

_TYPE = "application/octet-stream"


class RowsWriter:
    """Takes in a run's questions with their trials, by ordinal from 1; once the block is left they can be
    read. Where it is left by an error, nothing can be seen.

    Memory is flat in the number of questions: what does not fit goes through files, which are deleted.
    """

    def __init__(self, app: Application, evaluation: Evaluation, run: Run) -> None:
        self._objects = app.store.objects
        self._keys = layout.run_rows(
            evaluation.organization, evaluation.evaluation_id, run.run_id, evaluation.attempt
        )
        self._opened = ExitStack()
        self._places = Places()
        self._metrics: dict[str, MetricColumn] = {}
        self._ordinal = 0

    def add(
        self,
        question: Question,
        trials: Sequence[Trial],
        values: Mapping[str, float | None] | None = None,
    ) -> None:
        """Take in a question, its trials in the order they started, and its value of every metric, the same
        metrics each time.
        """
        lines = [line.rstrip(b"\n") for line in (encode_question(question), *map(encode_trial, trials))]
        self.add_lines(row_digest(question), lines, trials, values or {})

    def add_lines(
        self,
        digest: str,
        lines: Iterable[bytes],
        trials: Sequence[Trial],
        values: Mapping[str, float | None],
    ) -> None:
        """The same for whoever has the canonical lines of the question and its trials at hand, without their
        newlines.
        """
        self._ordinal += 1
        record = Record(encode_digest(digest), b"\n".join(lines))
        self._by_ordinal.add(record)
        marks = pack_marks(self._places, self._ordinal, trials, values, record.body)
        self._sort.add(Record(record.digest, marks))
        if not self._metrics:
            self._metrics = {name: self._open_column(number) for number, name in enumerate(values)}
        for name, value in values.items():
            self._metrics[name].add(value)

    def __enter__(self) -> RowsWriter:
        self._folder = Path(self._opened.enter_context(TemporaryDirectory(prefix="rows-")))
        self._sort = ExternalSort(self._folder / "sort")
        self._by_ordinal = OrdinalBlocks(self._objects, self._keys)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._opened:
            self._by_ordinal.__exit__(kind, error, trace)
            if error is None:
                self._finish()

    def _finish(self) -> None:
        metrics = self._write_metrics()
        places = self._places.names()
        order = DigestOrder(self._objects, self._keys, places)
        order.write(self._sort.records())
        index = RowIndex(
            identity=order.identity,
            trial_count=order.tally.trials,
            leaves=tuple(order.tally.finish()),
            first_digest=order.first_digest,
            places=tuple(places),
            metrics=metrics,
            before=order.before,
            offsets=order.offsets,
            segments=order.segments,
        )
        self._objects.write(self._keys.index, encode_index(index))

    def _write_metrics(self) -> dict[str, MetricPlace]:
        with self._objects.writer(self._keys.values, _TYPE) as out:
            return {
                name: column.write(out, self._folder / f"sort-{number}")
                for number, (name, column) in enumerate(self._metrics.items())
            }

    def _open_column(self, number: int) -> MetricColumn:
        column = MetricColumn(self._folder / f"column-{number}")
        self._opened.callback(column.close)
        return column
