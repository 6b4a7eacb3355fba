"""What the API answers: creates that are repeated, bad input, and the event at the end."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e import workers
from tests.e2e.client import Api
from tests.stubs.openai_stub import OpenAIStub, Rule

SUMS = [{"question": "1 + 1? answer: 2", "answer": "2"}, {"question": "2 + 2? answer: 4", "answer": "5"}]
TAPE = b'{"question_id":"1","output":"2"}\n{"question_id":"2","output":"4"}\n'


@pytest.fixture
def ready(api: Api) -> tuple[str, str]:
    """A model and a benchmark to evaluate it on."""
    return api.recorded("tape", TAPE), api.benchmark("sums", SUMS)


def test_creates_with_one_idempotency_key_are_one_evaluation_even_at_once(
    api: Api, ready: tuple[str, str]
) -> None:
    body = {"model_id": ready[0], "benchmark_id": ready[1]}

    def create(_: int) -> Any:
        return api.http.post("/api/v3/evaluations", json=body, headers={"Idempotency-Key": "once"})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(create, range(6)))
    assert {answer.status_code for answer in answers} == {200}
    (evaluation_id,) = {answer.json()["evaluation_id"] for answer in answers}
    assert api.call("GET", "/api/v3/evaluations")["total"] == 1
    other = api.http.post(
        "/api/v3/evaluations", json=body | {"trials": 2}, headers={"Idempotency-Key": "once"}
    )
    assert other.status_code == 409
    assert api.finish(evaluation_id)["status"] == "READY"


def test_the_end_of_an_evaluation_is_an_event(api: Api, ready: tuple[str, str]) -> None:
    queue = workers.client("sqs").create_queue(QueueName=f"heard-{api.organization}")["QueueUrl"]
    arn = workers.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    pattern = {"source": ["marksheet"], "detail": {"organization": [api.organization]}}
    workers.client("events").put_rule(Name=api.organization, EventPattern=json.dumps(pattern))
    workers.client("events").put_targets(
        Rule=api.organization, Targets=[{"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}]
    )
    document = api.evaluate(*ready, name="nightly")
    received = workers.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=10)
    (message,) = received["Messages"]
    event = json.loads(message["Body"])
    assert event["detail-type"] == "EvaluationFinished"
    detail = event["detail"]
    assert (detail["evaluation_id"], detail["status"]) == (document["evaluation_id"], "READY")
    assert (detail["name"], detail["models"][0]["metrics"]["accuracy"]) == ("nightly", 0.5)


def test_progress_is_monotonic_and_ends_at_the_total(api: Api) -> None:
    rows = [{"question": f"Question {n}. answer: {n}", "answer": str(n)} for n in range(1, 61)]
    with OpenAIStub(rules=[Rule("latency", delay=0.2)]) as stub:
        api.endpoint("slow", stub.base_url, max_in_flight=6)
        evaluation_id = api.create("slow", api.benchmark("steps", rows), shard_size=6)
        seen: list[int] = []

        def over(status: dict[str, Any]) -> bool:
            seen.append(status["questions_completed"])
            assert status["progress"] == f"{seen[-1]}/60 questions"
            return bool(status["status"] == "READY")

        api.wait(f"/api/v3/evaluations/{evaluation_id}/status", over)
    assert seen == sorted(seen)
    assert seen[-1] == 60
    assert len(set(seen)) > 2


def test_trials_are_all_in_the_file(api: Api, ready: tuple[str, str]) -> None:
    document = api.evaluate(*ready, trials=3)
    rows = [(row["question_id"], row["trial"], row["outcome"]) for row in document["detailed_results"]]
    assert rows == [("1", n, "right") for n in (1, 2, 3)] + [("2", n, "wrong") for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("change", "location"),
    [
        ({"model_id": "nobody"}, ["body", "model_id"]),
        ({"benchmark_id": "bench-nobody"}, ["body", "benchmark_id"]),
        ({"model_id": 7}, ["body", "model_id"]),
        ({"modelid": "x"}, ["body", "modelid"]),
        ({"organization": "umbrella"}, ["body", "organization"]),
        ({"trials": -1}, ["body", "trials"]),
        ({"custom_metrics": ["exact_mach"]}, ["body", "custom_metrics", 0]),
    ],
)
def test_a_bad_create_is_422_with_the_place(
    api: Api, ready: tuple[str, str], change: dict[str, Any], location: list[Any]
) -> None:
    body = {"model_id": ready[0], "benchmark_id": ready[1]} | change
    answer = api.http.post("/api/v3/evaluations", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == location
    assert api.call("GET", "/api/v3/evaluations")["total"] == 0


def test_an_unknown_metric_is_told_what_exists(api: Api, ready: tuple[str, str]) -> None:
    body = {"model_id": ready[0], "benchmark_id": ready[1], "custom_metrics": ["exact_mach"]}
    told = api.http.post("/api/v3/evaluations", json=body).json()["detail"][0]["msg"]
    assert "did you mean" in told.lower()
    assert "exact_match" in told
    assert "numeric" in told


@pytest.mark.parametrize("query", ["limit=1e9", "limit=0", "limit=1000000000", "offset=-1", "status=nope"])
def test_a_bad_query_is_422(api: Api, query: str) -> None:
    assert api.http.get(f"/api/v3/evaluations?{query}").status_code == 422


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'{"question":"1?"}\n' * 6 + b"{broken\n", 7),
        (b'\xef\xbb\xbf{"question":"1?","id":"a"}\r\n\r\n{"question":"2?","id":"a"}\r\n', 3),
        (b'{"question":""}', 1),
    ],
)
def test_a_broken_benchmark_names_its_line(api: Api, content: bytes, line: int) -> None:
    form = {"name": "broken"}
    answer = api.http.post(
        "/api/v3/benchmark/upload", data=form, files={"file": ("b.jsonl", content, "application/x-ndjson")}
    )
    assert answer.status_code == 422
    location = answer.json()["detail"][0]["loc"]
    assert location[location.index("line") + 1] == line
    assert api.call("GET", "/api/v3/benchmark/list")["benchmarks"] == []


def test_a_byte_order_mark_carriage_returns_and_blank_lines_are_fine(api: Api) -> None:
    content = b'\xef\xbb\xbf{"question":"1?","answer":"1"}\r\n\r\n\r\n{"question":"2?","answer":"2"}'
    answer = api.http.post(
        "/api/v3/benchmark/upload", data={"name": "ok"}, files={"file": ("b.jsonl", content)}
    )
    assert answer.json()["num_questions"] == 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"model_id": NaN}', b"[" * 5000])
def test_a_body_that_is_no_object_is_422(api: Api, body: bytes) -> None:
    answer = api.http.post("/api/v3/evaluations", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_results_of_a_running_evaluation_are_400_and_of_none_404(api: Api) -> None:
    with OpenAIStub(rules=[Rule("hang")]) as stub:
        api.endpoint("stuck", stub.base_url, timeout_seconds=600)
        evaluation_id = api.create("stuck", api.benchmark("sums", SUMS))
        for view in ("results", "download"):
            assert api.http.get(f"/api/v3/evaluations/{evaluation_id}/{view}").status_code == 400
            answer = api.http.get(f"/api/v3/evaluations/eval-nothing/{view}")
            assert (answer.status_code, answer.json()) == (404, {"detail": "Evaluation not found"})
        deleted = api.call("DELETE", f"/api/v3/evaluations/{evaluation_id}")
        assert deleted["message"] == "Successfully deleted evaluation"
        assert api.http.get(f"/api/v3/evaluations/{evaluation_id}").status_code == 404
