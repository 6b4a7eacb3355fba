"""Routes of eval specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of, query_of

from marksheet import eval_specs
from marksheet.application import application
from marksheet.dialects import doteval

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

    from marksheet.domain import EvalSpec

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v1/eval/specs")
def create_spec() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = doteval.decode_spec(body_of(event))
    return _answer(eval_specs.create(application(), caller, eval_specs.NewSpec(**dict(request))))


@router.get("/v1/eval/specs")
def list_specs() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    query = doteval.decode_page(query_of(event))
    page = eval_specs.list_specs(application(), caller, query.limit, query.after)
    return answer(doteval.encode_spec_list(page.specs, page.next_after))


@router.get("/v1/eval/specs/<eval_spec_id>")
def get_spec(eval_spec_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    spec_id, version = doteval.decode_spec_reference(eval_spec_id, query_of(event))
    return _answer(eval_specs.get(application(), caller, spec_id, version))


@router.get("/v1/eval/specs/<eval_spec_id>/versions")
def list_spec_versions(eval_spec_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    spec_id = doteval.decode_id("Eval spec", eval_spec_id)
    found = eval_specs.versions(application(), caller, spec_id)
    return answer(doteval.encode_spec_versions(spec_id, found))


@router.put("/v1/eval/specs/<eval_spec_id>")
def update_spec(eval_spec_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    spec_id = doteval.decode_id("Eval spec", eval_spec_id)
    request = doteval.decode_spec(body_of(event))
    return _answer(eval_specs.update(application(), caller, spec_id, eval_specs.NewSpec(**dict(request))))


@router.put("/v1/eval/specs/<eval_spec_id>/sharing")
def share_spec(eval_spec_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    spec_id = doteval.decode_id("Eval spec", eval_spec_id)
    request = doteval.decode_sharing(body_of(event))
    shared = eval_specs.share(
        application(), caller, spec_id, shared_with=request.shared_with, owner=request.owner
    )
    return _answer(shared)


@router.delete("/v1/eval/specs/<eval_spec_id>")
def delete_spec(eval_spec_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    spec_id = doteval.decode_id("Eval spec", eval_spec_id)
    eval_specs.delete(application(), caller, spec_id)
    return answer(doteval.encode_deleted("eval spec", spec_id))


def _answer(spec: EvalSpec) -> Response[str]:
    return answer(doteval.encode_spec(spec, eval_specs.models_of(spec)))
