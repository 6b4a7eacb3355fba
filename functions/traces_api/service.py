"""Routes by which the clients learn of the service, and of feedback, which follows from the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.identifiers import new_uuid
from traces_api.answering import answer_with
from traces_api.projects import caller_of_body

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

    from marksheet.dialects.weave.feedback import Feedback

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.get("/server_info")
def get_server_info() -> Response[str]:
    return answer(weave.encode_server_info())


@router.post("/graphql")
def ask_graphql() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    asked = weave.decode_graphql(body_of(event))
    return answer(weave.encode_graphql(asked, organization=caller.organization, key_id=caller.key_id))


@router.post("/feedback/create")
def give_feedback() -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    return answer_with(_take(weave.decode_feedback(body_of(event))), instead="send less")


@router.post("/feedback/batch/create")
def give_feedbacks() -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    taken = [_take(feedback) for feedback in weave.decode_feedback_batch(body_of(event))]
    return answer_with({"res": taken}, instead="send less at a time")


def _take(feedback: Feedback) -> dict[str, Any]:
    app = application()
    caller, _ = caller_of_body(router.current_event, WRITE, feedback.project)
    feedback_id = feedback.feedback_id or new_uuid(app.clock())
    return weave.encode_feedback(feedback_id, feedback.payload, now=app.now(), key_id=caller.key_id)
