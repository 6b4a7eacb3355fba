"""Grading at once: what its route takes and answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from marksheet.dialects.doteval import grading_requests as requests
from marksheet.statistics.mean import Method
from marksheet_openapi.bodies import Body, Count, Dollars, Identifier, Seconds, Share, absent
from marksheet_openapi.operations import WRITE, Described, Operation
from marksheet_openapi.surfaces import GRADING

Number = int | float

_ROW: dict[str, Any] = {
    "input": "What is 2+2?",
    "output": "4",
}

Rows = Annotated[list[dict[str, Any]], Field(min_length=1)]

FIELDS: dict[str, str | Described] = {
    "eval_spec_id": "The spec's id; `id@2` pins version 2, else the latest.",
    "dataset": Described(
        "Rows of `input` and `output`, with `expected_answer`, `context`, `choices`, `id`, `item` and "
        "`sample` where there are such; every further field is for templates. A row of `item` and `sample` "
        "alone is taken too.",
        Rows,
    ),
}


class GraderError(Body):
    """Why a model gave no answer, or the grader failed."""

    code: str
    message: str


class MarkOfPart(Body):
    """What one of the graders that a formula combines says."""

    value: Share | None
    passed: bool | None
    score: Number = absent()
    verdict: str = absent()
    reason: str = absent()
    raw: str = absent()
    parts: dict[str, Any] = absent()


class GraderReport(MarkOfPart):
    """What one grader says of a row."""

    name: str
    type: str
    points: Number
    earned_points: Number | None
    """Null where it is unscored."""
    error: GraderError = absent()
    model: str = absent()
    calls: Count = absent()
    prompt_tokens: Count = absent()
    completion_tokens: Count = absent()
    latency_seconds: Seconds = absent()
    cost_usd: Dollars = absent()


class Report(Body):
    """Why a row earned what it did."""

    id: str
    """The row's, or its place in the dataset."""
    passed: bool | None
    """Whether it passed every grader; null where one is unscored."""
    error: str = absent()
    """Why the row is unscored."""
    graders: list[GraderReport]


class GradedRow(Body):
    """What one row earned; an unscored one has no points."""

    earned_points: Number | None
    possible_points: Number
    percentage: Share | None
    """A ratio: 1 means all."""
    report: Report


class GraderTotals(Body):
    """What one grader said of all rows."""

    name: str
    type: str
    points: Number
    mean: Share | None
    passed: Count
    failed: Count
    unscored: Count


class GradingUsage(Body):
    """What the judges used."""

    calls: Count
    prompt_tokens: Count
    completion_tokens: Count
    cost_usd: Dollars | None
    """Null where a price or a token count is not known."""


class PercentageInterval(Body):
    """The mean percentage with its interval."""

    mean: Share | None
    low: Share | None
    high: Share | None
    level: Share
    """Of confidence."""
    method: Method
    """How the interval came about."""
    n: Count
    """Rows in it."""


class GradingSummary(Body):
    """The totals, over the rows that were graded."""

    total_earned_points: Number
    total_possible_points: Number
    overall_percentage: Share | None
    rows: Count
    graded: Count
    unscored: Count
    errored: Count
    """Of the unscored ones, those for which a model gave no answer."""
    passed: Count
    failed: Count
    interval: PercentageInterval
    graders: list[GraderTotals]
    usage: GradingUsage
    eval_spec_id: Identifier
    eval_spec_version: Annotated[int, Field(ge=1)]


class Graded(Body):
    """What every row earned, in the dataset's order, and the totals."""

    results: list[GradedRow]
    summary: GradingSummary


class Deletion(Body):
    """Something is gone for good."""

    id: Identifier
    message: str


GradingStatus = Literal["PROCESSING", "READY", "FAILED"]
PAGE = {"limit": "How many a page has.", "page_token": "`next_page_token` of the page before."}
"""The query of every list that goes on after an id; its lists share one form of it."""

OPERATIONS = {
    "grade": Operation(
        "Grading",
        "Grade outputs now",
        "What by estimate would take more than 20 seconds, or would not fit an answer, is refused with 413 "
        "before any model is called: make a job of it.",
        surface=GRADING,
        scope=WRITE,
        bodies=(requests.GradeRequest,),
        fields=FIELDS,
        answer=Graded,
        examples=("grade",),
        request_examples={
            "the_page": {
                "eval_spec_id": "00000000-0000-0000-0000-000000000000",
                "dataset": [_ROW],
                "model": "gpt-4o-mini",
            }
        },
        refusals={
            403: "The key lacks the scope, or the spec is not shared with it.",
            404: "There is no such spec, or version of it.",
        },
    ),
}
