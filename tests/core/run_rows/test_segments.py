from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.run_rows import segments
from marksheet.run_rows.segments import SegmentWriter, read_segments
from marksheet.store.objects import Objects
from tests.core.run_rows.kept import Bucket

OVERLAP = 5
BLOCKS = st.lists(st.tuples(st.binary(max_size=12), st.integers(0, 7)), max_size=20)
"""Blocks with how many rows each has."""


def write(bucket: Objects, blocks: list[tuple[bytes, int]]) -> tuple[list[int], list[int]]:
    """Where the segments begin, and the blocks with the end of the last one."""
    offsets = [0]
    with SegmentWriter(bucket, "key", overlap=OVERLAP) as writer:
        for content, rows in blocks:
            writer.write(content[:3])
            writer.write(content[3:])
            writer.end_block(rows)
            offsets.append(writer.size)
    return writer.starts, offsets


@given(blocks=BLOCKS, places=st.tuples(st.integers(0, 20), st.integers(0, 20)))
def test_any_stretch_is_read_and_one_of_few_rows_at_once(
    blocks: list[tuple[bytes, int]], places: tuple[int, int]
) -> None:
    bucket = Bucket()
    with mock.patch.object(segments, "SEGMENT_BYTES", 20):
        starts, offsets = write(bucket, blocks)  # type: ignore[arg-type]
    first, last = sorted(min(place, len(blocks)) for place in places)
    found = list(read_segments(bucket, "key", starts, offsets[first], offsets[last]))  # type: ignore[arg-type]
    assert b"".join(found) == b"".join(content for content, _ in blocks[first:last])
    # Up to its last block, of which one row is wanted at least.
    if sum(rows for _, rows in blocks[first : last - 1]) < OVERLAP:
        assert len(found) <= 1


def test_segments_are_of_about_one_size() -> None:
    bucket = Bucket()
    with mock.patch.object(segments, "SEGMENT_BYTES", 1000):
        starts, _ = write(bucket, [(bytes(100), 3)] * 49)  # type: ignore[arg-type]
    assert len(starts) == 5
    assert [len(content) for content in bucket.content.values()] == [1200] * 4 + [900]


def test_an_ordinary_run_is_one_segment() -> None:
    bucket = Bucket()
    assert write(bucket, [(bytes(100), 3)] * 50)[0] == [0]  # type: ignore[arg-type]
    assert list(bucket.content) == ["key.0"]


def test_what_is_gone_is_said_to_be() -> None:
    with pytest.raises(KeyError):
        list(read_segments(Bucket(), "key", [0], 0, 1))  # type: ignore[arg-type]
