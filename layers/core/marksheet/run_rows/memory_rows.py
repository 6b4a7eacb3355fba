"""Rows that are at hand: those of a logged run that is not over."""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING

from marksheet.run_rows.buckets import BUCKETS, bucket_of
from marksheet.run_rows.keys import key_of
from marksheet.run_rows.mark_columns import MarkColumns
from marksheet.run_rows.marks import Places, pack_marks, unpack_marks
from marksheet.run_rows.records import Record, encode_digest
from marksheet.run_rows.row_index import RowIndex
from marksheet.summary.scorer_tally import tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from marksheet.domain import MarkedRow


class MemoryRows:
    """A run's rows as they are handed in, in any order."""

    def __init__(self, run_id: str, rows: Iterable[MarkedRow]) -> None:
        self.run_id = run_id
        self.version: str | None = None
        self._rows = sorted(rows, key=lambda row: (row.digest, row.question.ordinal))
        self._places = Places()
        self._index: RowIndex | None = None

    def index(self) -> RowIndex:
        """Offsets are positions among the rows."""
        if self._index is None:
            self._index = self._make_index()
        return self._index

    def keys(self) -> Iterator[tuple[int, bytes]]:
        for bucket, rows in groupby(self._rows, key=_bucket):
            digests = dict.fromkeys(row.digest for row in rows)
            yield bucket, b"".join(key_of(encode_digest(digest)) for digest in digests)

    def marks(self) -> Iterator[tuple[int, MarkColumns]]:
        for bucket, of_bucket in groupby(self._rows, key=_bucket):
            columns = MarkColumns()
            for _, rows in groupby(of_bucket, key=lambda row: row.digest):
                packed = (pack_marks(self._places, 0, row.trials, {}, b"") for row in rows)
                columns.add([unpack_marks(content) for content in packed])
            yield bucket, columns

    def read(self, first: int, last: int) -> Iterator[Record]:
        offsets = self.index().offsets
        for place in range(offsets[first], offsets[last]):
            yield Record(encode_digest(self._rows[place].digest), str(place).encode())

    def decode(self, record: Record) -> MarkedRow:
        return self._rows[int(record.body)]

    def _make_index(self) -> RowIndex:
        identity = sha256()
        before, offsets = [0] * (BUCKETS + 1), [0] * (BUCKETS + 1)
        for digest, rows in groupby(self._rows, key=lambda row: row.digest):
            identity.update(key_of(encode_digest(digest)))
            bucket = bucket_of(digest)
            before[bucket + 1] += 1
            offsets[bucket + 1] += len(list(rows))
        for bucket in range(BUCKETS):
            before[bucket + 1] += before[bucket]
            offsets[bucket + 1] += offsets[bucket]
        for row in self._rows:
            for trial in row.trials:
                self._places.take(trial)
        found = tally(trial for row in self._rows for trial in row.trials)
        return RowIndex(
            identity=identity.hexdigest(),
            trial_count=found.trials,
            leaves=tuple(found.finish()),
            first_digest=self._rows[0].digest if self._rows else None,
            places=tuple(self._places.names()),
            metrics={},
            before=before,
            offsets=offsets,
            segments=(),
        )


def _bucket(row: MarkedRow) -> int:
    return bucket_of(row.digest)
