from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from marksheet.run_rows.records import (
    Record,
    decode_digest,
    decode_records,
    encode_digest,
    encode_record,
)
from marksheet.unpacking import unpacked

RECORDS = st.lists(st.builds(Record, st.binary(max_size=5), st.binary(max_size=50)), max_size=5)


def cut(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@given(records=RECORDS, size=st.integers(1, 40))
def test_records_are_told_apart_however_their_bytes_arrive(records: list[Record], size: int) -> None:
    content = b"".join(map(encode_record, records))
    assert list(decode_records(cut(content, size))) == records


@given(st.text(st.characters(exclude_categories=[])), st.text(st.characters(exclude_categories=[])))
def test_encoded_digests_sort_as_digests_do(first: str, second: str) -> None:
    assert (encode_digest(first) < encode_digest(second)) is (first < second)
    assert decode_digest(encode_digest(first)) == first


@given(blocks=st.lists(st.binary(max_size=300), max_size=5), size=st.integers(1, 40))
def test_blocks_are_unpacked_however_their_bytes_arrive(blocks: list[bytes], size: int) -> None:
    content = b"".join(zlib.compress(block) for block in blocks)
    assert b"".join(unpacked(cut(content, size))) == b"".join(blocks)


def test_what_is_packed_ever_so_tightly_is_handed_on_in_pieces() -> None:
    pieces = list(unpacked([zlib.compress(bytes(5 << 20)), zlib.compress(b"end")]))
    assert max(map(len, pieces)) == 1 << 20
    assert sum(map(len, pieces)) == (5 << 20) + 3
