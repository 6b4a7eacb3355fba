"""The /v2/gen-ai surface on the stack: with the official client from nothing to every result, and by hand
where that client looks away.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.client import Api

SCRIPTS = Path(__file__).parent / "clients"
AGENTS = ["steady", "hasty"]
QUESTIONS = 20


def play(python: Path, script: str, told: dict[str, Any]) -> Any:
    """What a user's script prints."""
    done = subprocess.run(
        [python, SCRIPTS / script, json.dumps(told)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def agents(api: Api) -> list[str]:
    """Two models with recorded answers: one is right but for the last question, one is right every other time
    and does not answer the last.
    """
    answers: dict[str, list[str | None]] = {
        "steady": [str(n) for n in range(1, QUESTIONS)] + ["nothing"],
        "hasty": [str(n if n % 2 else 0) for n in range(1, QUESTIONS)] + [None],
    }
    for model_id, texts in answers.items():
        rows = [
            {"question_id": str(n), "output": text, "prompt_tokens": 10 + n, "completion_tokens": n}
            for n, text in enumerate(texts, 1)
            if text is not None
        ]
        api.recorded(model_id, "\n".join(map(json.dumps, rows)).encode())
    return AGENTS


def test_the_official_client_gets_from_nothing_to_every_result(
    api: Api, agents: list[str], clients_python: Path
) -> None:
    csv = "query,expected_response\n" + "".join(f"Say {n},{n}\n" for n in range(1, QUESTIONS + 1))
    key = api.http.headers["Authorization"].removeprefix("Bearer ")
    told = {
        "url": api.url,
        "key": key,
        "csv": csv,
        "agents": agents,
        "metrics": ["exact_match", "token_f1"],
        "name": "say it",
    }
    seen = play(clients_python, "pydo_runs.py", told)

    assert [d["dataset_uuid"] for d in seen["datasets"]] == [seen["dataset"]]
    assert seen["datasets"][0]["row_count"] == QUESTIONS
    assert seen["repeated"] == seen["runs"]
    assert [run["agent_uuid"] for run in seen["ended"]] == agents
    assert [run["status"] for run in seen["ended"]] == [
        "EVALUATION_RUN_SUCCESSFUL",
        "EVALUATION_RUN_PARTIALLY_SUCCESSFUL",
    ]
    assert [run["pass_status"] for run in seen["ended"]] == [True, False]
    assert seen["one"] == seen["prompts"][0][2]
    assert seen["changed"] == {"test_case_uuid": seen["test_case"], "version": 2}
    assert [m["metric_name"] for m in seen["seen"]["metrics"]] == ["exact_match"]
    assert [m["metric_name"] for m in seen["first"]["evaluation_test_case"]["metrics"]] == told["metrics"]
    assert (seen["seen"]["total_runs"], seen["seen"]["latest_version_number_of_runs"]) == (2, 0)
    assert {run["evaluation_run_uuid"] for run in seen["listed"]} == set(seen["runs"])
    assert seen["of_latest"] == []
    assert [case["test_case_uuid"] for case in seen["cases"]] == [seen["test_case"]]
    assert seen["workspace"]["evaluation_test_cases"] == seen["cases"]
    assert seen["downloaded"] == csv
    assert seen["unknown"]["id"] == "not_found"
    assert (seen["deleted"], seen["left"]) == ({}, [])

    evaluations = api.call("GET", "/api/v3/evaluations")["evaluations"]
    assert len(evaluations) == len(agents)
    documents = {e["model_id"]: api.document(e["evaluation_id"]) for e in evaluations}
    for agent, ended, prompts in zip(agents, seen["ended"], seen["prompts"], strict=True):
        holds_the_same(documents[agent], ended, prompts)


def holds_the_same(document: dict[str, Any], run: dict[str, Any], prompts: list[dict[str, Any]]) -> None:
    """What pydo was told of a run is what the downloaded results say."""
    rows = document["detailed_results"]
    assert [prompt["prompt_id"] for prompt in prompts] == list(range(1, len(rows) + 1))
    for row, prompt in zip(rows, prompts, strict=True):
        assert (prompt["input"], prompt["ground_truth"]) == (row["question"], row["expected_answer"])
        assert prompt.get("output") == row["model_answer"]
        assert prompt.get("input_tokens") == text_of(row.get("prompt_tokens"))
        assert prompt.get("output_tokens") == text_of(row.get("completion_tokens"))
        values = {m["metric_name"]: m.get("number_value") for m in prompt["prompt_level_metric_results"]}
        assert {name: None if v is None else round(v, 4) for name, v in values.items() if v is not None} == {
            name: score for name, score in row["scores"].items() if score is not None
        }
        failed = [m for m in prompt["prompt_level_metric_results"] if m["status"].endswith("FAILED")]
        assert bool(failed) == (row["outcome"] in ("unscored", "errored"))
    told = {m["metric_name"]: m["number_value"] for m in run["run_level_metric_results"]}
    assert round(told["exact_match"], 4) == document["metrics"]["accuracy"]
    assert round(told["token_f1"], 4) == document["metrics"]["relevance"]


def text_of(number: int | None) -> str | None:
    return None if number is None else str(number)


# By hand: the client takes any JSON, and every 404, for an answer.

GEN_AI = "/v2/gen-ai"
UNKNOWN = "019b7ca9-8ca0-774e-9ba1-bcabc8446f25"


def sent(api: Api, content: bytes, name: str = "q.csv") -> str:
    """The key of a file that was sent."""
    files = {"files": [{"file_name": name, "file_size": len(content)}]}
    asked = api.call("POST", f"{GEN_AI}/evaluation_datasets/file_upload_presigned_urls", json=files)
    upload = asked["uploads"][0]
    put = httpx.put(upload["presigned_url"], content=content, timeout=60, trust_env=False)
    assert put.status_code == 200, put.text
    return str(upload["object_key"])


def dataset(api: Api, content: bytes, name: str = "sums") -> str:
    body = {"name": name, "file_upload_dataset": {"stored_object_key": sent(api, content)}}
    return str(api.call("POST", f"{GEN_AI}/evaluation_datasets", json=body)["evaluation_dataset_uuid"])


def run_of(api: Api, agent: str, **case: Any) -> str:
    """A run that is over, of a dataset of two rows."""
    uuid = dataset(api, b"query,ground_truth,context\nSay 1,1,One is 1.\nSay 2,2,\n")
    body = {"name": "case", "dataset_uuid": uuid, **case}
    test_case = api.call("POST", f"{GEN_AI}/evaluation_test_cases", json=body)["test_case_uuid"]
    asked = {"test_case_uuid": test_case, "agent_deployment_names": [agent]}
    started = api.call("POST", f"{GEN_AI}/evaluation_runs", json=asked)["evaluation_run_uuids"]
    path = f"{GEN_AI}/evaluation_runs/{started[0]}"
    api.wait(path, lambda answer: "finished_at" in answer["evaluation_run"])
    return str(started[0])


def test_an_answer_is_typed_as_documented_to_the_last_field(api: Api) -> None:
    api.recorded("m", b'{"question_id": "1", "output": "One, so 1", "prompt_tokens": 7}')
    run = run_of(api, "m")
    answer = api.http.get(f"{GEN_AI}/evaluation_runs/{run}/results?page=1&per_page=1")
    assert b"null" not in answer.content
    assert b"NaN" not in answer.content
    body = answer.json()
    told = body["evaluation_run"]
    assert type(told["test_case_version"]) is int
    assert told["queued_at"].endswith("Z")
    assert "pass_status" not in told
    (prompt,) = body["prompts"]
    assert (type(prompt["prompt_id"]), prompt["input_tokens"]) == (int, "7")
    assert "output_tokens" not in prompt
    (chunk,) = prompt["prompt_chunks"]
    assert (chunk["chunk_used"], type(chunk["chunk_usage_pct"])) == (True, float)
    assert "index_uuid" not in chunk
    result = prompt["prompt_level_metric_results"][0]
    assert (type(result["number_value"]), result["metric_value_type"]) == (float, "METRIC_VALUE_TYPE_NUMBER")
    assert body["meta"] == {"page": 1, "pages": 2, "total": 2}
    next_page = api.call("GET", body["links"]["pages"]["next"])
    (unanswered,) = next_page["prompts"]
    assert "output" not in unanswered
    assert {m["status"] for m in unanswered["prompt_level_metric_results"]} == {
        "EVALUATION_METRIC_RESULT_STATUS_FAILED"
    }


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer msk_nobody", "Basic !"])
def test_every_path_refuses_who_has_no_key_in_the_dialects_form(api: Api, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for path, told in (
        ("evaluation_runs/x", (401, "unauthorized")),
        ("model_evaluation_runs", (404, "not_found")),
        ("nowhere/at/all", (404, "not_found")),
    ):
        answer = httpx.get(f"{api.url}{GEN_AI}/{path}", headers=headers, timeout=60, trust_env=False)
        assert (answer.status_code, answer.json()["id"]) == told
        assert answer.json()["request_id"]
    known = httpx.get(f"{api.url}{GEN_AI}/evaluation_metrics", headers=headers, timeout=60, trust_env=False)
    assert (known.status_code, known.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/evaluation_runs", 405),
        ("DELETE", "/evaluation_metrics", 405),
        ("GET", "/model_evaluation_runs", 404),
        ("GET", "/evaluation_runs/a/b/c/d", 404),
        ("GET", f"/evaluation_runs/{UNKNOWN}", 404),
        ("GET", f"/evaluation_runs/{UNKNOWN}/results", 404),
        ("GET", f"/evaluation_runs/{UNKNOWN}/results/1", 404),
        ("GET", f"/evaluation_test_cases/{UNKNOWN}", 404),
        ("GET", f"/evaluation_datasets/{UNKNOWN}/download_url", 404),
        ("DELETE", f"/evaluation_datasets/{UNKNOWN}", 404),
        ("GET", "/evaluation_runs/..%2F..%2Forgs%2Facme", 404),
        ("GET", "/evaluation_runs/%2e%2e%2f%2e%2e/results", 404),
        ("GET", "/evaluation_runs/..%5c..%00/results/1", 404),
        ("GET", f"/evaluation_runs/{UNKNOWN}/results/..%2F1", 404),
        ("POST", "/evaluation_runs", 400),
        ("PUT", f"/evaluation_test_cases/{UNKNOWN}", 400),
    ],
)
def test_what_is_not_there_is_told_as_json(api: Api, method: str, path: str, status: int) -> None:
    answer = api.http.request(method, GEN_AI + path, content=b"{" if method in ("POST", "PUT") else None)
    assert answer.status_code == status
    assert set(answer.json()) == {"id", "message", "request_id"}
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


def test_a_body_of_five_megabytes_is_refused(api: Api) -> None:
    answer = api.http.post(f"{GEN_AI}/evaluation_runs", content=b'"' + b"x" * 5_000_000 + b'"')
    assert (answer.status_code, answer.json()["id"]) == (413, "too_large")


def test_a_file_of_another_size_than_announced_is_refused(api: Api) -> None:
    files = {"files": [{"file_name": "q.csv", "file_size": "10"}]}
    asked = api.call("POST", f"{GEN_AI}/evaluation_datasets/file_upload_presigned_urls", json=files)
    url = asked["uploads"][0]["presigned_url"]
    assert httpx.put(url, content=b"query\nabc", timeout=60, trust_env=False).status_code == 403
    assert httpx.put(url, content=b"query\nabcd", timeout=60, trust_env=False).status_code == 200


def test_another_organization_finds_nothing(api: Api, environment: dict[str, str]) -> None:
    api.recorded("m", b'{"question_id": "1", "output": "1"}')
    run = run_of(api, "m")
    seen = api.call("GET", f"{GEN_AI}/evaluation_runs/{run}")["evaluation_run"]
    uuid = api.call("GET", f"{GEN_AI}/evaluation_datasets")["evaluation_datasets"][0]["dataset_uuid"]
    case = seen["test_case_uuid"]
    with Api.of(environment) as stranger:
        for path in (
            f"evaluation_runs/{run}",
            f"evaluation_runs/{run}/results",
            f"evaluation_runs/{run}/results/1",
            f"evaluation_test_cases/{case}",
            f"evaluation_test_cases/{case}/evaluation_runs",
            f"evaluation_datasets/{uuid}/download_url",
        ):
            assert stranger.http.get(f"{GEN_AI}/{path}").status_code == 404, path
        body = {"test_case_uuid": case, "agent_uuids": ["m"]}
        assert stranger.http.post(f"{GEN_AI}/evaluation_runs", json=body).status_code == 400
        assert stranger.http.delete(f"{GEN_AI}/evaluation_datasets/{uuid}").status_code == 404


def test_a_run_of_the_other_surface_is_a_run_here(api: Api) -> None:
    rows = [{"question_id": "1", "question": "Say 1", "expected_answer": "1"}]
    benchmark = api.benchmark("elsewhere", rows)
    api.recorded("m", b'{"question_id": "1", "output": "1"}')
    api.evaluate("m", benchmark)
    (known,) = api.call("GET", f"{GEN_AI}/evaluation_datasets")["evaluation_datasets"]
    assert known["dataset_name"] == "elsewhere"
    evaluation = api.call("GET", "/api/v3/evaluations")["evaluations"][0]["evaluation_id"]
    run_id = api.call("GET", f"/api/v3/evaluations/{evaluation}")["run_ids"][0]
    answer = api.call("GET", f"{GEN_AI}/evaluation_runs/{run_id}/results")
    assert answer["evaluation_run"]["status"] == "EVALUATION_RUN_SUCCESSFUL"
    assert "test_case_uuid" not in answer["evaluation_run"]
    assert [prompt["output"] for prompt in answer["prompts"]] == ["1"]
