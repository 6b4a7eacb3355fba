"""Numbers as this dialect shows them.

Documented fields are rounded as the pages round them: overall_score to 2 places, all others to 4. It is the
float that is rounded, not its decimal text: that turns (0.85 + 0.82) / 2 = 0.835 into the page's 0.83, where
rounding the decimals half to even would give 0.84. `intervals` and `statistics` are ours, and exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.domain import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Evaluation

PLACES = 4
OVERALL_PLACES = 2
CONFIDENCE_LEVEL = 0.95

_DOCUMENTED = ("accuracy", "relevance", "overall_score", "uncertainty", "domain_violations")
_IMPROVEMENTS = {
    "accuracy": "accuracy_improvement",
    "relevance": "relevance_improvement",
    "overall_score": "overall_improvement",
}


def rounded(value: float | None, places: int = PLACES) -> float | None:
    """`value` to so many places; None stays None, and minus zero becomes zero."""
    return None if value is None else round(value, places) + 0.0


def encode_headline(headline: Mapping[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    """The documented metrics of a run, as far as they are to be shown.

    `overall_score` comes a second time as `average_score`, its name in the page's first example, so that
    readers of either find theirs.
    """
    shown = {
        name: _rounded_metric(name, headline[name]) for name in _DOCUMENTED if _is_shown(name, evaluation)
    }
    if "overall_score" in shown:
        shown["average_score"] = shown["overall_score"]
    return shown


def encode_metrics(run: Mapping[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    """The metrics of a run of `summary.json`: the documented ones, then ours, the counts of trials always.

    `uncertainty` is the half-width of the 95 % interval of the overall score.
    """
    metrics, counts = run["metrics"], run["counts"]
    headline = {name: metrics[name]["mean"] for name in _IMPROVEMENTS if name in metrics}
    headline["uncertainty"] = _half_width(metrics["overall_score"])
    headline["domain_violations"] = run["domain_violations"]
    extra = {
        name: rounded(metric["mean"])
        for name, metric in metrics.items()
        if name not in _IMPROVEMENTS and _is_shown(name, evaluation)
    }
    shown = encode_headline(headline, evaluation) | extra
    return {
        **shown,
        "total_questions": evaluation.total_questions,
        "correct_answers": counts["right"],
        **{outcome: counts[outcome] for outcome in ("right", "wrong", "unscored", "errored")},
        "intervals": {
            name: {**metric, "level": CONFIDENCE_LEVEL} for name, metric in metrics.items() if name in shown
        },
    }


def encode_comparison(summary: Mapping[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    """The comparison of `summary.json`: improvements are eval model minus base model, null without a mean.

    Those of accuracy and relevance are differences of unrounded means. That of the overall score is the
    difference of the two scores as they are shown: a reader who subtracts 0.83 from 0.90 gets the same 0.07.
    """
    base, other = (run["metrics"] for run in summary["runs"])
    comparison = summary["comparison"]
    return {
        **{
            label: _improvement(name, base[name]["mean"], other[name]["mean"])
            for name, label in _IMPROVEMENTS.items()
            if _is_shown(name, evaluation)
        },
        "better_model": comparison["better_model"],
        "statistics": {
            name: paired for name, paired in comparison["metrics"].items() if _is_shown(name, evaluation)
        },
        "pairwise": comparison["pairwise"],
    }


def _is_shown(name: str, evaluation: Evaluation) -> bool:
    """Whether the evaluation has a metric and, where the request chose some, it is among them."""
    if name == "relevance" and not any(spec.role is Role.RELEVANCE for spec in evaluation.scorers):
        return False
    return not evaluation.metrics or name in evaluation.metrics


def _rounded_metric(name: str, value: Any) -> Any:
    if name == "domain_violations":
        return value
    return rounded(value, OVERALL_PLACES if name == "overall_score" else PLACES)


def _improvement(name: str, before: float | None, after: float | None) -> float | None:
    if before is None or after is None:
        return None
    if name == "overall_score":
        return rounded(round(after, OVERALL_PLACES) - round(before, OVERALL_PLACES), OVERALL_PLACES)
    return rounded(after - before)


def _half_width(metric: Mapping[str, Any]) -> float | None:
    low, high = metric["low"], metric["high"]
    return None if low is None or high is None else (high - low) / 2
