from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from marksheet.run_rows.external_sort import ExternalSort
from marksheet.run_rows.records import Record

DIGESTS = st.sampled_from([b"a", b"b", b"bb", b"", b"\xff", b"a\0"])


@given(
    digests=st.lists(DIGESTS, max_size=40),
    buffer_bytes=st.sampled_from([1, 500, 1000, 1 << 20]),
    fan_in=st.integers(2, 4),
)
def test_records_come_by_digest_and_those_of_one_as_they_came(
    digests: list[bytes], buffer_bytes: int, fan_in: int
) -> None:
    records = [Record(digest, str(n).encode()) for n, digest in enumerate(digests)]
    with tempfile.TemporaryDirectory() as folder:
        sort = ExternalSort(Path(folder), buffer_bytes=buffer_bytes, fan_in=fan_in)
        for record in records:
            sort.add(record)
        assert list(sort.records()) == sorted(records, key=lambda record: record.digest)


def test_no_more_files_are_kept_than_are_merged_at_once(tmp_path: Path) -> None:
    sort = ExternalSort(tmp_path, buffer_bytes=1, fan_in=4)
    for n in range(64):
        sort.add(Record(str(n % 7).encode(), b"x" * n))
        assert len(list(tmp_path.iterdir())) <= 3 * 3 + 1
    assert len(list(sort.records())) == 64


def test_large_bodies_go_through_files_whole(tmp_path: Path) -> None:
    sort = ExternalSort(tmp_path, buffer_bytes=1 << 20)
    bodies = [bytes([n]) * (700_000 + n) for n in range(5)]
    for n, body in enumerate(bodies):
        sort.add(Record(str(9 - n).encode(), body))
    assert [record.body for record in sort.records()] == bodies[::-1]
