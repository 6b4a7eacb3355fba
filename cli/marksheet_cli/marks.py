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
class PassRate:
    """What k trials of a question are worth: the chance that one of them is right, and that all are."""

    k: str
    at: Metric
    hat: Metric
    left_out: int | None
    """Questions with fewer than k scored trials."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run took."""

    latency: tuple[float | None, float | None, float | None]
    """In seconds: of half of the answers at most, of 95 %, of 99 %."""
    prompt_tokens: int | None
    completion_tokens: int | None
    judge_calls: int | None
    cost_usd: str | None
    """Of model and judges together, as a decimal text."""
    per_right_answer: str | None
    unknown_trials: int
    """Trials whose cost is not known."""

    @property
    def told(self) -> bool:
        """Whether there is anything to show."""
        paid = self.cost_usd not in (None, "0")
        return paid or any((*self.latency, self.prompt_tokens, self.completion_tokens, self.judge_calls))


@dataclass(frozen=True, slots=True)
class ModelMarks:
    """One run: what became of its trials, and its metrics."""

    model_id: str
    counts: dict[str, int]
    """By outcome."""
    not_asked: int
    """Among the errored: those the budget did not reach."""
    metrics: tuple[Metric, ...]
    pass_rates: tuple[PassRate, ...]
    domain_violations: int | None
    usage: Usage


@dataclass(frozen=True, slots=True)
class Difference:
    """Eval model minus base model, question by question, with its 95 % interval."""

    metric: str
    n: int | None
    clusters: int | None
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_holm: float | None
    """Adjusted for the other metrics."""
    test: str | None
    gained: int | None
    """Questions right only for the eval model; None where the metric is not right or wrong."""
    lost: int | None
    minimum_detectable_effect: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """An evaluation's results: one model, or base and eval model with their differences."""

    evaluation_id: str
    benchmark_id: str
    status: str
    stopped: bool
    """Its budget was used up."""
    errored_as: str | None
    models: tuple[ModelMarks, ...]
    differences: tuple[Difference, ...]
    better_model: str | None
    pairwise: dict[str, Any]
    """What a judge found that was shown both answers; empty without one."""


def read_marks(results: dict[str, Any]) -> Marks:
    """Marks out of the body of GET /api/v3/evaluations/{id}/results."""
    comparison = part(results, "comparison")
    models = [part(results, "base_model"), part(results, "eval_model")] if comparison else [results]
    statistics = part(comparison, "statistics")
    return Marks(
        evaluation_id=str(results.get("evaluation_id", "")),
        benchmark_id=str(results.get("benchmark_id", "")),
        status=str(results.get("status", "")),
        stopped=bool(results.get("stopped")),
        errored_as=results.get("errored_as"),
        models=tuple(map(_model, models)),
        differences=tuple(_difference(name, part(statistics, name)) for name in statistics),
        better_model=comparison.get("better_model"),
        pairwise=part(comparison, "pairwise"),
    )


def part(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object, or an empty one where the answer has none."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def read_metric(name: str, interval: dict[str, Any]) -> Metric:
    """A mean with its interval."""
    return Metric(
        name,
        interval.get("mean"),
        interval.get("low"),
        interval.get("high"),
        interval.get("n"),
        interval.get("method"),
    )


def _model(told: dict[str, Any]) -> ModelMarks:
    """Counts and intervals stand among the metrics on the wire."""
    metrics = part(told, "metrics")
    intervals = part(metrics, "intervals")
    return ModelMarks(
        model_id=str(told.get("model_id", "")),
        counts={outcome: metrics[outcome] for outcome in OUTCOMES if outcome in metrics},
        not_asked=told.get("not_asked") or 0,
        metrics=tuple(read_metric(name, part(intervals, name)) for name in intervals),
        pass_rates=_pass_rates(told),
        domain_violations=metrics.get("domain_violations"),
        usage=_usage(told),
    )


def _pass_rates(told: dict[str, Any]) -> tuple[PassRate, ...]:
    at, hat = part(told, "pass_at_k"), part(told, "pass_hat_k")
    return tuple(
        PassRate(
            k, read_metric("pass@k", part(at, k)), read_metric("pass^k", part(hat, k)), at[k].get("left_out")
        )
        for k in at
        if k in hat
    )


def _usage(told: dict[str, Any]) -> Usage:
    latency, tokens, cost = part(told, "latency_seconds"), part(told, "tokens"), part(told, "cost_usd")
    return Usage(
        latency=(latency.get("p50"), latency.get("p95"), latency.get("p99")),
        prompt_tokens=tokens.get("prompt"),
        completion_tokens=tokens.get("completion"),
        judge_calls=part(told, "judging").get("calls"),
        cost_usd=cost.get("total"),
        per_right_answer=cost.get("per_right_answer"),
        unknown_trials=cost.get("unknown_trials") or 0,
    )


def _difference(metric: str, paired: dict[str, Any]) -> Difference:
    return Difference(
        metric=metric,
        n=paired.get("n"),
        clusters=paired.get("clusters"),
        difference=paired.get("difference"),
        low=paired.get("low"),
        high=paired.get("high"),
        p_value=paired.get("p_value"),
        p_holm=paired.get("p_holm"),
        test=paired.get("test"),
        gained=paired.get("gained"),
        lost=paired.get("lost"),
        minimum_detectable_effect=paired.get("minimum_detectable_effect"),
        verdict=paired.get("verdict"),
    )
