"""The modelled AWS bill of a million questions: counts three evaluations, and does the sums of `bill`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from bench import imports
from bench.bill import CASES, SHARD_SIZE, Counted, bill, rates
from bench.figures import Figure
from bench.surroundings import ROOT
from bench.transitions import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.sizes import Sizes
    from bench.surroundings import Surroundings

TARGET = 2.0
"""USD for a million questions, in every case but the dearest."""
SHARDS = 20


def run(around: Surroundings, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    """The sum and its parts for each way of asking a million questions."""
    machine = yaml.safe_load((ROOT / "statemachine" / "evaluation.asl.yaml").read_text())
    transitions = counted(machine)
    tell("cold starts")
    cold = {} if sizes.quick else _cold_starts()
    tell("one lane of 20 shards")
    short = _count(around, transitions, SHARDS, in_flight=50)
    tell("one lane of 40 shards")
    long = _count(around, transitions, 2 * SHARDS, in_flight=50)
    tell("20 lanes of one shard")
    wide = _count(around, transitions, SHARDS, in_flight=50 * SHARDS)
    found = rates(short, long, wide, SHARDS)
    figures = [
        Figure("bill", f"requests a shard: {name}", found.shard[key], "")
        for name, key in (("S3 PUT", "puts"), ("S3 GET", "gets"), ("writes", "write_units"))
    ]
    figures.append(Figure("bill", "transitions of an evaluation", transitions[0], ""))
    figures.append(Figure("bill", "transitions of a lane", transitions[1], ""))
    for case in CASES:
        parts = bill(found, case, cold)
        figures += [
            Figure("bill", f"{case.name}: {part}", float(amount), "USD/1M") for part, amount in parts.items()
        ]
        figures.append(
            Figure(
                "bill",
                f"{case.name}: together",
                float(sum(parts.values())),
                "USD/1M",
                TARGET if case is not CASES[-1] else None,
                judged=not sizes.quick,
            )
        )
    return figures


def _count(around: Surroundings, transitions: tuple[int, int], shards: int, *, in_flight: int) -> Counted:
    """What one evaluation of so many shards of 50 needs, in the words of `bill.COUNTED`."""
    planned = around.step(
        "prepare",
        *("--model-url", around.model_url(0), "--questions", str(shards * SHARD_SIZE)),
        *("--in-flight", str(in_flight), "--shard-size", str(SHARD_SIZE), "--watch"),
    )
    which = ("--evaluation", planned["evaluation_id"], "--watch")
    scored = around.step("score", "--manifest", planned["manifest"], *which)
    finished = around.step("finish", *which)
    steps: dict[str, dict[str, Any]] = {"plan": planned, "score": scored, "finish": finished}
    return {
        "transitions": transitions[0] + transitions[1] * planned["lanes"],
        **{f"{name}_cpu": step["cpu_seconds"] for name, step in steps.items()},
        **{f"{name}_requests": step["requests"] for name, step in steps.items()},
        # The map reads the manifest.
        "gets": 1 + sum(step["gets"] for step in steps.values()),
        **{
            unit: sum(step[unit] for step in steps.values()) for unit in ("puts", "write_units", "read_units")
        },
    }


def _cold_starts() -> dict[str, float]:
    """Seconds on a whole core until a function's first request is under way."""
    names = {"plan": "plan_evaluation", "score": "score_shard", "finish": "finish_evaluation"}
    found = imports.cold_starts(list(names.values()))
    return {step: found[name] / 1000 for step, name in names.items()}
