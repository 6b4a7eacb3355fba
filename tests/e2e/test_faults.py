"""Killed workers, second deliveries and models that misbehave: nothing lost, nothing counted twice."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from typing import Any

from marksheet_cli.local.stack import LocalStack
from tests.e2e import workers
from tests.e2e.client import Api
from tests.stubs.openai_stub import OpenAIStub, Rule, mix

EXACT = [{"name": "exact_match"}]


def questions(count: int) -> list[dict[str, str]]:
    """Questions the stub answers rightly, but for every seventh."""
    return [
        {
            "question_id": f"q{n}",
            "question": f"Question {n} of many. answer: {n}",
            "expected_answer": str(n) if n % 7 else "never",
        }
        for n in range(1, count + 1)
    ]


def marks(document: dict[str, Any]) -> dict[str, int]:
    metrics = document["metrics"]
    return {name: metrics[name] for name in ("right", "wrong", "unscored", "errored")}


def test_killed_workers_lose_and_double_nothing(api: Api, local_stack: LocalStack) -> None:
    """Workers are killed at random while a model takes its time; only what was in flight is asked again."""
    in_flight, kills = 10, 0
    chance = random.Random(7)
    with OpenAIStub(latency=0.15) as stub:
        api.endpoint("slow", stub.base_url, max_in_flight=in_flight)
        benchmark_id = api.benchmark("kills", questions(400), scorers=EXACT)
        evaluation_id = api.create("slow", benchmark_id, shard_size=20)
        path = f"/api/v3/evaluations/{evaluation_id}/status"
        while api.call("GET", path)["status"] == "PROCESSING" and kills < 4:
            time.sleep(chance.uniform(0.8, 2.0))
            for pid in workers.pids(local_stack.pid or 0, "ScoreShard"):
                kills += workers.kill(pid)
        document = api.document(evaluation_id)
        calls = stub.stats()["by_prompt"]
    assert kills >= 3
    assert marks(document) == {"right": 343, "wrong": 57, "unscored": 0, "errored": 0}
    assert len(calls) == 400
    assert sum(calls.values()) - 400 <= kills * in_flight
    rows = Counter(row["question_id"] for row in document["detailed_results"])
    assert set(rows.values()) == {1}
    assert len(rows) == 400


def test_a_second_delivery_of_every_lane_asks_and_counts_nothing_twice(
    api: Api, environment: dict[str, str]
) -> None:
    function = workers.function_name(environment["MARKSHEET_STACK"], "ScoreShard")
    with OpenAIStub(latency=0.1) as stub:
        api.endpoint("steady", stub.base_url, max_in_flight=20)
        benchmark_id = api.benchmark("twice", questions(200), scorers=EXACT)
        evaluation_id = api.create("steady", benchmark_id, shard_size=5)
        api.wait(
            f"/api/v3/evaluations/{evaluation_id}/status", lambda status: status["questions_completed"] > 0
        )
        arn, _ = workers.execution(evaluation_id)
        deliveries = [
            threading.Thread(
                target=workers.client("lambda").invoke,
                kwargs={
                    "FunctionName": function,
                    "Payload": json.dumps(
                        {
                            "organization": api.organization,
                            "evaluation_id": evaluation_id,
                            "attempt": 1,
                            "lane": lane,
                            "invocation": {"execution": arn, "retry": 0},
                        }
                    ),
                },
            )
            for lane in workers.manifest(environment["MARKSHEET_BUCKET"], api.organization, evaluation_id)
        ]
        for delivery in deliveries:
            delivery.start()
        document = api.document(evaluation_id)
        for delivery in deliveries:
            delivery.join()
        calls = stub.stats()["by_prompt"]
    assert marks(document) == {"right": 172, "wrong": 28, "unscored": 0, "errored": 0}
    assert set(calls.values()) == {1}


def test_a_throttling_failing_and_hanging_model_leaves_every_question_accounted_for(api: Api) -> None:
    """429 with Retry-After for ten seconds, 500 on one question for good, and no answer at all to another."""
    rules = [
        Rule("status", match="Question 33 of", status=500),
        Rule("hang", match="Question 44 of"),
        Rule("throttle", seconds=10, retry_after="2"),
    ]
    with OpenAIStub(rules=rules) as stub:
        api.endpoint("moody", stub.base_url, timeout_seconds=2, max_attempts=3)
        benchmark_id = api.benchmark("moody", questions(100), scorers=EXACT)
        document = api.evaluate("moody", benchmark_id)
        calls = stub.stats()["calls"]
    assert marks(document) == {"right": 84, "wrong": 14, "unscored": 0, "errored": 2}
    errors = {row["question_id"]: row["error"] for row in document["detailed_results"] if row.get("error")}
    assert {name: error["code"] for name, error in errors.items()} == {"q33": "http_500", "q44": "timeout"}
    assert calls <= 3 * 100


def test_an_endpoint_that_refuses_the_key_fails_the_evaluation_after_a_few_calls(api: Api) -> None:
    with OpenAIStub(rules=[Rule("status", status=401)]) as stub:
        api.endpoint("closed", stub.base_url)
        benchmark_id = api.benchmark("closed", questions(200), scorers=EXACT)
        over = api.finish(api.create("closed", benchmark_id))
        calls = stub.stats()["calls"]
    assert over["status"] == "FAILED"
    assert "errored" in over["failure_reason"]
    assert calls < 200


def test_a_cancelled_evaluation_is_resumed_without_asking_an_answered_question_again(api: Api) -> None:
    with OpenAIStub(latency=0.2) as stub:
        api.endpoint("calm", stub.base_url, max_in_flight=5)
        benchmark_id = api.benchmark("calm", questions(100), scorers=EXACT)
        evaluation_id = api.create("calm", benchmark_id, shard_size=5)
        path = f"/api/v3/evaluations/{evaluation_id}"
        api.wait(f"{path}/status", lambda status: status["questions_completed"] >= 20)
        cancelled = api.call("POST", f"{path}/cancel")
        assert cancelled["failure_reason"] == "cancelled"
        api.call("POST", f"{path}/resume")
        document = api.document(evaluation_id)
        calls = stub.stats()["by_prompt"]
    assert marks(document) == {"right": 86, "wrong": 14, "unscored": 0, "errored": 0}
    # The worker of the first attempt notices within seconds; what it answers until then is saved.
    assert sum(calls.values()) - 100 <= 5


def test_an_execution_stopped_from_outside_fails_the_evaluation(api: Api) -> None:
    with OpenAIStub(latency=1.0) as stub:
        api.endpoint("calm", stub.base_url, max_in_flight=2)
        benchmark_id = api.benchmark("calm", questions(100), scorers=EXACT)
        evaluation_id = api.create("calm", benchmark_id)
        api.wait(f"/api/v3/evaluations/{evaluation_id}/status", lambda status: status["start_time"])
        arn, _ = workers.execution(evaluation_id)
        workers.client("stepfunctions").stop_execution(executionArn=arn)
        over = api.finish(evaluation_id)
    assert over["status"] == "FAILED"
    assert "stopped from outside" in over["failure_reason"]


def test_ten_thousand_questions_on_a_bad_day_are_all_accounted_for(api: Api) -> None:
    """Throttling, failures, hangs and broken bodies at random; one question in a hundred never answered."""
    with OpenAIStub(mix(for_good=0.01)) as stub:
        api.endpoint("unwell", stub.base_url, max_in_flight=200, timeout_seconds=2)
        benchmark_id = api.benchmark("bad day", questions(10_000), scorers=EXACT)
        evaluation_id = api.create("unwell", benchmark_id)
        over = api.finish(evaluation_id, patience=280)
        results = api.call("GET", f"/api/v3/evaluations/{evaluation_id}/results")
        calls = stub.stats()["by_prompt"]
    never = {prompt for prompt in calls if mix(for_good=0.01)[0].drawn(0, prompt, 1)}
    assert over["status"] == "READY"
    assert len(calls) == 10_000
    assert sum(calls.values()) <= 1.3 * 10_000
    metrics = results["metrics"]
    assert metrics["errored"] == len(never) == sum(results["errors"].values())
    assert set(results["errors"]) == {"http_500"}
    sevenths = {f"Question {n} of many. answer: {n}" for n in range(7, 10_001, 7)}
    wrong = len(sevenths - never)
    assert metrics["wrong"] == wrong
    assert metrics["right"] == 10_000 - wrong - len(never)
