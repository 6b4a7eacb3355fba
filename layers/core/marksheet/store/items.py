"""Domain values as stored maps and back. Times are texts, marks are decimals (`table.encode` sees
to that).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from marksheet.domain import (
    DEFAULT_PROJECT,
    Benchmark,
    CaseVersion,
    Counts,
    DomainRule,
    Evaluation,
    Model,
    Pairwise,
    ProviderName,
    Role,
    Run,
    ScorerSpec,
    Status,
)
from marksheet.store.eval_specs import from_spec, to_spec

if TYPE_CHECKING:
    from collections.abc import Mapping


def from_scorer(spec: ScorerSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "role": spec.role.value,
        # As text: a map of the table takes neither an empty name nor every number that JSON does.
        "options": json.dumps(dict(spec.options)),
        "label": spec.label,
        "threshold": spec.threshold,
    }


def to_scorer(item: Mapping[str, Any]) -> ScorerSpec:
    return ScorerSpec(
        name=item["name"],
        role=Role(item["role"]),
        options=json.loads(item["options"]),
        label=item["label"],
        threshold=float(item["threshold"]),
    )


def from_rule(rule: DomainRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "forbid": rule.forbid,
        "require": rule.require,
        "max_characters": rule.max_characters,
    }


def from_benchmark(benchmark: Benchmark) -> dict[str, Any]:
    return {
        "organization": benchmark.organization,
        "benchmark_id": benchmark.benchmark_id,
        "version": benchmark.version,
        "name": benchmark.name,
        "status": benchmark.status.value,
        "question_count": benchmark.question_count,
        "sha256": benchmark.sha256,
        "questions_key": benchmark.questions_key,
        "scorers": [from_scorer(spec) for spec in benchmark.scorers],
        "created_at": benchmark.created_at,
        "description": benchmark.description,
        "document_ids": list(benchmark.document_ids),
        "dataset_id": benchmark.dataset_id,
        "domain_rules": [from_rule(rule) for rule in benchmark.domain_rules],
        "prompt_template": benchmark.prompt_template,
        "system_prompt": benchmark.system_prompt,
        "error": benchmark.error,
    }


def to_benchmark(item: Mapping[str, Any]) -> Benchmark:
    return Benchmark(
        organization=item["organization"],
        benchmark_id=item["benchmark_id"],
        version=item["version"],
        name=item["name"],
        status=Status(item["status"]),
        question_count=item["question_count"],
        sha256=item["sha256"],
        questions_key=item["questions_key"],
        scorers=tuple(map(to_scorer, item["scorers"])),
        created_at=item["created_at"],
        description=item["description"],
        document_ids=tuple(item["document_ids"]),
        dataset_id=item.get("dataset_id"),
        domain_rules=tuple(DomainRule(**rule) for rule in item["domain_rules"]),
        prompt_template=item["prompt_template"],
        system_prompt=item["system_prompt"],
        error=item["error"],
    )


def from_model(model: Model) -> dict[str, Any]:
    return {
        "organization": model.organization,
        "model_id": model.model_id,
        "provider": model.provider.value,
        "settings": model.settings,
        "status": model.status.value,
        "created_at": model.created_at,
        "secret_name": model.secret_name,
        "answers_key": model.answers_key,
        "answer_count": model.answer_count,
        "error": model.error,
    }


def to_model(item: Mapping[str, Any]) -> Model:
    return Model(
        organization=item["organization"],
        model_id=item["model_id"],
        provider=ProviderName(item["provider"]),
        settings=item["settings"],
        status=Status(item["status"]),
        created_at=item["created_at"],
        secret_name=item["secret_name"],
        answers_key=item["answers_key"],
        answer_count=item["answer_count"],
        error=item["error"],
    )


def from_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """The listed part of an evaluation: small, and all that changes. The rest is in `from_snapshot`."""
    return {
        "organization": evaluation.organization,
        "evaluation_id": evaluation.evaluation_id,
        "status": evaluation.status.value,
        "benchmark_id": evaluation.benchmark.benchmark_id,
        "model_ids": [run.model.model_id for run in evaluation.runs],
        "judge_ids": list(evaluation.judges),
        "created_at": evaluation.created_at,
        "attempt": evaluation.attempt,
        "started_at": evaluation.started_at,
        "completed_at": evaluation.completed_at,
        "error": evaluation.error,
        "results_bytes": evaluation.results_bytes,
        "max_cost_usd": evaluation.max_cost_usd,
        "project": evaluation.project,
        "logged": evaluation.logged,
    }


def from_snapshot(evaluation: Evaluation) -> dict[str, Any]:
    """What an evaluation was created with, and never changes."""
    return {
        "name": evaluation.name,
        "benchmark": from_benchmark(evaluation.benchmark),
        "runs": [
            {
                "run_id": run.run_id,
                "position": run.position,
                "shards": run.shards,
                "model": from_model(run.model),
            }
            for run in evaluation.runs
        ],
        "scorers": [from_scorer(spec) for spec in evaluation.scorers],
        "metrics": list(evaluation.metrics),
        "trials": evaluation.trials,
        "max_error_share": evaluation.max_error_share,
        "shard_size": evaluation.shard_size,
        "errored_as": evaluation.errored_as,
        "judges": [from_model(judge) for judge in evaluation.judges.values()],
        "pairwise": asdict(evaluation.pairwise) if evaluation.pairwise else None,
        "answers_from": evaluation.answers_from,
        "eval_spec": from_spec(evaluation.eval_spec) if evaluation.eval_spec else None,
        "judge": evaluation.judge,
        "test_case": list(evaluation.test_case) if evaluation.test_case else None,
    }


def to_evaluation(item: Mapping[str, Any], snapshot: Mapping[str, Any]) -> Evaluation:
    headline = {int(position): found for position, found in (item.get("headline") or {}).items()}
    return Evaluation(
        organization=item["organization"],
        evaluation_id=item["evaluation_id"],
        status=Status(item["status"]),
        benchmark=to_benchmark(snapshot["benchmark"]),
        runs=tuple(
            Run(
                run_id=run["run_id"],
                position=run["position"],
                model=to_model(run["model"]),
                shards=run["shards"],
                counts=_counts(headline.get(run["position"])),
            )
            for run in snapshot["runs"]
        ),
        scorers=tuple(map(to_scorer, snapshot["scorers"])),
        created_at=item["created_at"],
        trials=snapshot["trials"],
        max_error_share=float(snapshot["max_error_share"]),
        shard_size=snapshot["shard_size"],
        attempt=item["attempt"],
        metrics=tuple(snapshot["metrics"]),
        name=snapshot["name"],
        started_at=item["started_at"],
        completed_at=item["completed_at"],
        error=item["error"],
        results_bytes=item["results_bytes"],
        judges={judge["model_id"]: to_model(judge) for judge in snapshot.get("judges", ())},
        pairwise=Pairwise(**snapshot["pairwise"]) if snapshot.get("pairwise") else None,
        answers_from=snapshot.get("answers_from"),
        errored_as=snapshot.get("errored_as", "left_out"),
        max_cost_usd=_dollars(item.get("max_cost_usd")),
        eval_spec=to_spec(snapshot["eval_spec"]) if snapshot.get("eval_spec") else None,
        judge=snapshot.get("judge"),
        project=item.get("project", DEFAULT_PROJECT),
        logged=item.get("logged", False),
        test_case=CaseVersion(*snapshot["test_case"]) if snapshot.get("test_case") else None,
        headline=headline or None,
    )


def _dollars(amount: float | None) -> Decimal | None:
    """Amounts have at most 12 decimal places and 15 digits, which a float's shortest text gives back."""
    return None if amount is None else Decimal(str(amount))


def _counts(headline: Mapping[str, Any] | None) -> Counts:
    """A finished run's counts; none before that, when they are in the counters."""
    found = headline or {}
    return Counts(*(found.get(name, 0) for name in ("right", "wrong", "unscored", "errored")))
