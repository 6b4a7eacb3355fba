"""Routes of evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of, header_of, query_of

from marksheet import evaluations
from marksheet.application import application
from marksheet.assembling import CreateEvaluation
from marksheet.dialects import nugen
from marksheet.estimating import estimate

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/api/v3/evaluations")
@router.post("/api/v3/evaluations/")
@router.post("/api/v3/evaluations/create")
def create_evaluation() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    idempotency_key = nugen.decode_idempotency_key(header_of(event, "Idempotency-Key"))
    request = nugen.decode_create_evaluation(body_of(event))
    new = CreateEvaluation.from_request(request)
    if request.dry_run:
        return answer(nugen.encode_estimate(*estimate(application(), caller, new)))
    evaluation = evaluations.create(
        application(),
        caller,
        new,
        idempotency_key=idempotency_key,
        fingerprint=request.fingerprint,
    )
    return answer(nugen.encode_created(evaluation, request))


@router.get("/api/v3/evaluations")
@router.get("/api/v3/evaluations/")
def list_evaluations() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    request = nugen.decode_list_evaluations(query_of(event))
    page = evaluations.list_page(
        application(),
        caller,
        status=request.statuses,
        model_id=request.model_id,
        project=request.project,
        limit=request.limit,
        offset=request.offset,
    )
    body = nugen.encode_evaluation_list(
        page.evaluations,
        organization=caller.organization,
        total=page.total,
        limit=request.limit,
        offset=request.offset,
    )
    return answer(body)


@router.get("/api/v3/evaluations/<evaluation_id>")
def get_evaluation(evaluation_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    found = evaluations.get(application(), caller, nugen.decode_id("Evaluation", evaluation_id))
    return answer(nugen.encode_evaluation(found))


@router.get("/api/v3/evaluations/<evaluation_id>/status")
def get_status(evaluation_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    found = evaluations.get(application(), caller, nugen.decode_id("Evaluation", evaluation_id))
    progress = evaluations.progress(found, application().clock())
    body = nugen.encode_status(
        found,
        completed=progress.completed,
        total=progress.total,
        average_seconds=progress.average_seconds,
        eta_seconds=progress.eta_seconds,
    )
    return answer(body)


@router.delete("/api/v3/evaluations/<evaluation_id>")
def delete_evaluation(evaluation_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    identifier = nugen.decode_id("Evaluation", evaluation_id)
    evaluations.delete(application(), caller, identifier)
    return answer(nugen.encode_deleted("evaluation", identifier))


@router.post("/api/v3/evaluations/<evaluation_id>/cancel")
def cancel_evaluation(evaluation_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    cancelled = evaluations.cancel(application(), caller, nugen.decode_id("Evaluation", evaluation_id))
    return answer(nugen.encode_evaluation(cancelled))


@router.post("/api/v3/evaluations/<evaluation_id>/resume")
def resume_evaluation(evaluation_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = nugen.decode_resume(body_of(event))
    identifier = nugen.decode_id("Evaluation", evaluation_id)
    resumed = evaluations.resume(application(), caller, identifier, max_cost_usd=request.max_cost_usd)
    return answer(nugen.encode_evaluation(resumed))
