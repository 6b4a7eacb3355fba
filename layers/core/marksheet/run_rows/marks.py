"""What is added up of a row, packed: it travels with the row through the sort, so that afterwards nobody has
to read the row itself.
"""

from __future__ import annotations

import math
from functools import lru_cache
from struct import Struct
from struct import error as StructError
from typing import TYPE_CHECKING, NamedTuple

from marksheet.domain import Outcome
from marksheet.summary.scorer_tally import CORRECT, as_float, leaves, shown_scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Trial

Place = tuple[str, str | None]
"""A scorer, and a path within its scores."""

_HEAD = Struct("<IIII")
_COUNT = Struct("<I")
_REMEMBERED = 1024
"""Ways of being scored: which scorers said something, and of what type. Most runs have two."""


class PackedMarks(NamedTuple):
    """A question's marks and the rest of its record."""

    ordinal: int
    metrics: int
    """How many of the numbers are values of metrics; these come first."""
    numbers: tuple[float, ...]
    """NaN is none. Behind the metrics' what each trial says, one after the other."""
    layout: bytes
    """Of which column each trial has numbers: see `columns_of`."""
    rest: bytes


class Places:
    """Numbers for the places where scores have values, given as they are met.

    A place is two columns of numbers: the even one, twice its number, has what is a number there, the odd one
    after it what is a boolean.
    """

    def __init__(self) -> None:
        self._numbers: dict[Place, int] = {}
        self._layouts: dict[tuple[bool, tuple[str, ...]], bytes] = {}

    def names(self) -> list[Place]:
        """By number."""
        return list(self._numbers)

    def take(self, trial: Trial) -> tuple[bytes, list[float]]:
        """A trial's columns as they are packed, and what it says in each."""
        if trial.logged is not None:
            return self._take_leaves(trial)
        # What `shown_scores` would tell, at a third of the time: there are a million of these.
        names = tuple([metric for metric, score in trial.scores.items() if score.value is not None])
        numbers = [score.value for score in trial.scores.values() if score.value is not None]
        outcome = trial.outcome
        decided = (outcome is Outcome.RIGHT or outcome is Outcome.WRONG) and CORRECT not in names
        if decided:
            numbers.append(outcome is Outcome.RIGHT)
        layout = self._layouts.get((decided, names))
        if layout is None:
            columns = [self._column(name, None, binary=False) for name in names]
            if decided:
                columns.append(self._column(CORRECT, None, binary=True))
            layout = self._layouts[decided, names] = _pack_columns(tuple(columns))
        return layout, numbers

    def _take_leaves(self, trial: Trial) -> tuple[bytes, list[float]]:
        columns, numbers = [], []
        for scorer, score in shown_scores(trial).items():
            for path, value in leaves(score):
                columns.append(self._column(scorer, path, binary=isinstance(value, bool)))
                numbers.append(value)
        return _pack_columns(tuple(columns)), numbers

    def _column(self, scorer: str, path: str | None, *, binary: bool) -> int:
        place = (scorer, path)
        return self._numbers.setdefault(place, len(self._numbers)) << 1 | binary


def pack_marks(
    places: Places,
    ordinal: int,
    trials: Sequence[Trial],
    values: Mapping[str, float | None],
    rest: bytes,
) -> bytes:
    """The marks of a question, and `rest` behind them."""
    numbers: list[float] = [math.nan if value is None else value for value in values.values()]
    layout = b""
    for trial in trials:
        columns, said = places.take(trial)
        layout += columns
        numbers += said
    head = _HEAD.pack(ordinal, len(values), len(numbers), len(layout))
    return b"".join((head, layout, _pack_numbers(numbers), rest))


def unpack_marks(content: bytes) -> PackedMarks:
    """The inverse of `pack_marks`."""
    ordinal, metrics, count, size = _HEAD.unpack_from(content)
    middle = _HEAD.size + size
    numbers = _doubles(count).unpack_from(content, middle)
    return PackedMarks(ordinal, metrics, numbers, content[_HEAD.size : middle], content[middle + 8 * count :])


@lru_cache(_REMEMBERED)
def columns_of(layout: bytes) -> list[tuple[int, ...]]:
    """The columns of each trial."""
    found = []
    at = 0
    while at < len(layout):
        (count,) = _COUNT.unpack_from(layout, at)
        found.append(Struct(f"<{count}I").unpack_from(layout, at + _COUNT.size))
        at += _COUNT.size + 4 * count
    return found


@lru_cache(_REMEMBERED)
def _pack_columns(columns: tuple[int, ...]) -> bytes:
    return _COUNT.pack(len(columns)) + Struct(f"<{len(columns)}I").pack(*columns)


def _pack_numbers(numbers: Sequence[float]) -> bytes:
    packer = _doubles(len(numbers))
    try:
        return packer.pack(*numbers)
    except (OverflowError, StructError):
        return packer.pack(*map(as_float, numbers))


@lru_cache(_REMEMBERED)
def _doubles(count: int) -> Struct:
    return Struct(f"<{count}d")
