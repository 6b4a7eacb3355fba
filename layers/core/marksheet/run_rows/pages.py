"""Pages of the rows of one run or several, by digest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import partial
from heapq import merge
from itertools import groupby, islice, repeat
from typing import TYPE_CHECKING

from marksheet.errors import TooLarge
from marksheet.run_rows.alignment import rows_before
from marksheet.run_rows.at_once import at_once
from marksheet.run_rows.buckets import bucket_of
from marksheet.run_rows.records import decode_digest, encode_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from marksheet.application import Application
    from marksheet.domain import MarkedRow
    from marksheet.run_rows.records import Record
    from marksheet.run_rows.run_rows import RunRows

MOST_BYTES = 32 << 20
"""Of a page's rows as they are stored; the answer of a Lambda may have 6 MB."""

PageRow = tuple[str, dict[str, list["MarkedRow"]]]
"""A digest, and by run id the questions that have it with their trials."""


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows of several runs."""

    total: int
    """Rows there are, be they on the page or not."""
    rows: list[PageRow] = field(default_factory=list)
    """By digest."""


def read_page(
    app: Application,
    organization: str,
    runs: Sequence[RunRows],
    *,
    offset: int = 0,
    limit: int | None = None,
    intersect: bool = False,
) -> RowPage:
    """The rows from `offset` on, `limit` at most, of those that any of the runs has; with `intersect` of
    those that all have.

    A negative offset is 0, and no limit means all. Raises `TooLarge` when the page does not fit in memory.
    """
    if not runs:
        return RowPage(0)
    before = rows_before(app, organization, runs, intersect=intersect)
    total = before[-1]
    start = max(0, offset)
    end = total if limit is None else min(total, start + max(0, limit))
    if start >= end:
        return RowPage(total)
    first, last = bisect_right(before, start) - 1, bisect_left(before, end)
    found = together(runs, first, last, intersect=intersect)
    size = 0
    rows: list[PageRow] = []
    for digest, entries in islice(found, start - before[first], end - before[first]):
        size += sum(len(record.body) for _, record in entries)
        if size > MOST_BYTES:
            raise TooLarge(f"{end - start} rows are more than one answer can hold; ask for fewer at a time")
        rows.append((decode_digest(digest), _decode(runs, entries)))
    return RowPage(total, rows)


def read_row(runs: Sequence[RunRows], digest: str) -> dict[str, list[MarkedRow]]:
    """By run id the questions of a digest that all of the runs have; one read of each run."""
    bucket, encoded = bucket_of(digest), encode_digest(digest)
    rows = together(runs, bucket, bucket + 1, intersect=True)
    return next(_decode(runs, entries) for found, entries in rows if found == encoded)


def together(
    runs: Sequence[RunRows], first: int, last: int, *, intersect: bool
) -> Iterator[tuple[bytes, list[tuple[int, Record]]]]:
    """Each digest of some buckets with its records, run by run."""
    read = at_once([partial(run.read, first, last) for run in runs])
    streams = [zip(records, repeat(position)) for position, records in enumerate(read)]
    for digest, group in groupby(merge(*streams, key=_digest), key=_digest):
        entries = [(position, record) for record, position in group]
        if not intersect or len({position for position, _ in entries}) == len(runs):
            yield digest, entries


def _decode(runs: Sequence[RunRows], entries: Iterable[tuple[int, Record]]) -> dict[str, list[MarkedRow]]:
    marked: dict[str, list[MarkedRow]] = {}
    for position, record in entries:
        run = runs[position]
        marked.setdefault(run.run_id, []).append(run.decode(record))
    return marked


def _digest(found: tuple[Record, int]) -> bytes:
    return found[0].digest
