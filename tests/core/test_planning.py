from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller, Model, ProviderName, Run, Status
from marksheet.errors import EvaluationStopped
from marksheet.evaluations import CreateEvaluation
from marksheet.planning import cut, lanes_for, plan_evaluation
from marksheet.store.shards import Holder, ShardKey


def run_with_limit(limit: int, provider: ProviderName = ProviderName.OPENAI) -> Run:
    settings = {"max_in_flight": limit} if provider is ProviderName.OPENAI else {}
    model = Model("acme", "m", provider, settings, Status.READY, "2026-01-01T00:00:00.000Z")
    return Run("run", 0, model)


@given(st.sets(st.integers(1, 10_000), min_size=1), st.integers(1, 200))
def test_a_cut_covers_every_shard_once_and_evenly(numbers: set[int], lanes: int) -> None:
    open_shards = sorted(numbers)
    stretches = list(cut(open_shards, lanes))
    covered = [[n for n in open_shards if first <= n <= last] for first, last in stretches]
    assert [n for stretch in covered for n in stretch] == open_shards
    lengths = {len(stretch) for stretch in covered}
    assert max(lengths) - min(lengths) <= 1
    assert len(stretches) == min(lanes, len(open_shards))


@given(st.integers(1, 1000), st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 1000))
def test_lanes_never_exceed_the_models_limit(limit: int, shards: int, trials: int, maximum: int) -> None:
    lanes, in_flight = lanes_for(run_with_limit(limit), shards, trials, maximum)
    assert 1 <= lanes <= min(shards, maximum)
    assert 1 <= in_flight <= 50
    assert lanes * in_flight <= limit


def test_a_model_that_takes_one_call_at_a_time_gets_one_lane() -> None:
    assert lanes_for(run_with_limit(1), 200, 50, 100) == (1, 1)


def test_a_generous_limit_is_used_by_many_lanes() -> None:
    assert lanes_for(run_with_limit(1000), 200, 50, 100) == (20, 50)


def test_recorded_answers_are_read_by_as_many_lanes_as_there_may_be() -> None:
    run = run_with_limit(0, ProviderName.RECORDED)
    assert lanes_for(run, 200, 50, 8, calls_model=False) == (8, 50)


def test_the_manifest_covers_both_runs_with_byte_ranges(
    app: Application, caller: Caller, deployment: Any
) -> None:
    answers = {f"q{n}": str(n) for n in range(1, 13)}
    deployment.recorded("a", answers)
    deployment.recorded("b", answers)
    benchmark = deployment.benchmark(12)
    new = CreateEvaluation("a", benchmark.benchmark_id, model_id_2="b", shard_size=5)
    evaluation = evaluations.create(app, caller, new)
    plan = plan_evaluation(app, "acme", evaluation.evaluation_id, 1)
    manifest = json.loads(app.store.objects.read(plan.manifest_key))
    assert plan.lanes == len(manifest) == 4
    assert [(e["position"], e["first_shard"], e["last_shard"], e["first"], e["last"]) for e in manifest] == [
        (0, 1, 1, 1, 5),
        (0, 2, 3, 6, 12),
        (1, 1, 1, 1, 5),
        (1, 2, 3, 6, 12),
    ]
    content = app.store.objects.read(benchmark.questions_key, manifest[1]["start"], manifest[1]["end"])
    assert [json.loads(line)["question_id"] for line in content.splitlines()] == [
        f"q{n}" for n in range(6, 13)
    ]
    assert {entry["run_id"] for entry in manifest} == {run.run_id for run in evaluation.runs}


def test_done_shards_are_not_planned_again(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.recorded("a", {"q1": "1"})
    benchmark = deployment.benchmark(20)
    new = CreateEvaluation("a", benchmark.benchmark_id, shard_size=5)
    evaluation = evaluations.create(app, caller, new)
    from marksheet.domain import Counts

    for number in (1, 2, 4):
        key = ShardKey("acme", evaluation.evaluation_id, 0, number)
        app.store.shards.lease(key, Holder("c", 0), now=0, seconds=1)
        app.store.shards.complete(key, 1, Counts(right=5))
    plan = plan_evaluation(app, "acme", evaluation.evaluation_id, 1)
    (entry,) = json.loads(app.store.objects.read(plan.manifest_key))
    assert (entry["first_shard"], entry["last_shard"]) == (3, 3)


def test_planning_notes_when_the_evaluation_started_and_does_so_once(
    app: Application, caller: Caller, deployment: Any
) -> None:
    deployment.recorded("a", {"q1": "1"})
    new = CreateEvaluation("a", deployment.benchmark(1).benchmark_id)
    evaluation = evaluations.create(app, caller, new)
    plan_evaluation(app, "acme", evaluation.evaluation_id, 1)
    first = evaluations.get(app, caller, evaluation.evaluation_id).started_at
    plan_evaluation(app, "acme", evaluation.evaluation_id, 1)
    assert first is not None
    assert evaluations.get(app, caller, evaluation.evaluation_id).started_at == first


def test_a_wrong_attempt_or_an_unknown_evaluation_is_not_planned(
    app: Application, caller: Caller, deployment: Any
) -> None:
    deployment.recorded("a", {"q1": "1"})
    new = CreateEvaluation("a", deployment.benchmark(1).benchmark_id)
    evaluation = evaluations.create(app, caller, new)
    for evaluation_id, attempt in ((evaluation.evaluation_id, 2), ("eval-none", 1)):
        with pytest.raises(EvaluationStopped):
            plan_evaluation(app, "acme", evaluation_id, attempt)


def test_lanes_are_shared_between_the_runs_of_a_comparison(
    app: Application, caller: Caller, deployment: Any
) -> None:
    answers = {f"q{n}": str(n) for n in range(1, 101)}
    deployment.recorded("a", answers)
    deployment.recorded("b", answers)
    new = CreateEvaluation("a", deployment.benchmark(100).benchmark_id, model_id_2="b")
    evaluation = evaluations.create(app, caller, new)
    three = replace(app, settings=replace(app.settings, max_lanes=3))
    assert plan_evaluation(three, "acme", evaluation.evaluation_id, 1).lanes == 2
