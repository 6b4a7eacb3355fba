"""The AWS bill of a million questions, from what was counted: requests, transitions, processor time.

Three evaluations are counted: 20 shards in one lane, 40 shards in one lane, 20 shards in 20 lanes. From them
follows what an evaluation, a lane and a shard cost each, and from that any mix of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bench import prices
from bench.lane_model import mean_lane

if TYPE_CHECKING:
    from collections.abc import Mapping

QUESTIONS = 1_000_000
SHARD_SIZE = 50
LATENCY_SECONDS = 2.0
FEED_SECONDS = 830.0
"""So long of its 900 seconds a worker feeds questions: 10 are kept for the end, 60 for the last answers."""
REQUEST_SECONDS = 0.015
"""What a request to S3 or DynamoDB takes on AWS; charged only where nothing else goes on beside it."""
READ_AHEAD = 16
"""Parts that FinishEvaluation fetches at once."""
MEMORY_MB = {"plan": 1769, "score": 512, "finish": 1769}
"""Of PlanEvaluation, ScoreShard and FinishEvaluation in the template."""

Counted = dict[str, float]
"""Figures of one run by name; see `COUNTED`."""
COUNTED = (
    "transitions",
    "plan_cpu",
    "plan_requests",
    "score_cpu",
    "score_requests",
    "finish_cpu",
    "finish_requests",
    "puts",
    "gets",
    "write_units",
    "read_units",
)


@dataclass(frozen=True, slots=True)
class Rates:
    """What each evaluation, each lane and each shard adds to the counted figures."""

    evaluation: Mapping[str, float]
    lane: Mapping[str, float]
    shard: Mapping[str, float]

    def of(self, name: str, evaluations: float, lanes: float, shards: float) -> float:
        return self.evaluation[name] * evaluations + self.lane[name] * lanes + self.shard[name] * shards


@dataclass(frozen=True, slots=True)
class Case:
    """A million questions, asked in one way."""

    name: str
    evaluations: int
    lanes: int
    """Of each evaluation."""
    in_flight: int = 50
    """Of each lane."""


CASES = (
    Case("one evaluation, 1,000 in flight", 1, 20),
    Case("1,000 evaluations, 50 in flight", 1000, 1),
    Case("1,000 evaluations, 1,000 in flight", 1000, 20),
)
"""The last is the dearest: every lane a single shard, which waits for its slowest answer."""


def rates(short: Counted, long: Counted, wide: Counted, shards: int = 20) -> Rates:
    """Solve for the three rates: `short` has so many shards in one lane, `long` twice as many, `wide` has as
    many lanes.

    What noise makes negative is 0.
    """
    shard = {name: max(0.0, (long[name] - short[name]) / shards) for name in COUNTED}
    lane = {name: max(0.0, (wide[name] - short[name]) / (shards - 1)) for name in COUNTED}
    evaluation = {name: max(0.0, short[name] - lane[name] - shards * shard[name]) for name in COUNTED}
    return Rates(evaluation, lane, shard)


def bill(found: Rates, case: Case, cold: Mapping[str, float]) -> dict[str, Decimal]:
    """USD by part for a million questions. `cold` has the seconds that a cold start of `plan`, `score` and
    `finish` takes on a whole core (none: they are left out); every invocation is charged one, though most are
    warm.
    """
    cold_seconds = {"plan": 0.0, "score": 0.0, "finish": 0.0, **cold}
    shards = QUESTIONS // SHARD_SIZE
    lanes = case.evaluations * case.lanes
    played = mean_lane(shards // lanes, SHARD_SIZE, case.in_flight, mean=LATENCY_SECONDS)
    invocations = lanes * -(-played.seconds // FEED_SECONDS)

    def total(name: str) -> float:
        return found.of(name, case.evaluations, lanes, shards)

    # Each further invocation of a lane is a Choice, a Wait and a Task.
    transitions = total("transitions") + 3 * (invocations - lanes)
    score_seconds = lanes * played.seconds + invocations * (
        _slowed(cold_seconds["score"] + found.lane["score_cpu"], "score")
        + found.lane["score_requests"] * REQUEST_SECONDS
    )
    plan_seconds = (
        _slowed(total("plan_cpu") + case.evaluations * cold_seconds["plan"], "plan")
        + total("plan_requests") * REQUEST_SECONDS
    )
    finish_seconds = (
        _slowed(total("finish_cpu") + case.evaluations * cold_seconds["finish"], "finish")
        + total("finish_requests") * REQUEST_SECONDS / READ_AHEAD
    )
    return {
        "transitions": _money(transitions, prices.TRANSITION),
        "Lambda, workers": billed(score_seconds, "score", invocations),
        "Lambda, plan and finish": billed(plan_seconds, "plan", case.evaluations)
        + billed(finish_seconds, "finish", case.evaluations),
        "S3": _money(total("puts") + lanes * played.checkpoints, prices.S3_PUT)
        + _money(total("gets"), prices.S3_GET),
        "DynamoDB": _money(total("write_units") + lanes * played.renewals, prices.WRITE_UNIT)
        + _money(total("read_units") + lanes * played.ticks, prices.READ_UNIT),
    }


def billed(seconds: float, step: str, invocations: float) -> Decimal:
    """What Lambda charges for so many seconds of a step in all, and for calling it."""
    gigabyte_seconds = Decimal(repr(seconds)) * MEMORY_MB[step] / 1024
    return gigabyte_seconds * prices.LAMBDA_GB_SECOND + _money(invocations, prices.LAMBDA_REQUEST)


def _slowed(core_seconds: float, step: str) -> float:
    """Seconds that take so long on a whole core take longer on a Lambda's share of one."""
    return core_seconds * max(1.0, prices.FULL_CORE_MB / MEMORY_MB[step])


def _money(count: float, price: Decimal) -> Decimal:
    return Decimal(repr(float(count))) * price
