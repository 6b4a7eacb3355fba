"""A long list of blocks as objects of some megabytes, the segments.

One request stores a segment whole, and whoever serves it need not read gigabytes to hand out kilobytes. The
beginning of each is at the end of the one before as well, as far as a page may reach that begins there, so
that a page is one read wherever it lies.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from marksheet.store.objects import Objects, ObjectWriter

SEGMENT_BYTES = 7 << 20
"""From here on a segment ends with the block; `Objects` stores up to 8 MiB with one request."""
CHUNK = 4 << 20
"""Bytes a GET fetches; a page needs less but for one of very large rows."""
_TYPE = "application/octet-stream"


class SegmentWriter:
    """Takes in blocks and writes the segments. After an error some of them are there, and nobody is led to
    them.
    """

    def __init__(self, objects: Objects, key: str, *, overlap: int) -> None:
        """`overlap`: how many rows of the next segment each ends with at least, if there are so many."""
        self._objects = objects
        self._key = key
        self._overlap = overlap
        self.size = 0
        """Bytes so far, every block counted once."""
        self.starts: list[int] = []
        """Where among them the segments begin."""
        self._ending: ObjectWriter | None = None
        self._overlapped = 0
        self._current = self._begin()

    def write(self, content: bytes) -> None:
        """A piece of a block."""
        self._current.write(content)
        if self._ending is not None:
            self._ending.write(content)
        self.size += len(content)

    def end_block(self, rows: int) -> None:
        """The block that was written has so many rows; the next one may be in another segment."""
        self._overlapped += rows
        if self._ending is not None and self._overlapped >= self._overlap:
            self._ending.__exit__(None, None, None)
            self._ending = None
        if self._ending is None and self._current.size >= SEGMENT_BYTES:
            self._ending, self._overlapped = self._current, 0
            self._current = self._begin()

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ending is not None:
            self._ending.__exit__(kind, error, trace)
        self._current.__exit__(kind, error, trace)

    def _begin(self) -> ObjectWriter:
        self.starts.append(self.size)
        return self._objects.writer(layout.segment(self._key, self.size), _TYPE).__enter__()


def read_segments(objects: Objects, key: str, starts: Sequence[int], begin: int, end: int) -> Iterator[bytes]:
    """The bytes from `begin` up to but not including `end`, a few megabytes at a time. `starts` are where the
    segments begin, at least those that hold these bytes. Raises `KeyError` when one is absent.
    """
    while begin < end:
        start = starts[bisect_right(starts, begin) - 1]
        stop = min(end, begin + CHUNK)
        content = objects.read(layout.segment(key, start), begin - start, stop - start)
        if not content:
            raise KeyError(key)
        yield content
        begin += len(content)
