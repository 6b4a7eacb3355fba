from __future__ import annotations

import pytest

from marksheet.sharding import shard_count, shard_size_for


@pytest.mark.parametrize(
    ("questions", "size", "shards"),
    [(1, 5, 1), (49, 5, 10), (50, 5, 10), (51, 5, 11), (500, 25, 20), (1319, 50, 27), (10_001, 50, 201)],
)
def test_a_shard_is_a_twentieth_but_5_at_least_and_50_at_most(questions: int, size: int, shards: int) -> None:
    assert shard_size_for(questions) == size
    assert shard_count(questions, size) == shards
