"""The scoring worker alone in its process: a model that answers at once, four scorers that compare."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.sizes import Sizes
    from bench.surroundings import Surroundings

CPU_TARGET = 0.8
"""Milliseconds a question."""


def run(around: Surroundings, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    """Processor time of the worker's process alone; table and bucket are the emulator's, in another one.

    The median of a few evaluations; the interpreter's start and the imports are not in it.
    """
    count, runs = sizes.worker_questions, []
    for number in range(1, sizes.worker_repeats + 1):
        tell(f"{count:,} questions, round {number} of {sizes.worker_repeats}")
        planned = around.step(
            "prepare",
            *("--model-url", around.model_url(0), "--questions", str(count)),
            *("--in-flight", str(sizes.in_flight)),
        )
        calls = around.model_calls()
        scored = around.step(
            "score", "--evaluation", planned["evaluation_id"], "--manifest", planned["manifest"]
        )
        runs.append({**scored, "calls": around.model_calls() - calls})

    def middle(name: str) -> float:
        return float(median(run[name] for run in runs))

    return [
        Figure(
            "worker",
            "processor time a question",
            1000 * middle("cpu_seconds") / count,
            "ms",
            CPU_TARGET,
            judged=not sizes.quick,
        ),
        Figure("worker", "questions a second", count / middle("wall_seconds"), "1/s"),
        Figure("worker", "calls a question", middle("calls") / count, ""),
        Figure("worker", "peak memory", middle("peak_mb"), "MB"),
    ]
