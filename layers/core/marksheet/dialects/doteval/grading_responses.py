"""What grading found: points and a report for each row, and the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.grading import row_error, row_passed, row_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from marksheet.domain import EvalSpec, Grade, Mark, Submission

PLACES = 6
"""Of points and values. A sum of shares such as 0.1 + 0.2 is shown as it is meant."""
_SHORT_REASON = 200


def encode_graded(
    rows: Iterable[tuple[Submission, Sequence[Grade]]],
    summary: Mapping[str, Any],
    spec: EvalSpec,
    *,
    brief: bool = False,
) -> dict[str, Any]:
    """The answer to `POST /v1/eval`; `brief` leaves out what judges said at length."""
    results = [encode_row(submission, grades, brief=brief) for submission, grades in rows]
    return {"results": results, "summary": encode_summary(summary, spec)}


def encode_row(submission: Submission, grades: Sequence[Grade], *, brief: bool = False) -> dict[str, Any]:
    """What one row earned, and why. An unscored row has no points, and its report says why."""
    earned, possible, percentage = row_points(grades)
    report: dict[str, Any] = {"id": submission.question_id, "passed": row_passed(grades)}
    if error := row_error(grades):
        report["error"] = error
    report["graders"] = [_encode_grade(grade, brief) for grade in grades]
    return {
        "earned_points": number(earned),
        "possible_points": number(possible),
        "percentage": number(percentage),
        "report": report,
    }


def encode_summary(summary: Mapping[str, Any], spec: EvalSpec) -> dict[str, Any]:
    """The totals, those of the API's page first."""
    usage = dict(summary["usage"])
    cost = usage["cost_usd"]
    usage["cost_usd"] = None if cost is None else f"{cost:f}"
    graders = [
        {**grader, "points": number(grader["points"]), "mean": number(grader["mean"])}
        for grader in summary["graders"]
    ]
    return {
        **{
            name: number(summary[name])
            for name in ("total_earned_points", "total_possible_points", "overall_percentage")
        },
        **{name: summary[name] for name in ("rows", "graded", "unscored", "errored", "passed", "failed")},
        "interval": summary["interval"],
        "graders": graders,
        "usage": usage,
        "eval_spec_id": spec.spec_id,
        "eval_spec_version": spec.version,
    }


def number(value: float | None) -> float | int | None:
    """A number to six places, a whole one without its point, as the API's page has them."""
    if value is None:
        return None
    rounded = round(value, PLACES)
    return int(rounded) if rounded == int(rounded) else rounded


def _encode_grade(grade: Grade, brief: bool) -> dict[str, Any]:
    """One grader's entry of a report; what says nothing is left out, but for what a reader counts on."""
    entry = {
        "name": grade.name,
        "type": grade.kind,
        "points": number(grade.points),
        "earned_points": number(grade.earned),
        **_encode_mark(grade.mark, brief),
    }
    if grade.error is not None:
        entry["error"] = {"code": grade.error.code, "message": grade.error.message}
    if grade.models:
        entry["model"] = grade.models[0] if len(grade.models) == 1 else ", ".join(grade.models)
    if grade.judging is not None:
        cost = grade.judging.cost_usd
        used = {
            "calls": grade.judging.calls,
            "prompt_tokens": grade.judging.prompt_tokens,
            "completion_tokens": grade.judging.completion_tokens,
            "latency_seconds": None if grade.latency_seconds is None else round(grade.latency_seconds, 4),
            "cost_usd": None if cost is None else f"{cost:f}",
        }
        entry |= {name: value for name, value in used.items() if value is not None}
    return entry


def _encode_mark(mark: Mark, brief: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"value": number(mark.value), "passed": mark.passed}
    reason = mark.reason
    if brief and reason is not None and len(reason) > _SHORT_REASON:
        reason = reason[:_SHORT_REASON] + "…"
    optional = {
        "score": number(mark.score),
        "verdict": mark.verdict,
        "reason": reason,
        "raw": None if brief else mark.raw,
        "parts": {name: _encode_mark(part, brief) for name, part in mark.parts.items()} or None,
    }
    return told | {name: value for name, value in optional.items() if value is not None}
