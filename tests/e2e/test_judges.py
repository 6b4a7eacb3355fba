"""Judges, pairs, earlier answers and budgets through the API, the state machine and the enforced roles."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from marksheet_cli.local.stack import LocalStack
from tests.e2e import workers
from tests.e2e.client import Api
from tests.stubs.openai_stub import OpenAIStub

PRICES = {"usd_per_million_prompt_tokens": "1", "usd_per_million_completion_tokens": "10"}
CALL = Decimal("0.0002")
"""100 prompt tokens and 10 completion tokens at these prices."""
JUDGED = [{"name": "llm_judge", "options": {"model": "judge", "rubric": "Does it give the expected answer?"}}]


def fenced(prompt: str, name: str) -> str:
    """What stands in a fence of this name."""
    found = re.search(rf"<{name}[^>]*>\n?(.*?)\n?</{name}", prompt, re.DOTALL)
    assert found, f"no {name} in the judge's prompt"
    return found[1].strip()


def verdict(prompt: str) -> str:
    """An honest judge: compares what is in the fences, and ends with the line it was asked for."""
    anchor = re.findall(r"VERDICT-\w+", prompt)[-1]
    wanted = fenced(prompt, "expected_answer")
    if "<first_answer" in prompt:
        right = [fenced(prompt, name) == wanted for name in ("first_answer", "second_answer")]
        winner = {(True, False): "FIRST", (False, True): "SECOND"}.get((right[0], right[1]), "TIE")
        return f"I compared them.\n{anchor}: {winner}"
    told = "CORRECT" if fenced(prompt, "answer") == wanted else "INCORRECT"
    return f"I looked it up.\n{anchor}: {told}"


@pytest.fixture
def judge() -> Iterator[OpenAIStub]:
    with OpenAIStub(prompt_tokens=100, completion_tokens=10) as stub:
        stub.script.answer_to = verdict  # type: ignore[method-assign]
        yield stub


@pytest.fixture
def model() -> Iterator[OpenAIStub]:
    with OpenAIStub(latency=0.02, prompt_tokens=100, completion_tokens=10) as stub:
        yield stub


def questions(count: int) -> list[dict[str, str]]:
    """Questions the stub answers rightly, but for every fourth."""
    return [
        {
            "question_id": f"q{n}",
            "question": f"Question {n} of many. answer: {n}",
            "expected_answer": str(n) if n % 4 else "never",
        }
        for n in range(1, count + 1)
    ]


def counts(metrics: dict[str, Any]) -> list[int]:
    return [metrics[name] for name in ("right", "wrong", "unscored", "errored")]


def test_a_judge_marks_every_answer_once(api: Api, model: OpenAIStub, judge: OpenAIStub) -> None:
    api.endpoint("asked", model.base_url, **PRICES)
    api.endpoint("judge", judge.base_url, max_in_flight=4, **PRICES)
    benchmark_id = api.benchmark("judged", questions(60))
    document = api.evaluate("asked", benchmark_id, custom_metrics=JUDGED)
    assert counts(document["metrics"]) == [45, 15, 0, 0]
    assert judge.stats()["calls"] == 60
    assert judge.stats()["max_in_flight"] <= 4


def test_a_judge_that_rambles_leaves_answers_unscored(api: Api, model: OpenAIStub, judge: OpenAIStub) -> None:
    judge.script.answer_to = lambda prompt: "Ignore the rubric. I give it 10 out of 10. CORRECT!"  # type: ignore[method-assign]
    api.endpoint("asked", model.base_url)
    api.endpoint("judge", judge.base_url)
    benchmark_id = api.benchmark("rambling", questions(8))
    document = api.evaluate("asked", benchmark_id, custom_metrics=JUDGED)
    assert counts(document["metrics"]) == [0, 0, 8, 0]
    assert judge.stats()["calls"] == 16


def test_pairs_are_judged_in_both_orders_after_the_answers(
    api: Api, model: OpenAIStub, judge: OpenAIStub
) -> None:
    api.endpoint("asked", model.base_url)
    api.endpoint("judge", judge.base_url)
    rows = [f'{{"question_id": "q{n}", "output": "never"}}' for n in range(1, 41)]
    api.recorded("stubborn", "\n".join(rows).encode())
    benchmark_id = api.benchmark("pairs", questions(40), scorers=[{"name": "exact_match"}])
    document = api.evaluate("stubborn", benchmark_id, model_id_2="asked", pairwise={"model": "judge"})
    found = document["comparison"]["pairwise"]
    # "asked" is right but for every fourth question, which "stubborn" has right.
    assert [found[kind] for kind in ("eval_wins", "base_wins", "ties", "contradictory")] == [30, 10, 0, 0]
    assert found["position_bias"]["first_share"] == 0.5
    assert judge.stats()["calls"] == 80


def test_killed_workers_judge_every_pair_and_count_it_once(
    api: Api, judge: OpenAIStub, local_stack: LocalStack
) -> None:
    """Workers of the pairs' stage are killed; verdicts that were saved are not asked for again."""
    count, in_flight, kills = 150, 4, 0
    judge.script.latency = 0.1
    api.endpoint("judge", judge.base_url, max_in_flight=in_flight)
    for model_id, given in (("base", "wrong"), ("eval", "right")):
        rows = [{"question_id": f"q{n}", "output": given if n % 5 else "same"} for n in range(1, count + 1)]
        api.recorded(model_id, "\n".join(map(json.dumps, rows)).encode())
    asked = [
        {"question_id": f"q{n}", "question": f"The {n}th?", "expected_answer": "right"}
        for n in range(1, count + 1)
    ]
    benchmark_id = api.benchmark("pairs", asked, scorers=[{"name": "exact_match"}])
    evaluation_id = api.create(
        "base", benchmark_id, model_id_2="eval", pairwise={"model": "judge"}, shard_size=25
    )
    path = f"/api/v3/evaluations/{evaluation_id}/status"
    while api.call("GET", path)["status"] == "PROCESSING" and kills < 3:
        time.sleep(0.7)
        if judge.stats()["calls"]:
            for pid in workers.pids(local_stack.pid or 0, "ScoreShard"):
                kills += workers.kill(pid)
    document = api.document(evaluation_id)
    found = document["comparison"]["pairwise"]
    assert kills >= 2
    assert [found[kind] for kind in ("eval_wins", "base_wins", "ties", "errored")] == [120, 0, 30, 0]
    assert (found["n"], found["identical"]) == (count, 30)
    calls = judge.stats()["by_prompt"]
    assert len(calls) == 240
    # Of a pair that was under way, both orders may be asked for again.
    assert sum(calls.values()) - 240 <= 2 * in_flight * kills


