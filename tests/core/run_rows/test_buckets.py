from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.row_digests import digest_of
from marksheet.run_rows.buckets import BUCKETS, bucket_of


@given(st.lists(st.text(max_size=4), min_size=2, max_size=2).map(sorted))
def test_buckets_keep_the_order_of_any_digests(digests: list[str]) -> None:
    lower, higher = map(bucket_of, digests)
    assert 0 <= lower <= higher < BUCKETS


@pytest.mark.parametrize(
    ("digest", "bucket"),
    [("00", 0), ("01x", 1), ("0", 0), ("", 0), ("0z", 61), ("0~", 61), ("10", 62), ("zz", 3843)],
)
def test_a_bucket_is_told_by_two_characters(digest: str, bucket: int) -> None:
    assert bucket_of(digest) == bucket


def test_digests_of_rows_fill_the_buckets_evenly() -> None:
    counts = [0] * BUCKETS
    for n in range(20 * BUCKETS):
        counts[bucket_of(digest_of({"question": str(n)}))] += 1
    # X and Y stand for two characters of base64 each, so up to four times as many lie there.
    assert max(counts) < 8 * 20
    assert min(counts) > 0
