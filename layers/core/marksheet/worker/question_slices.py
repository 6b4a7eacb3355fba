"""The questions of a lane's shards, read from S3 a block of shards at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet import questions, uploads

if TYPE_CHECKING:
    from array import array

    from marksheet.domain import Question
    from marksheet.store.objects import Objects

BLOCK_SHARDS = 40
BLOCK_BYTES = 1 << 20
"""A block ends with the shard that reaches this; one shard may be larger, and is then a block by itself."""


class QuestionSlices:
    """Slices of one benchmark version, a shard each.

    A worker opens its shards one after the other. A request costs it two milliseconds of processor time,
    which is what asking and marking five questions costs: two requests for every shard were a tenth of all.
    """

    def __init__(self, objects: Objects, questions_key: str, *, shard_size: int, total: int) -> None:
        self._objects = objects
        self._key = questions_key
        self._size = shard_size
        self._total = total
        self._shards = range(0)
        """Numbers of the shards that are held."""
        self._offsets: array[int]
        self._content = b""

    def read(self, number: int, last_shard: int) -> list[Question]:
        """The questions of a shard; nothing beyond `last_shard` is read on the occasion."""
        if number not in self._shards:
            self._fetch(number, last_shard)
        first = (number - self._shards.start) * self._size
        last = min(first + self._size, len(self._offsets) - 1)
        start, end = (self._offsets[index] - self._offsets[0] for index in (first, last))
        return [questions.decode_question(line) for line in self._content[start:end].splitlines()]

    def _fetch(self, number: int, last_shard: int) -> None:
        first = (number - 1) * self._size + 1
        most = min(max(number, last_shard), number + BLOCK_SHARDS - 1)
        offsets = uploads.question_offsets(
            self._objects, self._key, first, min(most * self._size, self._total)
        )
        # Where each shard of the block ends.
        ends = [*range(self._size, len(offsets) - 1, self._size), len(offsets) - 1]
        shards = next(
            (n for n, end in enumerate(ends, 1) if offsets[end] - offsets[0] >= BLOCK_BYTES), len(ends)
        )
        self._content = self._objects.read(self._key, offsets[0], offsets[ends[shards - 1]])
        self._offsets = offsets[: ends[shards - 1] + 1]
        self._shards = range(number, number + shards)
