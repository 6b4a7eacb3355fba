"""The rows of a finished run, in S3."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

from marksheet.errors import NotFinished
from marksheet.run_rows.buckets import BUCKETS
from marksheet.run_rows.keys import KEY_BYTES
from marksheet.run_rows.mark_columns import MarkColumns, decode_columns
from marksheet.run_rows.records import decode_records, decode_row
from marksheet.run_rows.row_index import RowIndex, decode_index
from marksheet.run_rows.unpacking import unpacked
from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.application import Application
    from marksheet.domain import Evaluation, MarkedRow, Run
    from marksheet.run_rows.records import Record
    from marksheet.store.layout import RunRowsKeys

_CHUNK = 4 << 20
"""Bytes a GET fetches; a page needs less but for one of very large rows."""


class StoredRows:
    """One finished run's rows, read when asked for."""

    def __init__(self, app: Application, evaluation: Evaluation, run: Run) -> None:
        self._objects = app.store.objects
        self.run_id = run.run_id
        self.version = f"{run.run_id}.{evaluation.attempt}"
        self.at = rows_keys(evaluation, run)
        self._index: RowIndex | None = None

    def index(self) -> RowIndex:
        """One GET, the first time."""
        if self._index is None:
            self._index = decode_index(self._objects.read(self.at.index))
        return self._index

    def keys(self) -> Iterator[bytes]:
        """Streamed."""
        chunks = self._objects.stream(self.at.keys)
        data, at = b"", 0
        for first, last in pairwise(self.index().before):
            size = (last - first) * KEY_BYTES
            while len(data) - at < size:
                data, at = data[at:] + next(chunks), 0
            yield data[at : at + size]
            at += size

    def marks(self) -> Iterator[MarkColumns]:
        """Streamed."""
        stored = decode_columns(self._objects.stream(self.at.marks))
        bucket, columns = next(stored, (BUCKETS, MarkColumns()))
        for number in range(BUCKETS):
            if number < bucket:
                yield MarkColumns()
            else:
                yield columns
                bucket, columns = next(stored, (BUCKETS, columns))

    def read(self, first: int, last: int) -> Iterator[Record]:
        """The first part is read at once, what is more when it is asked for."""
        offsets = self.index().offsets
        start, end = offsets[first], offsets[last]
        middle = min(end, start + _CHUNK)
        begun = self._objects.read(self.at.by_digest, start, middle)
        return decode_records(unpacked(chain([begun], self._chunks(middle, end))))

    def decode(self, record: Record) -> MarkedRow:
        return decode_row(record)

    def _chunks(self, start: int, end: int) -> Iterator[bytes]:
        for begin in range(start, end, _CHUNK):
            yield self._objects.read(self.at.by_digest, begin, min(end, begin + _CHUNK))


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
