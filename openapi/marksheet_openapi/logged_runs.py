"""Runs, predictions and scores one by one: what their routes take and answer."""

from __future__ import annotations

from typing import Any, Literal

from marksheet.dialects.weave import run_requests as requests
from marksheet_openapi.bodies import Body, CallIdentifier, Count
from marksheet_openapi.logged_calls import OTHER_RUN, TAG
from marksheet_openapi.operations import READ, WRITE, Operation
from marksheet_openapi.surfaces import TRACES

LINES = "application/jsonl"
_NOT_YET = {409: "Its run is not finished."}
_OURS = {409: "Marksheet made it, and has not finished it, or cannot delete it alone."}


class RunBegun(Body):
    """The id of a run."""

    evaluation_run_id: CallIdentifier


class RunShown(Body):
    """A run without its trials."""

    evaluation_run_id: CallIdentifier
    evaluation: str
    """A reference."""
    model: str
    """A reference."""
    status: Literal["running", "completed", "failed"]
    started_at: str | None
    finished_at: str | None
    summary: dict[str, Any] | None
    """What its client says it came to, or of a run that Marksheet made its headline."""
    source_evaluation_run_id: str | None


class Predicted(Body):
    """The id of a prediction."""

    prediction_id: CallIdentifier


class PredictionShown(Body):
    """An output of a model."""

    prediction_id: CallIdentifier
    model: str
    """A reference."""
    inputs: dict[str, Any]
    output: Any
    evaluation_run_id: str | None
    wb_user_id: None


class Scored(Body):
    """The id of a score."""

    score_id: CallIdentifier


class ScoreShown(Body):
    """What a scorer said of a prediction."""

    score_id: CallIdentifier
    scorer: str
    """A reference."""
    value: Any
    evaluation_run_id: str | None
    wb_user_id: None


class Success(Body):
    """It was done."""

    success: Literal[True]


class NumberDeleted(Body):
    """How many were named, or of versions how many were deleted."""

    num_deleted: Count


def _operation(summary: str, description: str = "", **said: Any) -> Operation:
    return Operation(TAG, summary, description, surface=TRACES, **said)


OPERATIONS = {
    "begin_run": _operation(
        "Begin a run",
        scope=WRITE,
        bodies=(requests.BeginRunRequest,),
        answer=RunBegun,
        refusals=OTHER_RUN,
    ),
    "list_runs": _operation(
        "List runs",
        "Logged ones and those that Marksheet made, the newest first; a line for each, of the form that one "
        "alone has.",
        scope=READ,
        query=requests.RunListQuery,
        answer=LINES,
        text="JSON lines.",
    ),
    "read_run": _operation("Get a run", scope=READ, answer=RunShown),
    "finish_run": _operation(
        "End a run",
        "It becomes an evaluation. Ending a run that nobody knows is no error: its start may follow.",
        scope=WRITE,
        bodies=(requests.FinishRunRequest,),
        body_required=False,
        answer=Success,
        refusals={**OTHER_RUN, **_OURS},
    ),
    "delete_runs": _operation(
        "Delete runs",
        "With their trials and evaluations. One that is not there is no error.",
        scope=WRITE,
        query=requests.DeleteRunsQuery,
        answer=NumberDeleted,
        refusals=_OURS,
    ),
    "predict": _operation(
        "Hand in an output",
        "Its trial has output and scores once it is finished.",
        scope=WRITE,
        bodies=(requests.PredictRequest,),
        answer=Predicted,
        refusals=OTHER_RUN,
    ),
    "list_predictions": _operation(
        "List the predictions of a run",
        "A line for each, of the form that one alone has.",
        scope=READ,
        query=requests.TrialListQuery,
        answer=LINES,
        text="JSON lines.",
        refusals=_NOT_YET,
    ),
    "get_prediction": _operation("Get a prediction", scope=READ, answer=PredictionShown, refusals=_NOT_YET),
    "finish_prediction": _operation(
        "Finish a prediction",
        "Its trial has the scores that there are by now. May be done again.",
        scope=WRITE,
        answer=Success,
        refusals=OTHER_RUN,
    ),
    "delete_predictions": _operation(
        "Delete predictions",
        "With their trials. One that is not there is no error.",
        scope=WRITE,
        query=requests.DeletePredictionsQuery,
        answer=NumberDeleted,
        refusals=OTHER_RUN,
    ),
    "score_prediction": _operation(
        "Score a prediction",
        scope=WRITE,
        bodies=(requests.ScoreRequest,),
        answer=Scored,
        refusals=OTHER_RUN,
    ),
    "list_scores": _operation(
        "List the scores of a run",
        "A line for each, of the form that one alone has.",
        scope=READ,
        query=requests.TrialListQuery,
        answer=LINES,
        text="JSON lines.",
        refusals=_NOT_YET,
    ),
    "get_score": _operation("Get a score", scope=READ, answer=ScoreShown, refusals=_NOT_YET),
    "delete_scores": _operation(
        "Delete scores",
        "A trial that is finished keeps them until it is finished again.",
        scope=WRITE,
        query=requests.DeleteScoresQuery,
        answer=NumberDeleted,
        refusals=OTHER_RUN,
    ),
}
