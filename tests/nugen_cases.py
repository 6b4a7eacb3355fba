"""The golden files of the Nugen dialect, and the core's values that stand behind them.

`<case>.request.json` is a request's body, `<case>.core.json` what the core knows, `<case>.response.json` the
answer, and `<case>.page.json` the example of the documentation page that the answer has to contain.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marksheet.domain import (
    Benchmark,
    Counts,
    Evaluation,
    Model,
    Outcome,
    ProviderName,
    Question,
    Role,
    Run,
    Score,
    ScorerSpec,
    Status,
    Trial,
    TrialError,
)

FOLDER = Path(__file__).parent / "golden" / "nugen"

SCORERS = (ScorerSpec("exact_match", Role.CORRECTNESS), ScorerSpec("token_f1", Role.RELEVANCE))


def text(name: str) -> str:
    """A golden file as it is."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def load(name: str) -> Any:
    """A golden file, decoded."""
    return json.loads(text(name))


def written(body: Any) -> str:
    """A body as golden files write it: indented, keys in the order they have."""
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def only_known_to(page: Any, body: Any) -> Any:
    """`body` without the fields that `page` lacks: what somebody sees who knows the page alone."""
    if isinstance(page, dict) and isinstance(body, dict):
        return {name: only_known_to(page[name], value) for name, value in body.items() if name in page}
    if isinstance(page, list) and isinstance(body, list):
        return [only_known_to(known, value) for known, value in zip(page, body, strict=True)]
    return body


def benchmark(**changes: Any) -> Benchmark:
    """A version of a benchmark."""
    facts: dict[str, Any] = {
        "organization": "acme",
        "benchmark_id": "task-abc123",
        "version": 2,
        "name": "Lighthouse",
        "status": Status.READY,
        "question_count": 10,
        "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
        "questions_key": "orgs/acme/benchmarks/task-abc123/questions.jsonl",
        "scorers": SCORERS,
        "created_at": "2024-01-10T08:00:00.000Z",
    }
    return Benchmark(**facts | changes)


def model(model_id: str = "aligned-model-01kmqm4nrn9fw6r", **changes: Any) -> Model:
    """A registered model with recorded answers."""
    facts: dict[str, Any] = {
        "organization": "acme",
        "model_id": model_id,
        "provider": ProviderName.RECORDED,
        "settings": {},
        "status": Status.READY,
        "created_at": "2024-01-11T08:00:00.000Z",
    }
    return Model(**facts | changes)


def evaluation(core: dict[str, Any] | None = None) -> Evaluation:
    """The evaluation that a core file's `evaluation` describes; what it leaves out is usual."""
    facts: dict[str, Any] = {
        "evaluation_id": "eval-xyz789",
        "status": "PROCESSING",
        "created_at": "2024-01-15T10:30:00Z",
        "models": ["aligned-model-01kmqm4nrn9fw6r"],
        "counts": [[0, 0, 0, 0], [0, 0, 0, 0]],
        "benchmark": {},
        "scorers": SCORERS,
        **(core or {}),
    }
    models, counts, pinned = facts.pop("models"), facts.pop("counts"), facts.pop("benchmark")
    headline = facts.pop("headline", None)
    runs = (
        Run(f"00000000-0000-4000-8000-00000000000{position}", position, model(model_id), Counts(*counted))
        for position, (model_id, counted) in enumerate(zip(models, counts, strict=False))
    )
    facts |= {"status": Status(facts["status"]), "metrics": tuple(facts.get("metrics", ()))}
    facts.setdefault("results_bytes", 20_000 if headline else None)
    return Evaluation(
        organization="acme",
        benchmark=benchmark(**pinned),
        runs=tuple(runs),
        headline={int(position): marks for position, marks in headline.items()} if headline else None,
        **facts,
    )


def question(row: dict[str, Any]) -> Question:
    """The question of a row of a core file."""
    return Question(row["ordinal"], row["question_id"], row["question"], row["expected_answer"])


def trial(row: dict[str, Any]) -> Trial:
    """The trial of a row of a core file."""
    scores = {metric: Score(value, reason) for metric, (value, reason) in row["scores"].items()}
    return Trial(
        ordinal=row["ordinal"],
        question_id=row["question_id"],
        trial=row.get("trial", 1),
        outcome=Outcome(row["outcome"]),
        output=row["output"],
        scores=scores,
        violations=tuple(row.get("violations", ())),
        error=TrialError(**row["error"]) if "error" in row else None,
    )
