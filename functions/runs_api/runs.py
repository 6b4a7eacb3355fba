"""Routes of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of

from marksheet import evaluation_runs, test_cases
from marksheet.application import application
from marksheet.dialects import digitalocean

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/gen-ai/evaluation_runs")
def create_runs() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = digitalocean.decode_run(body_of(event))
    new = test_cases.NewRuns(request.test_case_uuid, request.agents, request.run_name or None)
    started = test_cases.run(application(), caller, new, digitalocean.fingerprint(request))
    return answer(digitalocean.encode_started_runs(started))


@router.get("/v2/gen-ai/evaluation_runs/<evaluation_run_uuid>")
def get_run(evaluation_run_uuid: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    identifier = digitalocean.decode_call_id(evaluation_runs.NOUN, evaluation_run_uuid)
    return answer(digitalocean.encode_run(evaluation_runs.get(application(), caller, identifier)))
