"""How the rows of several runs lie together: how many distinct digests each bucket has in any of them, and in
all.

That takes looking at every digest once, so it is kept under the identities of the sets: it is the same for
all runs over the same questions.
"""

from __future__ import annotations

import zlib
from array import array
from heapq import merge
from itertools import accumulate, groupby, repeat
from typing import TYPE_CHECKING, TypeVar

from marksheet.run_rows.at_once import at_once
from marksheet.run_rows.derived import remembered
from marksheet.run_rows.keys import KEY_BYTES
from marksheet.run_rows.row_index import EVERY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from marksheet.application import Application
    from marksheet.run_rows.row_index import RowIndex
    from marksheet.run_rows.run_rows import RunRows

Found = TypeVar("Found")

_SET_BYTES = 4 << 20
"""Keys of a run that are made into a set at once; a bucket of ordinary digests has a few kilobytes."""


def read_indexes(runs: Sequence[RunRows]) -> list[RowIndex]:
    """The index of each run, all read at once."""
    return at_once([run.index for run in runs])


def rows_before(
    app: Application, organization: str, runs: Sequence[RunRows], *, intersect: bool
) -> Sequence[int]:
    """Distinct digests before each bucket, and all of them at the end: those of any of the runs, or with
    `intersect` those that all have.
    """
    sets = {index.identity: run for index, run in zip(read_indexes(runs), runs, strict=True)}
    if len(sets) == 1:
        return runs[0].index().before
    chosen = [sets[identity] for identity in sorted(sets)]
    if all(run.version for run in chosen):
        content = remembered(app, organization, "alignment", sorted(sets), lambda: _align(chosen))
    else:
        content = _align(chosen)
    numbers = array("Q")
    numbers.frombytes(zlib.decompress(content))
    return numbers[EVERY:] if intersect else numbers[:EVERY]


def slices(content: bytes) -> list[bytes]:
    """The keys that were written one after the other."""
    return [content[start : start + KEY_BYTES] for start in range(0, len(content), KEY_BYTES)]


def side_by_side(streams: Sequence[Iterable[tuple[int, Found]]]) -> Iterator[tuple[int, dict[int, Found]]]:
    """What streams have in each bucket, by the streams' positions. Each gives bucket after bucket and leaves
    out what is empty.
    """
    numbered = [zip(repeat(position), stream) for position, stream in enumerate(streams)]
    for bucket, group in groupby(merge(*numbered, key=_bucket), key=_bucket):
        yield bucket, {position: found for position, (_, found) in group}


def _bucket(numbered: tuple[int, tuple[int, object]]) -> int:
    return numbered[1][0]


def _align(runs: Sequence[RunRows]) -> bytes:
    either, common = ([0] * EVERY for _ in range(2))
    for bucket, found in side_by_side([run.keys() for run in runs]):
        either[bucket + 1], shared = _count(list(found.values()))
        common[bucket + 1] = shared if len(found) == len(runs) else 0
    return zlib.compress(b"".join(array("Q", accumulate(counts)).tobytes() for counts in (either, common)))


def _count(keys: Sequence[bytes]) -> tuple[int, int]:
    """Distinct keys in any, and in all, of lists of distinct keys."""
    parts = 1 + max(map(len, keys)) // _SET_BYTES
    either = common = 0
    for part in range(parts):
        sets = [set(_part(content, part, parts)) for content in keys]
        either += len(set.union(*sets))
        common += len(set.intersection(*sets))
    return either, common


def _part(content: bytes, part: int, parts: int) -> Iterable[bytes]:
    if parts == 1:
        return slices(content)
    return (
        content[start : start + KEY_BYTES]
        for start in range(0, len(content), KEY_BYTES)
        if content[start] % parts == part
    )
