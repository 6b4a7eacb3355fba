"""How many questions make a shard, and how many shards an evaluation has."""

from __future__ import annotations


def shard_size_for(questions: int) -> int:
    """Questions a shard: a twentieth, so that small evaluations show progress, but 5 at least and 50 at most.

    What a shard costs is in docs/operations.md.
    """
    return min(50, max(5, -(-questions // 20)))


def shard_count(questions: int, shard_size: int) -> int:
    return -(-questions // shard_size)
