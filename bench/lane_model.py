"""How long a lane takes when every answer takes as long as a model's do: the worker's queue, played through.

Nothing is measured here. It answers what a measurement at 50 ms cannot: what Lambda bills for waiting, and
how often a shard is still open when the checkpoints' clock strikes.
"""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass

CHECKPOINT_SECONDS = 10.0
RENEW_SECONDS = 10.0
"""A third of the lease of 30 seconds."""


@dataclass(frozen=True, slots=True)
class LanePlay:
    """What one lane did."""

    seconds: float
    checkpoints: float
    renewals: float
    ticks: float
    """Rounds of the keeper, each of which also reads the evaluation's status."""


def lognormal(mean: float, sigma: float) -> tuple[float, float]:
    """The two parameters for `random.lognormvariate` with this mean; sigma is that of the logarithm."""
    return math.log(mean) - sigma * sigma / 2, sigma


def mean_lane(shards: int, shard_size: int, in_flight: int, *, mean: float) -> LanePlay:
    """The mean of many plays; of few where the lane is long, for it evens out in itself."""
    plays = [
        play_lane(shards, shard_size, in_flight, mean=mean, seed=seed)
        for seed in range(max(1, 200 // shards))
    ]
    return LanePlay(*(sum(getattr(play, name) for play in plays) / len(plays) for name in LanePlay.__slots__))


def play_lane(
    shards: int, shard_size: int, in_flight: int, *, mean: float = 2.0, sigma: float = 0.5, seed: int = 1
) -> LanePlay:
    """A lane of so many shards whose answers take lognormal times with this mean in seconds.

    Questions are taken in order by whoever of `in_flight` is free; a shard is opened when the last question
    of the one before has found a place in the queue, which has as many places as there are calls.
    """
    draw = random.Random(seed)
    mu, sigma = lognormal(mean, sigma)
    free = [0.0] * in_flight
    taken: list[float] = []
    done: list[float] = []
    for _ in range(shards * shard_size):
        begin = heapq.heappop(free)
        end = begin + draw.lognormvariate(mu, sigma)
        heapq.heappush(free, end)
        taken.append(begin)
        done.append(end)
    checkpoints = renewals = 0
    for shard in range(shards):
        ready = shard * shard_size - 1 - in_flight
        opened = taken[ready] if ready >= 0 else 0.0
        ends = sorted(done[shard * shard_size : (shard + 1) * shard_size])
        saves, renewed = _keep(opened, ends)
        checkpoints += saves
        renewals += renewed
    seconds = max(done)
    return LanePlay(seconds, checkpoints, renewals, int(seconds // CHECKPOINT_SECONDS))


def _keep(opened: float, ends: list[float]) -> tuple[int, int]:
    """Checkpoints and renewals of one shard that was opened then and whose answers came at these times."""
    saves = renewals = saved = 0
    renewed_at = opened
    tick = (math.floor(opened / CHECKPOINT_SECONDS) + 1) * CHECKPOINT_SECONDS
    while tick < ends[-1]:
        there = sum(end <= tick for end in ends)
        if there > saved:
            saves += 1
            saved = there
        if tick - renewed_at >= RENEW_SECONDS:
            renewals += 1
            renewed_at = tick
        tick += CHECKPOINT_SECONDS
    return saves, renewals
