"""Answers about benchmarks: the documented fields first, in the documented order."""

from __future__ import annotations

from marksheet.dialects.nugen import (
    encode_benchmark,
    encode_benchmark_list,
    encode_benchmark_status,
    encode_benchmark_versions,
    encode_uploaded_benchmark,
)
from marksheet.domain import DomainRule, Question, Status
from tests.nugen_cases import benchmark

SHA256 = benchmark().sha256


def test_an_upload_is_answered_with_its_questions() -> None:
    asked = Question(1, "q1", "How many bells?", "8")
    assert list(encode_uploaded_benchmark(benchmark(), [asked]).items()) == [
        ("id", "task-abc123"),
        ("name", "Lighthouse"),
        ("status", "READY"),
        ("questions", [{"question_num": 1, "question": "How many bells?", "answer": "8"}]),
        ("num_questions", 10),
        ("version", 2),
        ("sha256", SHA256),
    ]


def test_no_more_than_a_thousand_questions_are_repeated() -> None:
    many = [Question(ordinal, str(ordinal), "?") for ordinal in range(1, 1502)]
    body = encode_uploaded_benchmark(benchmark(question_count=1501), many)
    assert (len(body["questions"]), body["num_questions"]) == (1000, 1501)


def test_a_list_shows_each_benchmark_as_documented() -> None:
    (item,) = encode_benchmark_list([benchmark(document_ids=("doc-7",))])["benchmarks"]
    assert list(item.items()) == [
        ("id", "task-abc123"),
        ("benchmark_name", "Lighthouse"),
        ("status", "READY"),
        ("documents", ["doc-7"]),
        ("num_questions", 10),
        ("created_at", "2024-01-10T08:00:00.000Z"),
        ("updated_at", "2024-01-10T08:00:00.000Z"),
        ("version", 2),
        ("sha256", SHA256),
        ("description", None),
    ]


def test_versions_are_shown_as_in_the_list() -> None:
    both = [benchmark(version=1), benchmark()]
    body = encode_benchmark_versions("task-abc123", both)
    assert body == {"id": "task-abc123", "versions": encode_benchmark_list(both)["benchmarks"]}


def test_one_benchmark_is_shown_with_how_it_is_asked_and_marked() -> None:
    body = encode_benchmark(
        benchmark(domain_rules=(DomainRule("no guessing", forbid="guess"),), prompt_template="{question}")
    )
    assert [scorer["name"] for scorer in body["scorers"]] == ["exact_match", "token_f1"]
    assert body["domain_rules"] == [{"name": "no guessing", "forbid": "guess"}]
    assert (body["prompt_template"], body["system_prompt"]) == ("{question}", None)
    assert body["dataset_id"] is None
    assert "questions_key" not in body


def test_one_benchmark_names_the_dataset_it_is_based_on() -> None:
    assert encode_benchmark(benchmark(dataset_id="dataset-1"))["dataset_id"] == "dataset-1"


def test_a_status_has_an_end_once_there_is_one() -> None:
    done = encode_benchmark_status(benchmark())
    assert list(done) == ["id", "benchmark_name", "status", "start_time", "end_time", "error"]
    assert done["end_time"] == "2024-01-10T08:00:00.000Z"
    assert encode_benchmark_status(benchmark(status=Status.PROCESSING))["end_time"] is None
