"""The whole local stack: API, state machine, workers, emulator; a model that takes 50 ms to answer."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bench.client import Client
from bench.figures import Figure
from bench.processes import Family
from bench.questions import as_lines, make_questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.sizes import Sizes
    from bench.surroundings import Surroundings

LATENCY_MS = 50
OVERHEAD_TARGET = 1.2
"""Milliseconds a question, held at the size for which it is promised."""
JUDGED_AT = 10_000
GROWTH_TARGET = 1.25
"""Peak memory at 100,000 questions against 10,000: flat, but for what an allocator keeps."""
_LOOK_SECONDS = 0.5


def run(around: Surroundings, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    """Evaluations of growing size. Overhead is what the wall clock says beyond the model's own time.

    The model's own time is questions times latency by calls in flight; nobody can be faster.
    """
    figures: list[Figure] = []
    memory: dict[int, dict[str, float]] = {}
    with Client(around.stack.environment) as client:
        model_id = client.endpoint(around.model_url(LATENCY_MS), sizes.in_flight)
        # The first evaluation pays for every function's cold start.
        _evaluate(client, model_id, 50, lambda _: None)
        for count in sizes.stack_questions:
            pid = around.stack.pid
            assert pid is not None
            family = Family(pid)
            calls = around.model_calls()
            with _watched(family):
                over = _evaluate(client, model_id, count, tell)
            calls = around.model_calls() - calls
            used = family.by_name()
            memory[count] = {name: usage.peak_mb for name, usage in used.items()}
            figures += _figures(count, over, calls, sizes)
            workers = sum(usage.cpu_seconds for name, usage in used.items() if name != "emulator")
            if used:
                title = f"{count:,} questions"
                figures += [
                    _figure(
                        f"{title}: processor time a question, our functions", 1000 * workers / count, "ms"
                    ),
                    _figure(
                        f"{title}: processor time a question, emulator",
                        1000 * used["emulator"].cpu_seconds / count,
                        "ms",
                    ),
                    *(
                        _figure(f"{title}: peak memory, {name}", memory[count].get(name, 0.0), "MB")
                        for name in ("ScoreShard", "FinishEvaluation")
                    ),
                ]
    return figures + _growth(memory, sizes)


def _evaluate(client: Client, model_id: str, count: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Upload, evaluate, wait; gives the evaluation's record. Raises `RuntimeError` unless it is READY."""
    tell(f"{count:,} questions: uploading")
    scorers = ["exact_match", "token_f1", "includes", "rouge_l"]
    name = f"bench-{uuid.uuid4().hex[:8]}"
    benchmark_id = client.benchmark(name, as_lines(make_questions(count)), scorers)
    evaluation_id = client.create(model_id, benchmark_id)

    def progress(status: dict[str, Any]) -> None:
        tell(f"{count:,} questions: {status['questions_completed']:,} marked")

    return client.finish(evaluation_id, progress)


def _figures(count: int, over: dict[str, Any], calls: int, sizes: Sizes) -> list[Figure]:
    wall = seconds_between(over["created_at"], over["completed_at"])
    ideal = count * LATENCY_MS / 1000 / sizes.in_flight
    title = f"{count:,} questions"
    return [
        _figure(f"{title}: wall time", wall, "s"),
        _figure(f"{title}: the model's own time", ideal, "s"),
        _figure(f"{title}: questions a second", count / wall, "1/s"),
        Figure(
            "stack",
            f"{title}: overhead a question",
            1000 * (wall - ideal) / count,
            "ms",
            OVERHEAD_TARGET if count == JUDGED_AT else None,
        ),
        _figure(f"{title}: calls a question", calls / count, ""),
    ]


def _growth(memory: dict[int, dict[str, float]], sizes: Sizes) -> list[Figure]:
    """How much more memory the largest evaluation took than the one a tenth of its size."""
    largest = max(memory)
    before = memory.get(largest // 10, {})
    return [
        Figure(
            "stack",
            f"peak memory of {name}, {largest:,} against {largest // 10:,} questions",
            memory[largest][name] / before[name],
            "times",
            GROWTH_TARGET,
            judged=not sizes.quick,
        )
        for name in ("ScoreShard", "FinishEvaluation")
        if name in before and name in memory[largest]
    ]


def _figure(name: str, value: float, unit: str) -> Figure:
    return Figure("stack", name, value, unit)


def seconds_between(earlier: str, later: str) -> float:
    """Of two times in ISO 8601."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


class _watched:
    """Looks at a family of processes every now and then for as long as the context is open."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            self._family.look()

    def __enter__(self) -> None:
        self._family.begin()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._family.look()
