"""What outputs were graded with, as the grading surface tells it, read into values that tables and reports
can be made of.

docs/grading.md describes the shape. What is missing is shown as missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marksheet_cli.marks import part


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one grader says of one row."""

    grader: str
    points: float | None
    """At stake; below 0 a penalty."""
    earned: float | None
    passed: bool | None
    """None when unscored. Of a penalty: that it was not met."""
    verdict: str | None
    reason: str | None
    error_code: str | None
    """Where there is no value because something failed."""
    error: str | None
    """What failed; where there is a reason as well, that ends in the same words."""
    seconds: float | None

    @property
    def short(self) -> bool:
        """Whether it earned less than it could have."""
        return self.earned is not None and self.earned < max(self.points or 0.0, 0.0)

    @property
    def why(self) -> str:
        """In one text: what was decided and for what reason, or what went wrong, with its code."""
        told = [self.verdict, self.reason or self.error]
        why = ": ".join(dict.fromkeys(" ".join(text.split()) for text in told if text))
        return f"{why} ({self.error_code})".lstrip() if self.error_code else why


@dataclass(frozen=True, slots=True)
class Row:
    """One graded row."""

    row_id: str
    earned: float | None
    """Points; None when the row is unscored."""
    possible: float | None
    percentage: float | None
    """From 0 to 1, None when unscored."""
    passed: bool | None
    error: str | None
    """Why it is unscored, in a sentence."""
    verdicts: tuple[Verdict, ...]

    @property
    def scored(self) -> bool:
        return self.percentage is not None

    @property
    def error_code(self) -> str | None:
        """The first code of what failed; None for a row that is unscored for another reason."""
        return next((verdict.error_code for verdict in self.verdicts if verdict.error_code), None)

    @property
    def lost(self) -> tuple[Verdict, ...]:
        """The graders that cost the row points: those not passed, else those of which it has not all."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed) or tuple(
            verdict for verdict in self.verdicts if verdict.short
        )

    @property
    def seconds(self) -> float:
        """How long the judges took, as far as it is told."""
        return sum(verdict.seconds or 0.0 for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class GraderTotal:
    """What one grader says of all rows."""

    name: str
    kind: str | None
    points: float | None
    mean: float | None
    passed: int | None
    failed: int | None
    unscored: int | None


@dataclass(frozen=True, slots=True)
class Grades:
    """A whole answer: totals, graders, rows."""

    spec_id: str
    spec_version: int | None
    earned: float | None
    possible: float | None
    overall: float | None
    """From 0 to 1; None when no row was graded."""
    low: float | None
    high: float | None
    method: str | None
    counts: dict[str, int]
    """Rows by what became of them: `COUNTS`."""
    graders: tuple[GraderTotal, ...]
    calls: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: str | None
    """A decimal text."""
    rows: tuple[Row, ...]

    @property
    def spec(self) -> str:
        """The spec with its version: "spec-01h...@2"."""
        return self.spec_id if self.spec_version is None else f"{self.spec_id}@{self.spec_version}"

    @property
    def mostly_errored(self) -> bool:
        """More than half of the rows have no grade because a model gave no answer: such a job is FAILED."""
        return 2 * self.counts["errored"] > self.counts["rows"]


COUNTS = ("rows", "graded", "passed", "failed", "unscored", "errored")


def read_grades(document: dict[str, Any]) -> Grades:
    """Grades out of the body of POST /v1/eval."""
    summary = part(document, "summary")
    interval, usage = part(summary, "interval"), part(summary, "usage")
    return Grades(
        spec_id=str(summary.get("eval_spec_id", "")),
        spec_version=summary.get("eval_spec_version"),
        earned=summary.get("total_earned_points"),
        possible=summary.get("total_possible_points"),
        overall=summary.get("overall_percentage"),
        low=interval.get("low"),
        high=interval.get("high"),
        method=interval.get("method"),
        counts={name: summary.get(name) or 0 for name in COUNTS},
        graders=tuple(
            GraderTotal(
                name=str(told.get("name", "")),
                kind=told.get("type"),
                points=told.get("points"),
                mean=told.get("mean"),
                passed=told.get("passed"),
                failed=told.get("failed"),
                unscored=told.get("unscored"),
            )
            for told in _objects(summary, "graders")
        ),
        calls=usage.get("calls"),
        prompt_tokens=usage.get("prompt_tokens"),
        completion_tokens=usage.get("completion_tokens"),
        cost_usd=usage.get("cost_usd"),
        rows=tuple(_row(number, told) for number, told in enumerate(_objects(document, "results"), start=1)),
    )


def points(earned: float | None, possible: float | None) -> str:
    """ "2.5 of 4 points", "no value"."""
    if earned is None:
        return "no value"
    return f"{earned:.10g} points" if possible is None else f"{earned:.10g} of {possible:.10g} points"


def _row(number: int, told: dict[str, Any]) -> Row:
    report = part(told, "report")
    return Row(
        row_id=str(report.get("id") or number),
        earned=told.get("earned_points"),
        possible=told.get("possible_points"),
        percentage=told.get("percentage"),
        passed=report.get("passed"),
        error=report.get("error"),
        verdicts=tuple(map(_verdict, _objects(report, "graders"))),
    )


def _verdict(told: dict[str, Any]) -> Verdict:
    error = part(told, "error")
    return Verdict(
        grader=str(told.get("name", "")),
        points=told.get("points"),
        earned=told.get("earned_points"),
        passed=told.get("passed"),
        verdict=told.get("verdict"),
        reason=told.get("reason"),
        error_code=error.get("code"),
        error=error.get("message"),
        seconds=told.get("latency_seconds"),
    )


def _objects(parent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [entry for entry in parent.get(name) or [] if isinstance(entry, dict)]
