"""The marks of a bucket's rows by column: which rows, how many trials, what each metric and each place says.

Whoever adds up scores over a million rows, or looks for those that two runs mark differently, reads these
instead of the rows.
"""

from __future__ import annotations

import math
import zlib
from array import array
from dataclasses import dataclass, field
from itertools import chain, compress, repeat
from struct import Struct
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.run_rows.marks import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from marksheet.run_rows.marks import PackedMarks, Place
    from marksheet.summary.scorer_tally import ScorerTally

_HEAD = Struct("<II")
"""A block's bucket and its bytes."""
_LEVEL = 1


@dataclass(slots=True)
class _Column:
    """What the trials say at one place: booleans, or numbers."""

    number: int
    """As `marks.Places` gives it."""
    values: array[float] = field(default_factory=lambda: array("d"))
    trials: array[int] | None = None
    """Which trials these are; None where they are all so far."""

    def add(self, trial: int, value: float) -> None:
        if self.trials is None and len(self.values) != trial:
            self.trials = array("I", range(len(self.values)))
        if self.trials is not None:
            self.trials.append(trial)
        self.values.append(value)


@dataclass(slots=True)
class MarkColumns:
    """Of one bucket."""

    ordinals: array[int] = field(default_factory=lambda: array("I"))
    """Of each row; of one that the run has several times the first."""
    trials: array[int] = field(default_factory=lambda: array("I"))
    """How many each row has."""
    metrics: list[array[float]] = field(default_factory=list)
    """By metric the value of each row, NaN for none; of one that the run has several times the mean."""
    columns: dict[int, _Column] = field(default_factory=dict)
    """In the order they are first met."""
    _trial: int = 0

    def add(self, marks: Sequence[PackedMarks]) -> None:
        """Take in a row: the marks of each question it is."""
        first = marks[0]
        self.ordinals.append(first.ordinal)
        if len(marks) == 1:
            values = first.numbers[: first.metrics]
        else:
            values = tuple(map(_mean, zip(*(m.numbers[: m.metrics] for m in marks), strict=True)))
        if not self.metrics:
            self.metrics = [array("d") for _ in values]
        for metric, value in zip(self.metrics, values, strict=True):
            metric.append(value)
        before, columns = self._trial, self.columns
        for question in marks:
            numbers = iter(question.numbers[question.metrics :])
            for of_trial in columns_of(question.layout):
                for number in of_trial:
                    column = columns.get(number)
                    if column is None:
                        column = columns[number] = _Column(number)
                    column.add(self._trial, next(numbers))
                self._trial += 1
        self.trials.append(self._trial - before)

    def add_up(self, tally: ScorerTally, places: Sequence[Place], kept: Sequence[bool] | None = None) -> None:
        """Give the tally what the trials of all rows say, or of those that are kept."""
        if kept is None:
            tally.trials += sum(self.trials)
            for column in self.columns.values():
                tally.add_column(places[column.number >> 1], column.values, binary=bool(column.number & 1))
            return
        of_trial = list(chain.from_iterable(map(repeat, kept, self.trials)))
        tally.trials += sum(of_trial)
        found = []
        for column in self.columns.values():
            which = of_trial if column.trials is None else [of_trial[trial] for trial in column.trials]
            if True in which:
                first = which.index(True)
                first = first if column.trials is None else column.trials[first]
                found.append((first, column.number, array("d", compress(column.values, which))))
        for _, number, values in sorted(found, key=lambda column: column[0]):
            tally.add_column(places[number >> 1], values, binary=bool(number & 1))


def encode_columns(bucket: int, marks: MarkColumns) -> bytes:
    """The block of a bucket; an empty one has none."""
    once = marks.trials.count(1) == len(marks.trials)
    total = sum(marks.trials)
    columns = list(marks.columns.values())
    for column in columns:
        if column.trials is None and len(column.values) < total:
            column.trials = array("I", range(len(column.values)))
    head = {
        "rows": len(marks.ordinals),
        "metrics": len(marks.metrics),
        "once": once,
        "columns": [[column.number, len(column.values), column.trials is None] for column in columns],
    }
    content = [orjson.dumps(head), b"\n", marks.ordinals.tobytes()]
    if not once:
        content.append(marks.trials.tobytes())
    content += [metric.tobytes() for metric in marks.metrics]
    for column in columns:
        if column.trials is not None:
            content.append(column.trials.tobytes())
        content.append(column.values.tobytes())
    packed = zlib.compress(b"".join(content), _LEVEL)
    return _HEAD.pack(bucket, len(packed)) + packed


def decode_columns(chunks: Iterable[bytes]) -> Iterator[tuple[int, MarkColumns]]:
    """Bucket and marks of each block of an object that arrives in pieces cut anywhere."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        start = 0
        while len(data) - start >= _HEAD.size:
            bucket, size = _HEAD.unpack_from(data, start)
            end = start + _HEAD.size + size
            if end > len(data):
                break
            yield bucket, _decode(zlib.decompress(data[start + _HEAD.size : end]))
            start = end
        rest = data[start:]


def _decode(content: bytes) -> MarkColumns:
    head, _, _ = content.partition(b"\n")
    told = orjson.loads(head)
    at = len(head) + 1

    def take(found: array[Any], count: int) -> array[Any]:
        nonlocal at
        end = at + count * found.itemsize
        found.frombytes(content[at:end])
        at = end
        return found

    def whole(count: int) -> array[int]:
        return take(array("I"), count)

    def numbers(count: int) -> array[float]:
        return take(array("d"), count)

    rows = told["rows"]
    ordinals = whole(rows)
    trials = array("I", [1]) * rows if told["once"] else whole(rows)
    metrics = [numbers(rows) for _ in range(told["metrics"])]
    columns = {}
    for number, count, everywhere in told["columns"]:
        where = None if everywhere else whole(count)
        columns[number] = _Column(number, numbers(count), where)
    return MarkColumns(ordinals, trials, metrics, columns)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan
