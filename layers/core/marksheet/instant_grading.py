"""Grading within one request: rows side by side, in less time than the gateway waits.

What would take longer, or would not fit an answer, is refused before any model is asked, and told the way to
a job. The time is an estimate, so rows that are not reached after all come back unscored, and say so.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marksheet import eval_specs
from marksheet.domain import TrialError
from marksheet.errors import TooLarge
from marksheet.estimates import USUAL_LATENCY_SECONDS
from marksheet.grading import Totals
from marksheet.judges import open_graders
from marksheet.providers import DEFAULT_MAX_IN_FLIGHT
from marksheet.providers.calling import OUT_OF_TIME
from marksheet.worker.grading import grade_row, not_graded
from marksheet.worker.judging import Judges
from marksheet.worker.trials import read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from marksheet.application import Application
    from marksheet.domain import Caller, EvalSpec, Grade, Model, Submission
    from marksheet.grading import Grader

SECONDS = 25.0
"""What a request has for its rows. The gateway gives up after 30."""
MOST_ESTIMATED_SECONDS = 20.0
LARGEST_ANSWER_BYTES = 5_000_000
"""As a function's result, of which a Lambda takes 6 MB at most."""
THE_WAY_TO_A_JOB = "send it to POST /v1/eval/jobs, which takes up to a million rows"
NOT_REACHED = TrialError(OUT_OF_TIME, "the request's time was up before this row was graded", 0)

_GRADE_BYTES = 450
_REASON_BYTES = 2_000
"""Of what a judge says; its replies that could not be read are longer, and rare."""
_CHARACTER_SECONDS = 5e-7
"""What comparing a character of a row takes a grader, on half a core."""
_GRADE_SECONDS = 1e-4
_QUADRATIC_SECONDS = 0.5
"""What edit distances take that compare two texts of 100,000 characters."""


@dataclass(frozen=True, slots=True)
class GradedRow:
    """A submission and what it earned."""

    submission: Submission
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """What came of a request, rows in the dataset's order."""

    spec: EvalSpec
    rows: Sequence[GradedRow]
    summary: Mapping[str, Any]


def grade_now(
    app: Application,
    caller: Caller,
    spec_id: str,
    version: int | None,
    submissions: Sequence[Submission],
    *,
    judge: str | None = None,
    began: float | None = None,
) -> Graded:
    """Grade rows and wait for it. `began` is when the request arrived (`time.monotonic`), now without it.

    Raises `NotFound`, `Forbidden`, `InvalidRequest` (no judge, or one that is not registered), or `TooLarge`
    for what a job should do.
    """
    give_up_at = (time.monotonic() if began is None else began) + SECONDS
    spec = eval_specs.get(app, caller, spec_id, version)
    graders, models = open_graders(app, caller, spec, judge)
    _check_size(submissions, graders, models)
    if models:
        rows = asyncio.run(_ask(app, graders, models, submissions, give_up_at))
    else:
        rows = asyncio.run(_compare(app, graders, submissions, give_up_at))
    totals = Totals(graders)
    for row in rows:
        totals.add(row)
    graded = [GradedRow(submission, row) for submission, row in zip(submissions, rows, strict=True)]
    return Graded(spec, graded, totals.summary())


def estimated_seconds(
    submissions: Sequence[Submission], graders: Sequence[Grader], models: Mapping[str, Model]
) -> float:
    """How long the rows will take: judges answer as fast as models usually do, in as many calls at once as
    they take; comparisons by the characters they have to read.
    """
    asked = 0.0
    for model_id, model in models.items():
        calls = len(submissions) * sum(grader.calls for grader in graders if model_id in grader.models)
        asked = max(asked, math.ceil(calls / _in_flight(model)) * USUAL_LATENCY_SECONDS)
    comparing = 0.0
    for row in submissions:
        longest = max(len(row.output), len(row.expected_answer or ""))
        characters = longest + len(row.question)
        each = (
            _GRADE_SECONDS + characters * _CHARACTER_SECONDS + _QUADRATIC_SECONDS * (longest / 100_000) ** 2
        )
        comparing += len(graders) * each
    return asked + comparing


def _check_size(
    submissions: Sequence[Submission], graders: Sequence[Grader], models: Mapping[str, Model]
) -> None:
    seconds = estimated_seconds(submissions, graders, models)
    if seconds > MOST_ESTIMATED_SECONDS:
        raise TooLarge(
            f"grading {len(submissions):,} rows would take about {seconds:,.0f} seconds, and a call has "
            f"{MOST_ESTIMATED_SECONDS:g}; {THE_WAY_TO_A_JOB}"
        )
    size = len(submissions) * sum(_grade_bytes(grader.name, grader) for grader in graders)
    if size > LARGEST_ANSWER_BYTES:
        raise TooLarge(
            f"the report on {len(submissions):,} rows by {len(graders)} graders may have {size:,} bytes, and "
            f"an answer {LARGEST_ANSWER_BYTES:,}; {THE_WAY_TO_A_JOB}"
        )


def _grade_bytes(name: str, grader: Grader) -> int:
    """What a grader's entry of a report takes, with those of a formula's parts."""
    parts = sum(_grade_bytes(*part) for part in grader.named_parts)
    reason = _REASON_BYTES if grader.models and not parts else 0
    return _GRADE_BYTES + len(json.dumps(name)) + reason + parts


def _in_flight(model: Model) -> int:
    return min(int(model.settings.get("max_in_flight", 1)), DEFAULT_MAX_IN_FLIGHT)


async def _ask(
    app: Application,
    graders: Sequence[Grader],
    models: Mapping[str, Model],
    submissions: Sequence[Submission],
    give_up_at: float,
) -> list[tuple[Grade, ...]]:
    """All rows at once: how many calls are open is up to each model's limit."""
    shares = {model_id: _in_flight(model) for model_id, model in models.items()}
    secrets = {model_id: read_secret(app, model) for model_id, model in models.items()}
    judges = Judges(app, models, shares=shares, secrets=secrets)
    try:
        return await asyncio.gather(
            *(grade_row(graders, row, judges, give_up_at=give_up_at) for row in submissions)
        )
    finally:
        await judges.close()


async def _compare(
    app: Application, graders: Sequence[Grader], submissions: Sequence[Submission], give_up_at: float
) -> list[tuple[Grade, ...]]:
    """One row after the other, as long as there is time."""
    nobody = Judges(app, {}, shares={}, secrets={})
    rows = []
    for submission in submissions:
        if time.monotonic() < give_up_at:
            rows.append(await grade_row(graders, submission, nobody, give_up_at=give_up_at))
        else:
            rows.append(tuple([not_graded(grader, NOT_REACHED) for grader in graders]))
    return rows
