"""A run's records by ordinal, in compressed blocks, and where each block begins."""

from __future__ import annotations

import zlib
from array import array
from typing import TYPE_CHECKING

from marksheet.errors import TooLarge
from marksheet.run_rows.at_once import at_once
from marksheet.run_rows.records import decode_records, encode_record
from marksheet.run_rows.segments import SegmentWriter, read_segments
from marksheet.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from marksheet.run_rows.records import Record
    from marksheet.store.layout import RunRowsKeys
    from marksheet.store.objects import Objects

BLOCK = 64
"""Questions of a block: the smallest that is read to show one, and enough to be compressed well."""
_GAP = 64 << 10
"""Bytes between two blocks that are sooner read with them than in a request of their own."""
MOST_BYTES = 32 << 20
"""Of packed blocks that are read at once."""
_ENTRY = 16
"""Bytes a block takes in the table."""
_LEVEL = 1


class OrdinalBlocks:
    """Writes records in order, as they come."""

    def __init__(self, objects: Objects, keys: RunRowsKeys) -> None:
        self._objects = objects
        self._table_key = keys.ordinals
        self._out = SegmentWriter(objects, keys.by_ordinal, overlap=BLOCK)
        self._block: list[bytes] = []
        self._table = array("Q")
        """For each block where it begins, and where its segment does; little-endian."""

    def add(self, record: Record) -> None:
        self._block.append(encode_record(record))
        if len(self._block) == BLOCK:
            self._end_block()

    def __enter__(self) -> OrdinalBlocks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._block:
            self._end_block()
        self._note()
        self._out.__exit__(kind, error, trace)
        if error is None:
            self._objects.write(self._table_key, self._table.tobytes())

    def _end_block(self) -> None:
        self._note()
        self._out.write(zlib.compress(b"".join(self._block), _LEVEL))
        self._out.end_block(len(self._block))
        self._block.clear()

    def _note(self) -> None:
        self._table.extend((self._out.size, self._out.starts[-1]))


def read_ordinals(objects: Objects, keys: RunRowsKeys, ordinals: Sequence[int]) -> dict[int, Record]:
    """The records of these ordinals, which must exist. One read for the blocks' places, and one for each
    stretch of blocks. Raises `TooLarge` when that is more than memory holds, `KeyError` when there are no
    blocks.
    """
    if not ordinals:
        return {}
    wanted = sorted({(ordinal - 1) // BLOCK for ordinal in ordinals})
    first = wanted[0]
    table = array("Q", objects.read(keys.ordinals, _ENTRY * first, _ENTRY * (wanted[-1] + 2)))
    offsets, segments = table[::2], sorted(set(table[1::2]))
    stretches = _stretches([block - first for block in wanted], offsets)
    if sum(offsets[end] - offsets[start] for start, end in stretches) > MOST_BYTES:
        raise TooLarge(
            f"{len(ordinals)} questions are more than one answer can hold; ask for fewer at a time"
        )

    def reading(start: int, end: int) -> Callable[[], list[bytes]]:
        return lambda: list(read_segments(objects, keys.by_ordinal, segments, offsets[start], offsets[end]))

    contents = at_once([reading(start, end) for start, end in stretches])
    chosen = set(ordinals)
    found: dict[int, Record] = {}
    for (start, _), content in zip(stretches, contents, strict=True):
        records = decode_records(unpacked(content))
        for ordinal, record in enumerate(records, (first + start) * BLOCK + 1):
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
