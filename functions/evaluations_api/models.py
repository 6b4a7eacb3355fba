"""Routes of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of

from evaluations_api.uploading import answer_upload
from marksheet import models
from marksheet.application import application
from marksheet.dialects import nugen

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/api/v3/models")
@router.post("/api/v3/models/")
def register_model() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = nugen.decode_register_model(body_of(event))
    new = models.NewModel(
        model_id=request.model_id,
        provider=request.provider,
        settings=request.settings,
        api_key=request.api_key,
    )
    return answer(nugen.encode_model(models.register(application(), caller, new)))


@router.get("/api/v3/models")
@router.get("/api/v3/models/")
def list_models() -> Response[str]:
    caller = caller_of(router.current_event, READ)
    return answer(nugen.encode_model_list(models.list_all(application(), caller)))


@router.get("/api/v3/models/<model_id>")
def get_model(model_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    found = models.get(application(), caller, nugen.decode_id("Model", model_id))
    return answer(nugen.encode_model(found))


@router.delete("/api/v3/models/<model_id>")
def delete_model(model_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    identifier = nugen.decode_id("Model", model_id)
    models.delete(application(), caller, identifier)
    return answer(nugen.encode_deleted("model", identifier))


@router.post("/api/v3/models/<model_id>/answers-url")
def request_answers(model_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    upload = models.request_answers(application(), caller, nugen.decode_id("Model", model_id))
    return answer_upload(upload)
