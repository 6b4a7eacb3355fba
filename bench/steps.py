"""The steps of one evaluation, each in a process of its own that tells what it used.

    python -m bench.steps prepare --model-url URL --questions 5000 --in-flight 50
    python -m bench.steps score --evaluation ID --manifest KEY
    python -m bench.steps finish --evaluation ID

The environment names table, bucket and endpoint, as it does for a Lambda. Each prints one JSON object. The
use cases are those of the Lambdas; there is no state machine: `score` works through all lanes, one after the
other.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bench.counting import Requests, watch
from bench.processes import peak_mb
from bench.questions import as_lines, make_questions
from marksheet import aws, benchmarks, evaluations, models
from marksheet.application import Application, application
from marksheet.assembling import CreateEvaluation
from marksheet.benchmarks import NewBenchmark
from marksheet.domain import Caller, ProviderName, Role, ScorerSpec
from marksheet.finishing import finish_evaluation
from marksheet.keys import SCOPES
from marksheet.models import NewModel
from marksheet.planning import Plan, plan_evaluation
from marksheet.scoring.marking import Marking
from marksheet.worker.lanes import LaneTask, score_lane

if TYPE_CHECKING:
    from collections.abc import Callable

CALLER = Caller("bench", "bench", SCOPES)
SCORERS = (
    ScorerSpec("exact_match", Role.CORRECTNESS),
    ScorerSpec("token_f1", Role.RELEVANCE),
    ScorerSpec("includes"),
    ScorerSpec("rouge_l"),
)
_SECONDS_LEFT = 3600.0


class _NoWorkflow:
    """Stands where the state machine is."""

    def start(self, _: object) -> None:
        """Whoever runs these steps is the state machine."""


def prepare(given: argparse.Namespace) -> dict[str, Any]:
    """A benchmark, a model, an evaluation and its plan."""
    app = replace(application(), workflow=_NoWorkflow())  # type: ignore[arg-type]
    content = as_lines(make_questions(given.questions))
    new = NewBenchmark(name=f"bench-{given.questions}", scorers=SCORERS)
    benchmark, _ = benchmarks.upload(app, CALLER, new, content, "jsonl")
    model_id = f"stub-{time.time_ns()}"
    settings = {"base_url": given.model_url, "model": "stub", "max_in_flight": given.in_flight}
    models.register(app, CALLER, NewModel(model_id, ProviderName.OPENAI, settings))
    create = CreateEvaluation(model_id, benchmark.benchmark_id, shard_size=given.shard_size)
    evaluation = evaluations.create(app, CALLER, create)
    plans: list[Plan] = []

    def work() -> None:
        plans.append(plan_evaluation(app, CALLER.organization, evaluation.evaluation_id, 1))

    used = _measured(work, given.watch)
    return {
        **used,
        "evaluation_id": evaluation.evaluation_id,
        "manifest": plans[0].manifest_key,
        "lanes": plans[0].lanes,
    }


def score(given: argparse.Namespace) -> dict[str, Any]:
    """All lanes."""
    app = application()
    # A warm worker has imported what its first question needs; `imports` measures that.
    import_module("marksheet.providers.openai")
    Marking(SCORERS)
    manifest = app.store.objects.read(given.manifest)
    tasks = [_task(given.evaluation, lane) for lane in json.loads(manifest)]

    def work() -> None:
        for task in tasks:
            if not score_lane(app, task, seconds_left=_SECONDS_LEFT).finished:
                raise RuntimeError("a lane was not finished")

    used = _measured(work, given.watch)
    done = app.store.evaluations.find(CALLER.organization, given.evaluation, counts=True)
    assert done is not None
    return {**used, "right": done.runs[0].counts.right, "errored": done.runs[0].counts.errored}


def finish(given: argparse.Namespace) -> dict[str, Any]:
    """Results and statistics."""
    app = application()
    return _measured(lambda: _expect_ready(app, given.evaluation), given.watch)


def _expect_ready(app: Application, evaluation_id: str) -> None:
    status = finish_evaluation(app, CALLER.organization, evaluation_id, 1)
    if status != "READY":
        raise RuntimeError(f"the evaluation ended {status}")


def _task(evaluation_id: str, lane: dict[str, Any]) -> LaneTask:
    return LaneTask.from_event(
        {
            "organization": CALLER.organization,
            "evaluation_id": evaluation_id,
            "attempt": 1,
            "lane": lane,
            "invocation": {"execution": f"bench-{lane['lane']}", "retry": 0},
        }
    )


def _measured(work: Callable[[], object], watched: bool) -> dict[str, Any]:
    """Do it, and tell what it used. Clients are made before: a warm worker has them."""
    clients = [aws.client(name) for name in ("s3", "dynamodb")]
    requests = watch(clients) if watched else Requests()
    wall, cpu = time.perf_counter(), _cpu()
    work()
    return {
        "cpu_seconds": _cpu() - cpu,
        "wall_seconds": time.perf_counter() - wall,
        "peak_mb": peak_mb(),
        "requests": requests.by_name.total(),
        "by_name": dict(requests.by_name),
        **requests.billed(),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("step", choices=("prepare", "score", "finish"))
    parser.add_argument("--model-url")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--in-flight", type=int, default=50)
    parser.add_argument("--shard-size", type=int, default=50)
    parser.add_argument("--evaluation")
    parser.add_argument("--manifest")
    parser.add_argument("--watch", action="store_true", help="count requests, which itself takes time")
    given = parser.parse_args()
    step = {"prepare": prepare, "score": score, "finish": finish}[given.step]
    print(json.dumps(step(given)))


if __name__ == "__main__":
    main()
