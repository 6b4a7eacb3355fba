"""Answers about benchmarks. Documented fields come first and in the documented order, ours after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.nugen.evaluation_responses import encode_status_word
from marksheet.domain import Status
from marksheet.scoring import encode_rules, encode_specs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet.domain import Benchmark, Question

MOST_ECHOED_QUESTIONS = 1000
"""An upload's answer repeats its questions up to here; `num_questions` says how many there are."""


def encode_uploaded_benchmark(benchmark: Benchmark, questions: Sequence[Question]) -> dict[str, Any]:
    """The answer to an upload."""
    return {
        "id": benchmark.benchmark_id,
        "name": benchmark.name,
        "status": encode_status_word(benchmark.status),
        "questions": [
            {
                "question_num": question.ordinal,
                "question": question.question,
                "answer": question.expected_answer,
            }
            for question in questions[:MOST_ECHOED_QUESTIONS]
        ],
        "num_questions": benchmark.question_count,
        "version": benchmark.version,
        "sha256": benchmark.sha256,
    }


def encode_benchmark_list(benchmarks: Iterable[Benchmark]) -> dict[str, Any]:
    """The latest version of each benchmark."""
    return {"benchmarks": [_encode_item(benchmark) for benchmark in benchmarks]}


def encode_benchmark_versions(benchmark_id: str, versions: Iterable[Benchmark]) -> dict[str, Any]:
    """All versions of one benchmark, each as in the list."""
    return {"id": benchmark_id, "versions": [_encode_item(version) for version in versions]}


def encode_benchmark(benchmark: Benchmark) -> dict[str, Any]:
    """One version, with how it is asked and marked."""
    return {
        **_encode_item(benchmark),
        "dataset_id": benchmark.dataset_id,
        "scorers": encode_specs(benchmark.scorers),
        "domain_rules": encode_rules(benchmark.domain_rules),
        "prompt_template": benchmark.prompt_template,
        "system_prompt": benchmark.system_prompt,
        "error": benchmark.error,
    }


def encode_benchmark_status(benchmark: Benchmark) -> dict[str, Any]:
    """Where a benchmark stands. It is made in one step, so it starts and ends at the same moment."""
    finished = benchmark.status is not Status.PROCESSING
    return {
        "id": benchmark.benchmark_id,
        "benchmark_name": benchmark.name,
        "status": encode_status_word(benchmark.status),
        "start_time": benchmark.created_at,
        "end_time": benchmark.created_at if finished else None,
        "error": benchmark.error,
    }


def _encode_item(benchmark: Benchmark) -> dict[str, Any]:
    """`updated_at` is `created_at`: a version never changes."""
    return {
        "id": benchmark.benchmark_id,
        "benchmark_name": benchmark.name,
        "status": encode_status_word(benchmark.status),
        "documents": list(benchmark.document_ids),
        "num_questions": benchmark.question_count,
        "created_at": benchmark.created_at,
        "updated_at": benchmark.created_at,
        "version": benchmark.version,
        "sha256": benchmark.sha256,
        "description": benchmark.description,
    }
