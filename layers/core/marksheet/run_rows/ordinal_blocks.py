"""A run's records by ordinal, in compressed blocks, and where each block begins."""

from __future__ import annotations

import zlib
from array import array
from typing import TYPE_CHECKING

from marksheet.run_rows.at_once import at_once
from marksheet.run_rows.records import decode_records, encode_record
from marksheet.run_rows.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marksheet.run_rows.records import Record
    from marksheet.store.layout import RunRowsKeys
    from marksheet.store.objects import Objects, ObjectWriter

BLOCK = 64
"""Questions of a block: the smallest that is read to show one, and enough to be compressed well."""
_GAP = 64 << 10
"""Bytes between two blocks that are sooner read with them than in a request of their own."""
_LEVEL = 1


class OrdinalBlocks:
    """Writes records in order, as they come."""

    def __init__(self, out: ObjectWriter) -> None:
        self._out = out
        self._block: list[bytes] = []
        self._offsets = array("Q", [0])

    def add(self, record: Record) -> None:
        self._block.append(encode_record(record))
        if len(self._block) == BLOCK:
            self._end_block()

    def finish(self) -> bytes:
        """The table of the blocks' offsets, the size at its end: little-endian 64-bit numbers."""
        if self._block:
            self._end_block()
        return self._offsets.tobytes()

    def _end_block(self) -> None:
        self._out.write(zlib.compress(b"".join(self._block), _LEVEL))
        self._block.clear()
        self._offsets.append(self._out.size)


def read_ordinals(objects: Objects, keys: RunRowsKeys, ordinals: Sequence[int]) -> dict[int, Record]:
    """The records of these ordinals, which must exist. One read for the blocks' places, and one for each
    stretch of blocks.
    """
    if not ordinals:
        return {}
    wanted = sorted({(ordinal - 1) // BLOCK for ordinal in ordinals})
    first = wanted[0]
    offsets = array("Q", objects.read(keys.ordinals, 8 * first, 8 * (wanted[-1] + 2)))
    stretches = _stretches([(block - first) for block in wanted], offsets)

    def reading(start: int, end: int) -> Callable[[], bytes]:
        return lambda: objects.read(keys.by_ordinal, offsets[start], offsets[end])

    contents = at_once([reading(start, end) for start, end in stretches])
    chosen = set(ordinals)
    found: dict[int, Record] = {}
    for (start, _), content in zip(stretches, contents, strict=True):
        for ordinal, record in enumerate(decode_records(unpacked([content])), (first + start) * BLOCK + 1):
            if ordinal in chosen:
                found[ordinal] = record
    return found


def _stretches(blocks: Sequence[int], offsets: Sequence[int]) -> list[tuple[int, int]]:
    """The blocks as stretches that are read together: the first block, and the one after the last."""
    found: list[tuple[int, int]] = []
    for block in blocks:
        if found and offsets[block] - offsets[found[-1][1]] <= _GAP:
            found[-1] = (found[-1][0], block + 1)
        else:
            found.append((block, block + 1))
    return found
