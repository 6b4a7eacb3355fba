"""Sorting more records than memory holds: sorted runs in files, merged as they are read."""

from __future__ import annotations

import zlib
from functools import partial
from heapq import merge
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, BinaryIO

from marksheet.run_rows.records import Record, decode_records, encode_record
from marksheet.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BUFFER_BYTES = 8 << 20
"""Of records in memory before they are written down."""
FAN_IN = 32
"""Files that are merged at once; each takes some 150 kB while it is read."""

_CHUNK = 64 << 10
_LEVEL = 1
"""Of zlib. The files are read once and thrown away."""
_OVERHEAD = 200
"""Bytes a record takes beside its own."""

_digest = itemgetter(0)


class ExternalSort:
    """Takes in records and gives them back by digest, those of one digest as they came.

    Memory is bounded by the buffer and the largest record, however many there are. The files are in a folder
    of their own, which is made when it is needed and is the caller's to delete.
    """

    def __init__(self, folder: Path, *, buffer_bytes: int = BUFFER_BYTES, fan_in: int = FAN_IN) -> None:
        self._folder = folder
        self._buffer_bytes = buffer_bytes
        self._fan_in = fan_in
        self._buffer: list[Record] = []
        self._bytes = 0
        self._files: list[list[Path]] = [[]]
        """By level: files of the buffer, files merged of these, and so on. The later the level, the older."""
        self._made = 0

    def add(self, record: Record) -> None:
        """Take in one record."""
        self._buffer.append(record)
        self._bytes += len(record.digest) + len(record.body) + _OVERHEAD
        if self._bytes >= self._buffer_bytes:
            self._spill()

    def records(self) -> Iterator[Record]:
        """All records in order, once."""
        self._buffer.sort(key=_digest)
        oldest_first = chain.from_iterable(reversed(self._files))
        return merge(*map(_read, oldest_first), self._buffer, key=_digest)

    def _spill(self) -> None:
        self._buffer.sort(key=_digest)
        self._keep(0, self._buffer)
        self._buffer = []
        self._bytes = 0

    def _keep(self, level: int, records: Iterable[Record]) -> None:
        path = self._folder / f"{self._made:06d}"
        self._made += 1
        self._folder.mkdir(exist_ok=True)
        with path.open("wb") as out:
            _write(records, out)
        if level == len(self._files):
            self._files.append([])
        files = self._files[level]
        files.append(path)
        if len(files) == self._fan_in:
            self._keep(level + 1, merge(*map(_read, files), key=_digest))
            for merged in files:
                merged.unlink()
            files.clear()


def _write(records: Iterable[Record], out: BinaryIO) -> None:
    packer = zlib.compressobj(_LEVEL)
    pending: list[bytes] = []
    size = 0
    for record in records:
        encoded = encode_record(record)
        pending.append(encoded)
        size += len(encoded)
        if size >= _CHUNK:
            out.write(packer.compress(b"".join(pending)))
            pending.clear()
            size = 0
    out.write(packer.compress(b"".join(pending)) + packer.flush())


def _read(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        yield from decode_records(unpacked(iter(partial(file.read, _CHUNK // 4), b"")))
