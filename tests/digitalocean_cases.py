"""The values of the core behind the golden files of the /v2/gen-ai surface, and the files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from marksheet.domain import (
    Benchmark,
    CaseVersion,
    Counts,
    Evaluation,
    EvaluationCase,
    EvaluationDataset,
    MarkedRow,
    MetricValue,
    Model,
    Outcome,
    ProviderName,
    Question,
    Role,
    Run,
    Score,
    ScorerSpec,
    SeenPrompt,
    SeenRun,
    StarMetric,
    Status,
    Trial,
    TrialError,
)

FOLDER = Path(__file__).parent / "golden" / "digitalocean"
EXPIRES = "2026-01-02T03:19:05.250Z"
RUN_ID = "ee0f30f0-2ecb-49d4-89df-22c80ac4455d"
CASE_ID = "019b7ca9-8ca0-774e-9ba1-bcabc8446f25"
DATASET_ID = "65e5ab64-ccf0-5307-9b61-16bfd4ca95c3"
SCORERS = (
    ScorerSpec("exact_match", Role.CORRECTNESS),
    ScorerSpec("llm_judge", options={"model": "judge", "rubric": "Is it kind?"}, label="kind"),
)


def golden(name: str) -> str:
    """A golden file as it is."""
    return (FOLDER / f"{name}.response.json").read_text(encoding="utf-8")


def written(body: Any) -> str:
    """A body as golden files write it: indented, keys in the order they have."""
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


DATASET = EvaluationDataset(
    organization="acme",
    dataset_id=DATASET_ID,
    name="support questions",
    benchmark_id="bench-01kdyak34rzyfrb78xejz2ftts",
    version=1,
    row_count=2,
    created_at="2026-01-02T03:04:05.018Z",
    kind="EVALUATION_DATASET_TYPE_ADK",
    has_expected_answers=True,
    file_name="questions.csv",
    file_bytes=72,
)
"""One that was sent as a file."""

UPLOADED = EvaluationDataset(
    organization="acme",
    dataset_id="0d9c7a6e-1f0c-5a52-9f5e-3b8b6a0c7d11",
    name="handbook",
    benchmark_id="bench-01kdy2m8r80000000000000001",
    version=3,
    row_count=1_000_000,
    created_at="2026-01-01T00:00:00.000Z",
)
"""One that came as a benchmark."""

CASE = EvaluationCase(
    organization="acme",
    case_id=CASE_ID,
    version=2,
    name="support",
    dataset_id=DATASET_ID,
    dataset_name="support questions",
    benchmark_id=DATASET.benchmark_id,
    benchmark_version=1,
    scorers=SCORERS,
    created_at="2026-01-02T03:04:05.023Z",
    updated_at="2026-01-02T03:05:00.000Z",
    description="What support is asked.",
    star=StarMetric("exact_match", 0.8, in_percent=True),
    workspace_id="7d0c",
    total_runs=5,
    latest_runs=2,
)

BARE_CASE = replace(
    CASE,
    version=1,
    description=None,
    star=StarMetric("kind", 0.5),
    workspace_id=None,
    dataset_id=UPLOADED.dataset_id,
    dataset_name="handbook",
)


def model(model_id: str) -> Model:
    return Model("acme", model_id, ProviderName.OPENAI, {}, Status.READY, "2026-01-01T00:00:00.000Z")


def evaluation(status: Status = Status.READY, **changes: Any) -> Evaluation:
    """An evaluation of one model on two questions."""
    benchmark = Benchmark(
        organization="acme",
        benchmark_id=DATASET.benchmark_id,
        version=1,
        name="support questions",
        status=Status.READY,
        question_count=2,
        sha256="0" * 64,
        questions_key="orgs/acme/benchmarks/b/c/questions.jsonl",
        scorers=SCORERS,
        created_at="2026-01-02T03:04:05.018Z",
        dataset_id="dataset-01kdy2m8r80000000000000001",
    )
    over = Evaluation(
        organization="acme",
        evaluation_id="eval-01kdy2m8r80000000000000001",
        status=status,
        benchmark=benchmark,
        runs=(Run(RUN_ID, 0, model("llama"), Counts(right=1, errored=1)),),
        scorers=SCORERS,
        created_at="2026-01-02T03:06:00.000Z",
        name="nightly",
        started_at="2026-01-02T03:06:01.000Z",
        completed_at="2026-01-02T03:06:09.500Z",
        results_bytes=1000,
        test_case=CaseVersion(CASE_ID, 2),
    )
    return replace(over, **changes)


RUN_VALUES = (
    MetricValue("exact_match", 0.75, reason="mean over n = 2; 0 unscored, 0 errored"),
    MetricValue("kind", None, error="no question has a value: 2 unscored, 0 errored"),
)

OVER = SeenRun(evaluation(), evaluation().runs[0], CASE, RUN_VALUES)

QUEUED = SeenRun(
    evaluation(Status.PROCESSING, name=None, started_at=None, completed_at=None, results_bytes=None),
    replace(evaluation().runs[0], counts=Counts()),
)
"""One that was started elsewhere, and waits."""


def prompts() -> list[SeenPrompt]:
    """A question that was answered, and one that was not."""
    answered = Trial(
        1,
        "1",
        1,
        Outcome.RIGHT,
        "At dawn.",
        {"exact_match": Score(1.0), "kind": Score(0.5, "B: curt")},
        prompt_tokens=(1 << 53) + 1,
        completion_tokens=3,
    )
    failed = TrialError("timeout", "no answer within 60 s", attempts=4)
    silent = Trial(2, "2", 1, Outcome.ERRORED, None, {}, error=failed)
    asked = Question(
        1,
        "1",
        "When does the ferry leave?",
        expected_answer="At dawn",
        context=("Ferries leave at dawn.", "Fog is common."),
        sources=("timetable.pdf", ""),
    )
    error = "timeout: no answer within 60 s"
    return [
        SeenPrompt(
            MarkedRow("d1", asked, (answered,)),
            answered,
            (MetricValue("exact_match", 1.0), MetricValue("kind", 0.5, reason="B: curt")),
            f"{RUN_ID}-1-1",
        ),
        SeenPrompt(
            MarkedRow("d2", Question(2, "2", "Why?"), (silent,)),
            silent,
            (MetricValue("exact_match", None, error=error), MetricValue("kind", None, error=error)),
            f"{RUN_ID}-2-1",
        ),
    ]
