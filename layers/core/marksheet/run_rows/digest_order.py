"""Writing what lies in the order of digests: rows in a block for each bucket, keys and marks beside them."""

from __future__ import annotations

import zlib
from array import array
from contextlib import ExitStack
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING

from marksheet.run_rows.buckets import BUCKETS, bucket_of
from marksheet.run_rows.keys import key_of
from marksheet.run_rows.mark_columns import MarkColumns, encode_columns
from marksheet.run_rows.marks import unpack_marks
from marksheet.run_rows.records import Record, decode_digest, encode_record
from marksheet.run_rows.segments import SegmentWriter
from marksheet.summary.scorer_tally import ScorerTally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet.run_rows.marks import Place
    from marksheet.store.layout import RunRowsKeys
    from marksheet.store.objects import Objects

_TYPE = "application/octet-stream"
_LEVEL = 1
_PAGE = 64
"""Rows that are to be read at once: a page has 50 by default."""


class DigestOrder:
    """Takes in records by digest, each with its marks in front, and writes them in one pass."""

    def __init__(self, objects: Objects, keys: RunRowsKeys, places: Sequence[Place]) -> None:
        self._objects = objects
        self._keys = keys
        self._places = places
        self._identity = sha256()
        self.tally = ScorerTally()
        self.before = array("Q", [0])
        self.offsets = array("Q", [0])
        self.segments: list[int] = []
        self.first_digest: str | None = None

    @property
    def identity(self) -> str:
        """Of the set of digests."""
        return self._identity.hexdigest()

    def write(self, records: Iterable[Record]) -> None:
        """All of them, once."""
        with ExitStack() as opened:
            rows = SegmentWriter(self._objects, self._keys.by_digest, overlap=_PAGE)
            self._rows = opened.enter_context(rows)
            self._key_list = opened.enter_context(self._objects.writer(self._keys.keys, _TYPE))
            self._marks = opened.enter_context(self._objects.writer(self._keys.marks, _TYPE))
            for bucket, found in groupby(records, key=_bucket):
                self._skip_to(bucket)
                self._write_bucket(bucket, found)
            self._skip_to(BUCKETS)
            self.segments = rows.starts

    def _skip_to(self, bucket: int) -> None:
        """Note the buckets before this one as empty."""
        missing = bucket + 1 - len(self.before)
        self.before.extend([self.before[-1]] * missing)
        self.offsets.extend([self.offsets[-1]] * missing)

    def _write_bucket(self, bucket: int, records: Iterable[Record]) -> None:
        packer = zlib.compressobj(_LEVEL)
        columns = MarkColumns()
        keys = []
        for digest, group in groupby(records, key=_digest):
            marks = []
            for record in group:
                found = unpack_marks(record.body)
                marks.append(found)
                self._rows.write(packer.compress(encode_record(Record(digest, found.rest))))
            columns.add(marks)
            keys.append(key_of(digest))
            if self.first_digest is None:
                self.first_digest = decode_digest(digest)
        self._rows.write(packer.flush())
        self._rows.end_block(len(keys))
        self._marks.write(encode_columns(bucket, columns))
        self._key_list.write(b"".join(keys))
        self._identity.update(b"".join(keys))
        columns.add_up(self.tally, self._places)
        self.before.append(self.before[-1] + len(keys))
        self.offsets.append(self._rows.size)


def _bucket(record: Record) -> int:
    return bucket_of(decode_digest(record.digest))


def _digest(record: Record) -> bytes:
    return record.digest
