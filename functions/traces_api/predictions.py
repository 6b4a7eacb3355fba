"""Routes of predictions and of their scores, one by one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, query_of

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.tracing import predictions, trial_reading
from traces_api.answering import answer_lines, answer_with
from traces_api.projects import caller_within

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

FEWER = "ask for fewer with limit and offset"

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/<entity>/<project>/predictions")
def predict(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, WRITE, entity, project)
    told = weave.decode_predict(body_of(event))
    made = predictions.predict(
        application(), caller, label, told.model, told.inputs, told.output, told.evaluation_run_id
    )
    return answer(weave.encode_predicted(made))


@router.get("/v2/<entity>/<project>/predictions")
def list_predictions(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, READ, entity, project)
    asked = weave.decode_trial_list(query_of(event))
    found = trial_reading.list_predictions(
        application(), caller, label, asked.evaluation_run_id, offset=asked.offset, limit=asked.limit
    )
    return answer_lines((weave.encode_prediction(**asdict(each)) for each in found), instead=FEWER)


@router.get("/v2/<entity>/<project>/predictions/<prediction_id>")
def get_prediction(entity: str, project: str, prediction_id: str) -> Response[str]:
    caller, label = caller_within(router.current_event, READ, entity, project)
    identifier = weave.decode_call_id("Prediction", prediction_id)
    found = trial_reading.get_prediction(application(), caller, label, identifier)
    return answer_with(weave.encode_prediction(**asdict(found)), instead="it is too large for an answer")


@router.post("/v2/<entity>/<project>/predictions/<prediction_id>/finish")
def finish_prediction(entity: str, project: str, prediction_id: str) -> Response[str]:
    caller, label = caller_within(router.current_event, WRITE, entity, project)
    identifier = weave.decode_call_id("Prediction", prediction_id)
    predictions.finish(application(), caller, label, identifier)
    return answer(weave.encode_success())


@router.delete("/v2/<entity>/<project>/predictions")
def delete_predictions(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, WRITE, entity, project)
    named = weave.decode_delete_predictions(query_of(event))
    predictions.delete(application(), caller, label, weave.possible_ids(named))
    return answer(weave.encode_num_deleted(len(named)))


@router.post("/v2/<entity>/<project>/scores")
def score_prediction(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, WRITE, entity, project)
    told = weave.decode_score(body_of(event))
    made = predictions.score(application(), caller, label, told.prediction_id, told.scorer, told.value)
    return answer(weave.encode_scored(made))


@router.get("/v2/<entity>/<project>/scores")
def list_scores(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, READ, entity, project)
    asked = weave.decode_trial_list(query_of(event))
    found = trial_reading.list_scores(
        application(), caller, label, asked.evaluation_run_id, offset=asked.offset, limit=asked.limit
    )
    return answer_lines((weave.encode_score(**asdict(each)) for each in found), instead=FEWER)


@router.get("/v2/<entity>/<project>/scores/<score_id>")
def get_score(entity: str, project: str, score_id: str) -> Response[str]:
    caller, label = caller_within(router.current_event, READ, entity, project)
    identifier = weave.decode_call_id("Score", score_id)
    found = trial_reading.get_score(application(), caller, label, identifier)
    return answer_with(weave.encode_score(**asdict(found)), instead="it is too large for an answer")


@router.delete("/v2/<entity>/<project>/scores")
def delete_scores(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, WRITE, entity, project)
    named = weave.decode_delete_scores(query_of(event))
    predictions.delete_scores(application(), caller, label, weave.possible_ids(named))
    return answer(weave.encode_num_deleted(len(named)))
