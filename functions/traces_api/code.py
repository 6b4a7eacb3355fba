"""Routes of what has source code: models, scorers and operations, one by one. It is kept, and never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import answer

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.domain import OPERATION
from marksheet.tracing import kept_things
from marksheet.tracing.kept_things import MODEL, SCORER
from traces_api import kept

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

    from marksheet.domain import Caller, ObjectVersion

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/<entity>/<project>/models")
def keep_model(entity: str, project: str) -> Response[str]:
    caller, label, body = kept.sent_to(router.current_event, entity, project)
    told = weave.decode_keep_model(body)
    made = kept_things.keep_model(
        application(), caller, label, told.name, told.description, told.source_code, told.attributes
    )
    return answer(weave.encode_kept(made, model_ref=kept.reference(caller, label, made)))


@router.get("/v2/<entity>/<project>/models")
def list_kept_models(entity: str, project: str) -> Response[str]:
    return kept.list_latest(router.current_event, (entity, project), MODEL, _model)


@router.get("/v2/<entity>/<project>/models/<object_id>/versions/<digest>")
def read_kept_model(entity: str, project: str, object_id: str, digest: str) -> Response[str]:
    return kept.read(router.current_event, (entity, project), MODEL, (object_id, digest), _model)


@router.delete("/v2/<entity>/<project>/models/<object_id>")
def delete_kept_model(entity: str, project: str, object_id: str) -> Response[str]:
    return kept.delete(router.current_event, (entity, project), MODEL, object_id)


@router.post("/v2/<entity>/<project>/scorers")
def keep_scorer(entity: str, project: str) -> Response[str]:
    caller, label, body = kept.sent_to(router.current_event, entity, project)
    told = weave.decode_keep_scorer(body)
    made = kept_things.keep_scorer(
        application(), caller, label, told.name, told.description, told.op_source_code
    )
    return answer(weave.encode_kept(made, scorer=kept.reference(caller, label, made)))


@router.get("/v2/<entity>/<project>/scorers")
def list_kept_scorers(entity: str, project: str) -> Response[str]:
    return kept.list_latest(router.current_event, (entity, project), SCORER, _scorer)


@router.get("/v2/<entity>/<project>/scorers/<object_id>/versions/<digest>")
def read_kept_scorer(entity: str, project: str, object_id: str, digest: str) -> Response[str]:
    return kept.read(router.current_event, (entity, project), SCORER, (object_id, digest), _scorer)


@router.delete("/v2/<entity>/<project>/scorers/<object_id>")
def delete_kept_scorer(entity: str, project: str, object_id: str) -> Response[str]:
    return kept.delete(router.current_event, (entity, project), SCORER, object_id)


@router.post("/v2/<entity>/<project>/ops")
def keep_operation(entity: str, project: str) -> Response[str]:
    caller, label, body = kept.sent_to(router.current_event, entity, project)
    told = weave.decode_keep_operation(body)
    made = kept_things.keep_operation(application(), caller, label, told.name, told.source_code)
    return answer(weave.encode_kept(made))


@router.get("/v2/<entity>/<project>/ops")
def list_kept_operations(entity: str, project: str) -> Response[str]:
    return kept.list_latest(router.current_event, (entity, project), OPERATION, _operation)


@router.get("/v2/<entity>/<project>/ops/<object_id>/versions/<digest>")
def read_kept_operation(entity: str, project: str, object_id: str, digest: str) -> Response[str]:
    return kept.read(router.current_event, (entity, project), OPERATION, (object_id, digest), _operation)


@router.delete("/v2/<entity>/<project>/ops/<object_id>")
def delete_kept_operation(entity: str, project: str, object_id: str) -> Response[str]:
    return kept.delete(router.current_event, (entity, project), OPERATION, object_id)


def _model(caller: Caller, label: str, version: ObjectVersion) -> dict[str, Any]:
    return weave.encode_model(version, kept_things.source_of(application(), caller, label, version))


def _scorer(_caller: Caller, _label: str, version: ObjectVersion) -> dict[str, Any]:
    return weave.encode_scorer(version)


def _operation(caller: Caller, label: str, version: ObjectVersion) -> dict[str, Any]:
    return weave.encode_operation(version, kept_things.source_of(application(), caller, label, version))
