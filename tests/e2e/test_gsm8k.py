"""1,319 real questions and two models' real answers: the published counts, to the last one."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from marksheet_cli.local.stack import LocalStack
from tests.e2e import workers
from tests.e2e.client import Api

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "gsm8k"
SCORERS = [{"name": "numeric", "options": {"marker": "A:"}}]

pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason=f"the GSM8K questions and answers are not at {DATA.name}/ beside the checkout"
)


@pytest.fixture
def benchmark_id(api: Api) -> str:
    for model in ("6b_finetuning", "6b_verification"):
        api.recorded(model, (DATA / f"answers.{model}.jsonl").read_bytes())
    return api.benchmark_file("gsm8k", DATA / "questions.jsonl", scorers=SCORERS)


def test_the_comparison_reports_the_published_counts_whatever_the_shards(api: Api, benchmark_id: str) -> None:
    documents = [
        api.evaluate("6b_finetuning", benchmark_id, model_id_2="6b_verification", shard_size=size)
        for size in (5, 50)
    ]
    for document in documents:
        base, new = document["base_model"]["metrics"], document["eval_model"]["metrics"]
        assert (base["right"], base["wrong"], base["unscored"], base["errored"]) == (286, 1033, 0, 0)
        assert (new["right"], new["wrong"], new["unscored"], new["errored"]) == (515, 804, 0, 0)
        assert document["comparison"]["better_model"] == "6b_verification"
        found = document["comparison"]["statistics"]["accuracy"]
        assert (found["n"], found["gained"], found["lost"]) == (1319, 293, 64)
        assert found["difference"] == pytest.approx(229 / 1319, abs=1e-15)
        assert (found["low"], found["high"]) == pytest.approx((0.14688, 0.19982), abs=5e-6)
        assert (found["method"], found["test"], found["verdict"]) == ("mcnemar", "mcnemar", "better")
        assert found["p_value"] == found["p_holm"] == pytest.approx(3.93e-36, rel=1e-3)
    by_fives, by_fifties = documents
    for model in ("base_model", "eval_model"):
        assert by_fives[model] == by_fifties[model]
    assert by_fives["comparison"] == by_fifties["comparison"]


def test_killed_workers_and_second_deliveries_change_no_count(
    api: Api, benchmark_id: str, local_stack: LocalStack, environment: dict[str, str]
) -> None:
    function = workers.function_name(environment["MARKSHEET_STACK"], "ScoreShard")
    evaluation_id = api.create("6b_finetuning", benchmark_id, model_id_2="6b_verification", shard_size=5)
    api.wait(f"/api/v3/evaluations/{evaluation_id}/status", lambda status: status["start_time"])
    arn, _ = workers.execution(evaluation_id)
    events = [
        {
            "organization": api.organization,
            "evaluation_id": evaluation_id,
            "attempt": 1,
            "lane": lane,
            "invocation": {"execution": arn, "retry": 0},
        }
        for lane in workers.manifest(environment["MARKSHEET_BUCKET"], api.organization, evaluation_id)
    ]
    deliveries = [
        threading.Thread(
            target=workers.client("lambda").invoke,
            kwargs={"FunctionName": function, "Payload": json.dumps(event)},
        )
        for event in events
    ]
    for delivery in deliveries:
        delivery.start()
    kills = 0
    path = f"/api/v3/evaluations/{evaluation_id}/status"
    while api.call("GET", path)["status"] == "PROCESSING" and kills < 4:
        time.sleep(1.5)
        kills += sum(map(workers.kill, workers.pids(local_stack.pid or 0, "ScoreShard")))
    document = api.document(evaluation_id)
    for delivery in deliveries:
        delivery.join()
    assert kills > 0
    assert document["base_model"]["metrics"]["right"] == 286
    assert document["eval_model"]["metrics"]["right"] == 515
    assert document["raw_answers_count"] == 2 * 1319
    for model in ("base_model", "eval_model"):
        ids = [row["question_id"] for row in document[model]["detailed_results"]]
        assert len(ids) == len(set(ids)) == 1319
