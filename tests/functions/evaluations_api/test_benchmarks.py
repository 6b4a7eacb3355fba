"""Routes of benchmarks and of uploaded files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marksheet.domain import Caller, DomainRule, Question, Role, ScorerSpec, Status
from marksheet.errors import InvalidUpload, NotFound, TooLarge
from marksheet.store.objects import PresignedPost
from marksheet.uploads import Upload, UploadStatus
from tests.nugen_cases import benchmark

CALLER = Caller("acme", "abcdefghijklmnop", frozenset({"evaluations:read", "evaluations:write"}))
UPLOAD = Upload("upload-01", PresignedPost("https://storage.example.com/", {"key": "k"}), 900, 1000)


def test_a_form_is_taken_in_as_a_benchmark(event: Any, call: Any, play: Any) -> None:
    upload = play("benchmarks.upload", (benchmark(), [Question(1, "1", "How many bells?", "8")]))
    answer = call(event("benchmark_upload_form"))
    assert (answer.status, answer.json["id"], answer.json["num_questions"]) == (200, "task-abc123", 10)
    ((caller, new, content, file_format), _) = upload.calls[0]
    assert (caller, new.name, new.document_ids, new.description) == (CALLER, "Lighthouse", ("doc-7",), None)
    assert new.scorers == (ScorerSpec("exact_match", Role.CORRECTNESS),)
    assert ([row["question_num"] for row in json.loads(content)], file_format) == ([1, 2], "json")


def test_a_json_body_is_taken_in_as_a_benchmark(event: Any, call: Any, play: Any) -> None:
    upload = play("benchmarks.upload", (benchmark(), []))
    assert call(event("benchmark_upload_json")).status == 200
    ((_, new, content, file_format), _) = upload.calls[0]
    assert new.domain_rules == (DomainRule("no guessing", forbid="(?i)i guess"),)
    assert (len(json.loads(content)), file_format) == (2, "json")


def test_a_wrong_file_is_refused_with_line_and_field(event: Any, call: Any, play: Any) -> None:
    play("benchmarks.upload", InvalidUpload("must be text", line=7, field="question"))
    answer = call(event("benchmark_upload_form"))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, ["body", "file", "line", 7, "question"])


def test_a_citation_that_fails_is_refused_at_its_question(event: Any, call: Any, play: Any) -> None:
    play("benchmarks.upload", InvalidUpload("has no page 9", line=2, field="context", unit="element"))
    answer = call(event("benchmark_upload_json"))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, ["body", "questions", 1, "context"])


def test_a_file_that_is_too_large_is_told_another_way(event: Any, call: Any, play: Any) -> None:
    play("benchmarks.upload", TooLarge("send it through upload-url"))
    answer = call(event("benchmark_upload_form"))
    assert (answer.status, answer.json) == (413, {"detail": "send it through upload-url"})


def test_a_body_that_is_not_the_base64_it_is_said_to_be_is_refused(event: Any, call: Any, play: Any) -> None:
    upload = play("benchmarks.upload", (benchmark(), []))
    assert call(event("benchmark_upload_form", body="%%%")).status == 422
    assert upload.calls == []


def test_a_file_to_come_gets_a_form_to_send_it_with(event: Any, call: Any, play: Any) -> None:
    request_upload = play("benchmarks.request_upload", UPLOAD)
    assert call(event("benchmark_upload_url")).json == {
        "upload_id": "upload-01",
        "upload": {"url": "https://storage.example.com/", "fields": {"key": "k"}},
        "expires_in": 900,
        "maximum_bytes": 1000,
    }
    ((_, new, file_format), _) = request_upload.calls[0]
    assert ([spec.name for spec in new.scorers], file_format) == (["exact_match", "token_f1"], "jsonl")


def test_an_upload_says_what_became_of_it(event: Any, call: Any, play: Any) -> None:
    status = play("uploads.status", UploadStatus("upload-01", Status.READY, "bench-1", 3, count=10))
    body = call(event("benchmark_upload_status")).json
    assert (body["status"], body["benchmark_id"], body["version"], body["count"]) == (
        "READY",
        "bench-1",
        3,
        10,
    )
    assert status.calls == [((CALLER, "upload-01"), {})]


@pytest.mark.parametrize("path", ["/api/v3/benchmark/list", "/api/v3/benchmark/list/"])
def test_all_benchmarks_are_listed(path: str, event: Any, call: Any, play: Any) -> None:
    play("benchmarks.list_all", [benchmark()])
    (item,) = call(event("benchmark_list", rawPath=path)).json["benchmarks"]
    assert (item["id"], item["benchmark_name"]) == ("task-abc123", "Lighthouse")


def test_one_version_of_a_benchmark_is_shown(event: Any, call: Any, play: Any) -> None:
    get = play("benchmarks.get", benchmark())
    assert call(event("benchmark_get")).json["version"] == 2
    assert get.calls == [((CALLER, "task-abc123", 2), {})]


def test_the_latest_version_is_shown_when_none_is_named(event: Any, call: Any, play: Any) -> None:
    get = play("benchmarks.get", benchmark())
    call(event("benchmark_get", queryStringParameters=None))
    assert get.calls == [((CALLER, "task-abc123", None), {})]


def test_the_status_of_a_benchmark_is_shown(event: Any, call: Any, play: Any) -> None:
    play("benchmarks.get", benchmark())
    assert call(event("benchmark_status")).json["status"] == "READY"


def test_all_versions_of_a_benchmark_are_listed(event: Any, call: Any, play: Any) -> None:
    play("benchmarks.versions", [benchmark(version=1), benchmark()])
    assert [item["version"] for item in call(event("benchmark_versions")).json["versions"]] == [1, 2]


def test_a_benchmark_is_deleted(event: Any, call: Any, play: Any) -> None:
    delete = play("benchmarks.delete", benchmark())
    answer = call(event("benchmark_delete"))
    assert answer.json == {"id": "task-abc123", "message": "Successfully deleted benchmark"}
    assert delete.calls == [((CALLER, "task-abc123"), {})]


@pytest.mark.parametrize(
    ("case", "use_case"),
    [
        ("benchmark_get", "benchmarks.get"),
        ("benchmark_status", "benchmarks.get"),
        ("benchmark_versions", "benchmarks.versions"),
        ("benchmark_delete", "benchmarks.delete"),
    ],
)
def test_an_unknown_benchmark_is_not_found(
    case: str, use_case: str, event: Any, call: Any, play: Any
) -> None:
    play(use_case, NotFound("Benchmark", "task-abc123"))
    answer = call(event(case))
    assert (answer.status, answer.json) == (404, {"detail": "Benchmark not found"})
