"""Calls of the API on the local stack, warm: what a client waits for, the emulator's share included."""

from __future__ import annotations

import time
import uuid
from functools import partial
from typing import TYPE_CHECKING

from bench.client import Client
from bench.figures import Figure, percentile
from bench.questions import as_lines, make_questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.sizes import Sizes
    from bench.surroundings import Surroundings

_WARM_CALLS = 5
_GRADED_ROWS = 500


def run(around: Surroundings, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    """One call after the other on one connection; creates wait until the evaluation before is over."""
    figures: list[Figure] = []
    with Client(around.stack.environment) as client:
        tell("preparing")
        model_id = client.endpoint(around.model_url(0), sizes.in_flight)
        name = f"bench-{uuid.uuid4().hex[:8]}"
        benchmark_id = client.benchmark(name, as_lines(make_questions(5)), ["exact_match"])
        evaluation_id = client.create(model_id, benchmark_id)
        client.finish(evaluation_id)
        path = f"/api/v3/evaluations/{evaluation_id}"
        for title, address in (
            ("health", "/v1/health"),
            ("status", f"{path}/status"),
            ("get", path),
            ("list", "/api/v3/evaluations"),
        ):
            tell(title)
            took = _times(partial(client.call, "GET", address), sizes.api_calls)
            figures += _figures(title, took)
        tell("create")
        made: list[float] = []
        for _ in range(sizes.api_creates):
            began = time.perf_counter()
            evaluation_id = client.create(model_id, benchmark_id)
            made.append(time.perf_counter() - began)
            client.finish(evaluation_id)
        figures += _figures("create", made)
        tell("grade")
        grader = {"type": "scorer", "scorer": "exact_match"}
        spec = client.call("POST", "/v1/eval/specs", json={"name": name, "graders": [grader]})
        rows = [{"input": f"{n}?", "output": str(n), "expected_answer": str(n)} for n in range(_GRADED_ROWS)]
        body = {"eval_spec_id": spec["eval_spec_id"], "dataset": rows}
        took = _times(partial(client.call, "POST", "/v1/eval", json=body), sizes.api_creates)
        return figures + _figures(f"grade {_GRADED_ROWS} rows", took)


def _times(call: Callable[[], object], count: int) -> list[float]:
    for _ in range(_WARM_CALLS):
        call()
    took = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return took


def _figures(title: str, seconds: list[float]) -> list[Figure]:
    return [
        Figure("api", f"{title}, {word}", 1000 * percentile(seconds, share), "ms")
        for word, share in (("half of the calls within", 0.5), ("99 % of the calls within", 0.99))
    ]
