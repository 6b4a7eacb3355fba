"""An evaluation's marks as the results route tells them, read into values that a table can be made of.

docs/nugen.md describes the shapes. What is missing is shown as missing: a request may leave out metrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OUTCOMES = ("right", "wrong", "unscored", "errored")


@dataclass(frozen=True, slots=True)
class Metric:
    """A run's mean with its 95 % interval; `n` is the number of questions behind it."""

    name: str
    mean: float | None
    low: float | None
    high: float | None
    n: int | None
    method: str | None


@dataclass(frozen=True, slots=True)
class ModelMarks:
    """One run: what became of its trials, and its metrics."""

    model_id: str
    counts: dict[str, int]
    """By outcome."""
    metrics: tuple[Metric, ...]
    domain_violations: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Eval model minus base model, question by question, with its 95 % interval."""

    metric: str
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    gained: int | None
    """Questions right only for the eval model; None where the metric is not right or wrong."""
    lost: int | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """An evaluation's results: one model, or base and eval model with their differences."""

    evaluation_id: str
    benchmark_id: str
    models: tuple[ModelMarks, ...]
    differences: tuple[Difference, ...]
    better_model: str | None


def read_marks(results: dict[str, Any]) -> Marks:
    """Marks out of the body of GET /api/v3/evaluations/{id}/results."""
    comparison = _object(results, "comparison")
    parts = [_object(results, "base_model"), _object(results, "eval_model")] if comparison else [results]
    statistics = _object(comparison, "statistics")
    return Marks(
        evaluation_id=str(results.get("evaluation_id", "")),
        benchmark_id=str(results.get("benchmark_id", "")),
        models=tuple(map(_model, parts)),
        differences=tuple(_difference(name, _object(statistics, name)) for name in statistics),
        better_model=comparison.get("better_model"),
    )


def _model(part: dict[str, Any]) -> ModelMarks:
    """Counts and intervals stand among the metrics on the wire."""
    metrics = _object(part, "metrics")
    intervals = _object(metrics, "intervals")
    return ModelMarks(
        model_id=str(part.get("model_id", "")),
        counts={outcome: metrics[outcome] for outcome in OUTCOMES if outcome in metrics},
        metrics=tuple(_metric(name, _object(intervals, name)) for name in intervals),
        domain_violations=metrics.get("domain_violations"),
    )


def _metric(name: str, interval: dict[str, Any]) -> Metric:
    return Metric(
        name,
        interval.get("mean"),
        interval.get("low"),
        interval.get("high"),
        interval.get("n"),
        interval.get("method"),
    )


def _difference(metric: str, paired: dict[str, Any]) -> Difference:
    return Difference(
        metric,
        paired.get("difference"),
        paired.get("low"),
        paired.get("high"),
        paired.get("p_value"),
        paired.get("gained"),
        paired.get("lost"),
        paired.get("verdict"),
    )


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object, or an empty one where the answer has none."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}
