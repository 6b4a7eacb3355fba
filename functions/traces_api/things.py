"""Routes of datasets and evaluations, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import answer

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.tracing import kept_things
from marksheet.tracing.kept_things import DATASET, EVALUATION
from traces_api import kept

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

    from marksheet.domain import Caller, ObjectVersion

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/<entity>/<project>/datasets")
def keep_dataset(entity: str, project: str) -> Response[str]:
    caller, label, body = kept.sent_to(router.current_event, entity, project)
    told = weave.decode_keep_dataset(body)
    made = kept_things.keep_dataset(application(), caller, label, told.name, told.description, told.rows)
    return answer(weave.encode_kept(made))


@router.get("/v2/<entity>/<project>/datasets")
def list_kept_datasets(entity: str, project: str) -> Response[str]:
    return kept.list_latest(router.current_event, (entity, project), DATASET, _dataset)


@router.get("/v2/<entity>/<project>/datasets/<object_id>/versions/<digest>")
def read_kept_dataset(entity: str, project: str, object_id: str, digest: str) -> Response[str]:
    return kept.read(router.current_event, (entity, project), DATASET, (object_id, digest), _dataset)


@router.delete("/v2/<entity>/<project>/datasets/<object_id>")
def delete_kept_dataset(entity: str, project: str, object_id: str) -> Response[str]:
    return kept.delete(router.current_event, (entity, project), DATASET, object_id)


@router.post("/v2/<entity>/<project>/evaluations")
def keep_evaluation(entity: str, project: str) -> Response[str]:
    caller, label, body = kept.sent_to(router.current_event, entity, project)
    told = weave.decode_keep_evaluation(body)
    made = kept_things.keep_evaluation(
        application(),
        caller,
        label,
        told.name,
        told.description,
        dataset=told.dataset,
        scorers=told.scorers or [],
        trials=told.trials,
        evaluation_name=told.evaluation_name,
        metadata=told.eval_attributes or {},
    )
    return answer(weave.encode_kept(made, evaluation_ref=kept.reference(caller, label, made)))


@router.get("/v2/<entity>/<project>/evaluations")
def list_kept_evaluations(entity: str, project: str) -> Response[str]:
    return kept.list_latest(router.current_event, (entity, project), EVALUATION, _evaluation)


@router.get("/v2/<entity>/<project>/evaluations/<object_id>/versions/<digest>")
def read_kept_evaluation(entity: str, project: str, object_id: str, digest: str) -> Response[str]:
    return kept.read(router.current_event, (entity, project), EVALUATION, (object_id, digest), _evaluation)


@router.delete("/v2/<entity>/<project>/evaluations/<object_id>")
def delete_kept_evaluation(entity: str, project: str, object_id: str) -> Response[str]:
    return kept.delete(router.current_event, (entity, project), EVALUATION, object_id)


def _dataset(_caller: Caller, _label: str, version: ObjectVersion) -> dict[str, Any]:
    return weave.encode_dataset(version)


def _evaluation(_caller: Caller, _label: str, version: ObjectVersion) -> dict[str, Any]:
    return weave.encode_evaluation(version)
