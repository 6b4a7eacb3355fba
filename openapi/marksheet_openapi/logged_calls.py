"""Calls that clients hand in, and what these ask of the service: what their routes take and answer."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from marksheet.dialects.weave import call_requests as requests
from marksheet.dialects.weave.feedback import FeedbackBatchRequest, FeedbackRequest
from marksheet.dialects.weave.service import GraphqlRequest
from marksheet_openapi.bodies import Body, CallIdentifier, Time
from marksheet_openapi.operations import READ, WRITE, Operation
from marksheet_openapi.surfaces import TRACES

NO_SUCH_PROJECT = {404: "The project is not one of the key's organization."}
OTHER_RUN = {409: "A run of another project has the id."}
TAG = "Logged runs"


class CallStarted(Body):
    """The ids of a call."""

    id: CallIdentifier
    trace_id: CallIdentifier


class Taken(Body):
    """It was taken."""


class Upserted(Body):
    """One answer for each start and end, in their order."""

    res: list[CallStarted | Taken]


class ServerInfo(Body):
    """Which clients are understood."""

    min_required_weave_python_version: str
    trace_server_version: str


class FeedbackTaken(Body):
    """What was taken."""

    id: str
    created_at: Time
    wb_user_id: str
    """The key's id."""
    payload: dict[str, Any]


class FeedbackBatchTaken(Body):
    """What was taken, in its order."""

    res: list[FeedbackTaken]


class GraphqlError(Body):
    """What went wrong."""

    message: str
    extensions: dict[str, Any] = Field(default_factory=dict)


class GraphqlAnswer(Body):
    """An answer as GraphQL has it."""

    data: dict[str, Any] | None
    errors: list[GraphqlError] = Field(default_factory=list)


_IN_ANY_ORDER = (
    "What comes again changes nothing; of two different ones for one call the later one counts. Calls may "
    "come in any order. Once start and end of a run are there, it becomes an evaluation."
)


def _calls(summary: str, model: Any, answer: Any, text: str = "") -> Operation:
    return Operation(
        TAG,
        summary,
        text or _IN_ANY_ORDER,
        surface=TRACES,
        scope=WRITE,
        bodies=(model,),
        answer=answer,
        refusals={**NO_SUCH_PROJECT, **OTHER_RUN},
    )


OPERATIONS = {
    "start_call": _calls("Begin a call", requests.StartRequest, CallStarted),
    "start_call_of_body": _calls(
        "Begin a call of the project in the body", requests.StartRequest, CallStarted
    ),
    "end_call": _calls("End a call", requests.EndRequest, Taken),
    "end_call_of_body": _calls("End a call of the project in the body", requests.EndRequest, Taken),
    "complete_calls": _calls("Hand in calls that are over", requests.CompleteRequest, Taken),
    "upsert_calls": _calls("Begin and end calls", requests.UpsertRequest, Upserted),
    "give_feedback": _calls(
        "Say again what a scorer said",
        FeedbackRequest,
        FeedbackTaken,
        "Feedback of a scorer is in the scorer's call, and not kept a second time. Other kinds are refused.",
    ),
    "give_feedbacks": _calls(
        "Say again what scorers said",
        FeedbackBatchRequest,
        FeedbackBatchTaken,
        "Feedback of scorers is in their calls, and not kept a second time. Other kinds are refused.",
    ),
    "get_server_info": Operation(TAG, "Ask which clients are understood", surface=TRACES, answer=ServerInfo),
    "ask_graphql": Operation(
        TAG,
        "Ask for a project, or who one is",
        "Answers the three queries that the clients begin with, and no others.",
        surface=TRACES,
        scope=READ,
        bodies=(GraphqlRequest,),
        answer=GraphqlAnswer,
    ),
}
