"""One question, ten thousand, and large texts: right shard counts, small payloads, files of any size."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.e2e import workers
from tests.e2e.client import Api
from tests.stubs.openai_stub import OpenAIStub

MAXIMUM_PAYLOAD = 32 * 1024


def jsonl(count: int) -> bytes:
    rows = (
        {"question_id": f"q{n}", "question": f"Say {n}", "expected_answer": str(n)}
        for n in range(1, count + 1)
    )
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def answers(count: int) -> bytes:
    """Right for even numbers, in reverse order."""
    rows = ({"question_id": f"q{n}", "output": str(n) if n % 2 == 0 else "odd"} for n in range(count, 0, -1))
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize(("count", "shards"), [(1, 1), (10_000, 200)])
def test_shards_totals_and_payloads(
    api: Api, environment: dict[str, str], tmp_path: Path, count: int, shards: int
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(jsonl(count))
    benchmark_id = api.benchmark_file("many", path)
    api.recorded("even", answers(count))
    evaluation_id = api.create("even", benchmark_id)
    document = api.document(evaluation_id)
    right = count // 2
    assert document["raw_answers_count"] == count
    assert (document["metrics"]["right"], document["metrics"]["wrong"]) == (right, count - right)
    assert [row["question_id"] for row in document["detailed_results"]] == [
        f"q{n}" for n in range(1, count + 1)
    ]
    bucket = environment["MARKSHEET_BUCKET"]
    lanes = workers.manifest(bucket, api.organization, evaluation_id)
    assert sum(lane["last_shard"] - lane["first_shard"] + 1 for lane in lanes) == shards
    prefix = f"orgs/{api.organization}/evaluations/{evaluation_id}/runs/"
    pages = workers.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    parts = [entry["Key"] for page in pages for entry in page["Contents"] if "/parts/" in entry["Key"]]
    assert len(parts) == shards
    texts = workers.payloads(evaluation_id)
    assert len(texts) > 4
    assert max(map(len, texts)) < MAXIMUM_PAYLOAD


def test_a_prompt_of_200_kb_and_an_answer_of_1_mb_stay_out_of_the_state(api: Api) -> None:
    long_question = "x" * 200_000 + " answer: " + "y" * 1_000_000
    rows = [{"question_id": "long", "question": long_question[:200_000], "expected_answer": "y"}]
    with OpenAIStub(answers={rows[0]["question"]: "y" * 1_000_000}) as stub:
        api.endpoint("wordy", stub.base_url)
        evaluation_id = api.create("wordy", api.benchmark("long", rows, scorers=["includes"]))
        document = api.document(evaluation_id)
    assert document["metrics"]["right"] == 1
    assert len(document["detailed_results"][0]["model_answer"]) == 1_000_000
    assert max(map(len, workers.payloads(evaluation_id))) < MAXIMUM_PAYLOAD


def test_a_large_download_is_a_redirect_that_ends_as_an_attachment(api: Api) -> None:
    rows = [{"question_id": f"q{n}", "question": "z" * 95_000, "expected_answer": "z"} for n in range(45)]
    api.recorded("short", b"".join(b'{"question_id":"q%d","output":"z"}\n' % n for n in range(45)))
    evaluation_id = api.create("short", api.benchmark("large", rows))
    assert api.finish(evaluation_id)["status"] == "READY"
    answer = api.http.get(f"/api/v3/evaluations/{evaluation_id}/download")
    assert answer.status_code == 307
    file = httpx.get(answer.headers["Location"], timeout=60, trust_env=False)
    assert file.status_code == 200
    assert (
        file.headers["Content-Disposition"] == f"attachment; filename=evaluation_results_{evaluation_id}.json"
    )
    assert file.headers["Content-Type"] == "application/json"
    assert len(file.json()["detailed_results"]) == 45


def test_a_presigned_post_takes_no_byte_too_many_and_no_other_key(api: Api) -> None:
    upload = api.call("POST", "/api/v3/benchmark/upload-url", json={"name": "b", "filename": "b.jsonl"})
    fields = upload["upload"]["fields"]
    for change in ({"key": "orgs/other/uploads/x.upload"}, {"Content-Type": "text/html"}):
        refused = httpx.post(
            upload["upload"]["url"], data=fields | change, files={"file": b"{}"}, trust_env=False
        )
        assert refused.status_code == 403
    empty = httpx.post(upload["upload"]["url"], data=fields, files={"file": b""}, trust_env=False)
    assert empty.status_code == 400
