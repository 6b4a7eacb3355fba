"""The rows of a finished run, in S3."""

from __future__ import annotations

from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

from marksheet.errors import NotFinished, NotFound
from marksheet.run_rows.keys import KEY_BYTES
from marksheet.run_rows.mark_columns import decode_columns
from marksheet.run_rows.records import decode_records, decode_row
from marksheet.run_rows.row_index import RowIndex, decode_index
from marksheet.run_rows.segments import read_segments
from marksheet.store import layout
from marksheet.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.application import Application
    from marksheet.domain import Evaluation, MarkedRow, Run
    from marksheet.run_rows.mark_columns import MarkColumns
    from marksheet.run_rows.records import Record
    from marksheet.store.layout import RunRowsKeys


class StoredRows:
    """One finished run's rows, read when asked for."""

    def __init__(self, app: Application, evaluation: Evaluation, run: Run) -> None:
        self._objects = app.store.objects
        self.run_id = run.run_id
        self.version = f"{run.run_id}.{evaluation.attempt}"
        self.at = rows_keys(evaluation, run)
        self._index: RowIndex | None = None

    def index(self) -> RowIndex:
        """One GET, the first time. Raises `NotFound` when the rows have been deleted meanwhile."""
        if self._index is None:
            try:
                self._index = decode_index(self._objects.read(self.at.index))
            except KeyError as absent:
                raise NotFound("run", self.run_id) from absent
        return self._index

    def keys(self) -> Iterator[tuple[int, bytes]]:
        """Streamed."""
        chunks = self._objects.stream(self.at.keys)
        data, at = b"", 0
        for bucket, (first, last) in enumerate(pairwise(self.index().before)):
            if first == last:
                continue
            size = (last - first) * KEY_BYTES
            while len(data) - at < size:
                data, at = data[at:] + next(chunks), 0
            yield bucket, data[at : at + size]
            at += size

    def marks(self) -> Iterator[tuple[int, MarkColumns]]:
        """Streamed."""
        return decode_columns(self._objects.stream(self.at.marks))

    def read(self, first: int, last: int) -> Iterator[Record]:
        """The first part is read at once, what is more when it is asked for."""
        index = self.index()
        chunks = read_segments(
            self._objects, self.at.by_digest, index.segments, index.offsets[first], index.offsets[last]
        )
        begun = list(islice(chunks, 1))
        return decode_records(unpacked(chain(begun, chunks)))

    def decode(self, record: Record) -> MarkedRow:
        return decode_row(record)


def open_rows(app: Application, evaluation: Evaluation, run: Run) -> StoredRows:
    """The rows of a run of a finished evaluation; nothing is read yet. Raises `NotFinished` where there are
    no results.
    """
    return StoredRows(app, evaluation, run)


def rows_keys(evaluation: Evaluation, run: Run) -> RunRowsKeys:
    """Where the rows of a run lie. Raises `NotFinished` where there are none."""
    if evaluation.results_bytes is None:
        raise NotFinished("the run has no results")
    return layout.run_rows(evaluation.organization, evaluation.evaluation_id, run.run_id, evaluation.attempt)
