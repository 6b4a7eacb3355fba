"""Grading jobs: what their routes take and answer."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, RootModel

from marksheet.dialects.doteval import grading_requests as requests
from marksheet_openapi.bodies import Body, Count, Dollars, Identifier, Time
from marksheet_openapi.evaluations import IDEMPOTENCY_KEY, Amount
from marksheet_openapi.grading import (
    FIELDS,
    Deletion,
    Graded,
    GradedRow,
    GradingStatus,
    GradingSummary,
)
from marksheet_openapi.operations import READ, WRITE, Described, Operation, Redirect
from marksheet_openapi.surfaces import GRADING
from marksheet_openapi.uploads import Form

_ATTACHMENT: dict[str, Any] = {
    "description": "Says to save the file, and under which name.",
    "required": True,
    "schema": {"type": "string", "pattern": "^attachment; filename=[A-Za-z0-9._:-]+$"},
}
_AMOUNT = Described("What all judges may cost together, a number or a decimal text.", Amount)
_SPEC = "The key lacks the scope, or the spec is not shared with it."


class JobBudget(Body):
    """What a job may cost, and what it did so far."""

    max_cost_usd: Dollars
    spent_usd: Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]


class GradingJob(Body):
    """How far a job is."""

    job_id: Identifier
    status: GradingStatus
    name: str | None
    eval_spec_id: Identifier
    eval_spec_version: Annotated[int, Field(ge=1)]
    model: Identifier | None
    """The judge that the request named."""
    rows_graded: Count
    rows_total: Count | None
    """Null until the rows were read."""
    created_at: Time
    started_at: Time | None
    completed_at: Time | None
    error: str | None
    line: Count | None
    """Of the file, where it is wrong."""
    field: str | None
    stopped: bool
    """Whether its budget ended it."""
    budget: JobBudget | None


class JobWithForm(GradingJob):
    """A job that waits for its file: POST a form of `upload.fields`, then the file as a last field `file`, to
    `upload.url`, without the key."""

    upload: Form
    expires_in: Count
    """Seconds that the form is good for."""
    maximum_bytes: Count


class JobCreated(RootModel[GradingJob | JobWithForm]):
    """A job that began, or that waits for its file."""


class JobWithResult(GradingJob):
    """A job, and what it came to."""

    summary: GradingSummary | None
    results: list[GradedRow] | None
    """Null until there are any, and where they are large."""
    results_url: str | None
    """Where large results are; for 15 minutes, without a key."""


class JobList(Body):
    """One page of jobs, the newest first."""

    jobs: list[GradingJob]
    total: Count
    limit: Count
    offset: Count


_JOB_FIELDS = {**FIELDS, "max_cost_usd": _AMOUNT}

OPERATIONS = {
    "create_job": Operation(
        "Grading",
        "Grade outputs later",
        "Of rows in the request, or of a JSON Lines file of any size that is sent by the form in the answer.",
        surface=GRADING,
        scope=WRITE,
        bodies=(requests.JobRequest, requests.JobToCome),
        fields=_JOB_FIELDS,
        parameters=(IDEMPOTENCY_KEY,),
        request_examples={
            "rows": {
                "eval_spec_id": "spec-01kd",
                "dataset": [{"input": "What is 2+2?", "output": "4", "expected_answer": "4"}],
            },
            "file": {"eval_spec_id": "spec-01kd", "upload": True},
        },
        answer=JobCreated,
        refusals={
            403: _SPEC,
            404: "There is no such spec, or version of it.",
            409: "The Idempotency-Key was used with another body, or what it made was deleted.",
        },
    ),
    "list_jobs": Operation(
        "Grading",
        "List grading jobs",
        surface=GRADING,
        scope=READ,
        query=requests.JobListRequest,
        fields={"limit": "Jobs a page.", "offset": "Jobs to pass over."},
        answer=JobList,
    ),
    "get_job": Operation("Grading", "Get a grading job", surface=GRADING, scope=READ, answer=JobWithResult),
    "download_job": Operation(
        "Grading",
        "Download a job's results",
        "The body that grading at once would have answered.",
        surface=GRADING,
        scope=READ,
        answer=Graded,
        headers={"Content-Disposition": _ATTACHMENT},
        redirect=Redirect(307, "The file is here."),
        refusals={400: "The job has no results yet, or never had any."},
    ),
    "cancel_job": Operation(
        "Grading",
        "Cancel a grading job",
        surface=GRADING,
        scope=WRITE,
        answer=GradingJob,
        refusals={409: "It is over, or has not begun."},
    ),
    "resume_job": Operation(
        "Grading",
        "Resume a grading job",
        "Grades again what errored or was not reached.",
        surface=GRADING,
        scope=WRITE,
        bodies=(requests.ResumeJobRequest,),
        body_required=False,
        fields={"max_cost_usd": Described("The new sum for all attempts together.", Amount)},
        answer=GradingJob,
        refusals={409: "It runs, is READY, or its budget leaves nothing to go on with."},
    ),
    "delete_job": Operation("Grading", "Delete a grading job", surface=GRADING, scope=WRITE, answer=Deletion),
}
