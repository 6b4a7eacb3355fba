"""Answers about test cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.digitalocean.dataset_responses import encode_dataset
from marksheet.dialects.digitalocean.metrics import encode_metrics
from marksheet.scoring.metric_ids import metric_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marksheet.domain import EvaluationCase, EvaluationDataset, StarMetric


def encode_created_case(case: EvaluationCase) -> dict[str, Any]:
    return {"test_case_uuid": case.case_id}


def encode_changed_case(case: EvaluationCase) -> dict[str, Any]:
    return {"test_case_uuid": case.case_id, "version": case.version}


def encode_case(case: EvaluationCase, dataset: EvaluationDataset | None) -> dict[str, Any]:
    """The answer about one test case."""
    return {"evaluation_test_case": _encode(case, dataset)}


def encode_case_list(
    cases: Iterable[EvaluationCase], datasets: Mapping[str, EvaluationDataset]
) -> dict[str, Any]:
    """Test cases, with those of their datasets that there are still."""
    return {"evaluation_test_cases": [_encode(case, datasets.get(case.dataset_id)) for case in cases]}


def _encode(case: EvaluationCase, dataset: EvaluationDataset | None) -> dict[str, Any]:
    told = {
        "test_case_uuid": case.case_id,
        "name": case.name,
        "description": case.description,
        "version": case.version,
        "dataset": encode_dataset(dataset) if dataset else None,
        "dataset_uuid": case.dataset_id,
        "dataset_name": case.dataset_name,
        "metrics": encode_metrics(case.scorers),
        "star_metric": _encode_star(case.star) if case.star else None,
        "total_runs": case.total_runs,
        "latest_version_number_of_runs": case.latest_runs,
        "created_at": case.created_at,
        "updated_at": case.updated_at,
    }
    return {name: value for name, value in told.items() if value is not None}


def _encode_star(star: StarMetric) -> dict[str, Any]:
    """The star metric with its threshold, in the measure in which it was told."""
    told: dict[str, Any] = {"metric_uuid": metric_id(star.metric), "name": star.metric}
    if star.in_percent:
        return {**told, "success_threshold_pct": round(star.threshold * 100)}
    return {**told, "success_threshold": star.threshold}
