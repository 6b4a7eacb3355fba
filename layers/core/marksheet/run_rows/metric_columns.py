"""A run's questions by their value of a metric: the ordinals by value, and where each value begins.

A metric most often has a handful of values, so these are listed once, with the place of the first ordinal
that has it. Where the list is long, every so-manieth value is in a list of its own, the fence, so that a
value is found with two short reads.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from itertools import groupby
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from marksheet.run_rows.external_sort import ExternalSort
from marksheet.run_rows.records import Record
from marksheet.spool import open_spool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from marksheet.store.objects import Objects, ObjectWriter

STRIDE = 4096
"""Values for each one in the fence."""

_VALUE = Struct(">Q")
_BITS = Struct(">d")
_ENTRY = Struct("<dI")
_CHUNK = 32_768
"""Questions that are put in order in memory."""


class MetricPlace(NamedTuple):
    """Where a metric's questions lie in the object of all metrics."""

    offset: int
    """Byte at which the ordinals begin; after them come the values, then the fence."""
    questions: int
    """How many have a value."""
    values: int
    """How many there are."""


class MetricColumn:
    """Takes in a metric's value of each question, by ordinal from 1, and writes the questions by value."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("w+b")
        self._pending = array("d")

    def add(self, value: float | None) -> None:
        self._pending.append(math.nan if value is None else value)
        if len(self._pending) == _CHUNK:
            self._pending.tofile(self._file)
            del self._pending[:]

    def close(self) -> None:
        self._file.close()

    def write(self, out: ObjectWriter, folder: Path) -> MetricPlace:
        """Write what came in. What does not fit in memory is sorted in `folder`."""
        sort = ExternalSort(folder)
        for value, ordinals in self._groups():
            sort.add(Record(_encode_value(value), ordinals.tobytes()))
        offset, count, distinct = out.size, 0, 0
        fence = array("d")
        with open_spool() as values:
            for key, records in groupby(sort.records(), key=lambda record: record.digest):
                value = _decode_value(key)
                values.write(_ENTRY.pack(value, count))
                if distinct % STRIDE == 0:
                    fence.append(value)
                distinct += 1
                for record in records:
                    out.write(record.body)
                    count += len(record.body) // 4
            for chunk in values.chunks():
                out.write(chunk)
        out.write(fence.tobytes())
        return MetricPlace(offset, count, distinct)

    def _groups(self) -> Iterator[tuple[float, array[int]]]:
        """Values, each with the ordinals that have it, a chunk of questions at a time."""
        self._file.seek(0)
        ordinal = 1
        while content := self._file.read(8 * _CHUNK):
            chunk = array("d")
            chunk.frombytes(content)
            yield from _grouped(chunk, ordinal).items()
            ordinal += len(chunk)
        yield from _grouped(self._pending, ordinal).items()


def _grouped(values: Sequence[float], first: int) -> dict[float, array[int]]:
    found: dict[float, array[int]] = {}
    for ordinal, value in enumerate(values, first):
        if value == value:
            group = found.get(value)
            if group is None:
                group = found[value] = array("I")
            group.append(ordinal)
    return found


class StoredMetric:
    """A metric's questions by value, as written."""

    def __init__(self, objects: Objects, key: str, place: MetricPlace) -> None:
        self._objects, self._key, self._place = objects, key, place

    def positions(self, above: float | None, below: float | None) -> tuple[int, int]:
        """Where the questions with a value more than `above` and less than `below` begin and end."""
        start = 0 if above is None else self._find(above, after=True)
        end = self._place.questions if below is None else self._find(below, after=False)
        return start, max(start, end)

    def ordinals(self, start: int, end: int) -> array[int]:
        """The ordinals at these positions."""
        offset = self._place.offset
        found = array("I")
        found.frombytes(self._objects.read(self._key, offset + 4 * start, offset + 4 * end))
        return found

    def _find(self, value: float, *, after: bool) -> int:
        """The position of the first question with this value or a larger one; `after`: a larger one."""
        place = self._place
        if not place.values:
            return 0
        bisect = bisect_right if after else bisect_left
        first = 0
        if place.values > STRIDE:
            fence = array("d")
            at = self._values + _ENTRY.size * place.values
            fence.frombytes(self._objects.read(self._key, at, at + 8 * -(-place.values // STRIDE)))
            first = STRIDE * max(0, bisect(fence, value) - 1)
        # One more than a stride: what is larger than all of it begins where the next one does.
        last = min(place.values, first + STRIDE + 1)
        content = self._objects.read(
            self._key, self._values + _ENTRY.size * first, self._values + _ENTRY.size * last
        )
        entries = list(_ENTRY.iter_unpack(content))
        found = bisect(entries, value, key=_value)
        return int(entries[found][1]) if found < len(entries) else place.questions

    @property
    def _values(self) -> int:
        return self._place.offset + 4 * self._place.questions


def _value(entry: tuple[float, int]) -> float:
    return entry[0]


def _encode_value(value: float) -> bytes:
    """Bytes that sort as numbers do."""
    (bits,) = _VALUE.unpack(_BITS.pack(value + 0.0))
    return _VALUE.pack(bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 1 << 63))


def _decode_value(content: bytes) -> float:
    (bits,) = _VALUE.unpack(content)
    (value,) = _BITS.unpack(_VALUE.pack(bits ^ (1 << 63 if bits >> 63 else 0xFFFF_FFFF_FFFF_FFFF)))
    return float(value)