def test_earlier_answers_are_marked_again_and_no_model_is_called(api: Api, model: OpenAIStub) -> None:
    api.endpoint("asked", model.base_url)
    benchmark_id = api.benchmark("again", questions(40), scorers=[{"name": "exact_match"}])
    first = api.create("asked", benchmark_id)
    assert counts(api.document(first)["metrics"]) == [30, 10, 0, 0]
    calls = model.stats()["calls"]
    body = {"answers_from": first, "custom_metrics": ["levenshtein", "exact_match"]}
    second = api.call("POST", "/api/v3/evaluations", json=body)["evaluation_id"]
    document = api.document(second)
    assert [scorer["name"] for scorer in document["scorers"]] == ["levenshtein", "exact_match"]
    assert model.stats()["calls"] == calls == 40


def test_a_budget_of_half_the_cost_stops_near_the_half_and_a_larger_one_finishes(
    api: Api, model: OpenAIStub
) -> None:
    count = 200
    api.endpoint("asked", model.base_url, max_in_flight=10, **PRICES)
    benchmark_id = api.benchmark("budget", questions(count), scorers=[{"name": "exact_match"}])
    half = count * CALL / 2
    evaluation_id = api.create("asked", benchmark_id, max_cost_usd=str(half), shard_size=20)
    stopped = api.finish(evaluation_id)
    assert (stopped["status"], stopped["stopped"], stopped["has_results"]) == ("FAILED", True, True)
    asked = model.stats()["calls"]
    assert 90 <= asked <= 110
    assert Decimal(stopped["budget"]["spent_usd"]) == asked * CALL
    path = f"/api/v3/evaluations/{evaluation_id}"
    assert api.http.get(f"{path}/results").status_code == 400
    partial = api.call("GET", f"{path}/results", params={"partial": "true"})
    answered = partial["metrics"]["right"] + partial["metrics"]["wrong"]
    assert answered == asked
    assert api.http.post(f"{path}/resume").status_code == 409
    api.call("POST", f"{path}/resume", json={"max_cost_usd": "1"})
    document = api.document(evaluation_id)
    assert counts(document["metrics"]) == [150, 50, 0, 0]
    assert set(model.stats()["by_prompt"].values()) == {1}
    assert model.stats()["calls"] == count


def test_a_dry_run_tells_the_cost_and_asks_nothing(api: Api, model: OpenAIStub) -> None:
    api.endpoint("asked", model.base_url, **PRICES)
    benchmark_id = api.benchmark("dry", questions(20))
    body = {"model_id": "asked", "benchmark_id": benchmark_id, "dry_run": True}
    estimate = api.call("POST", "/api/v3/evaluations", json=body)
    assert estimate["calls"] == 20
    assert Decimal(estimate["cost_usd"]) > 0
    assert api.call("GET", "/api/v3/evaluations")["total"] == 0
    assert model.stats()["calls"] == 0
