"""Routes of what became of a run's questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, caller_of, large_answer, query_of

from marksheet import evaluation_runs
from marksheet.application import application
from marksheet.dialects import digitalocean

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.get("/v2/gen-ai/evaluation_runs/<evaluation_run_uuid>/results")
def list_prompts(evaluation_run_uuid: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    asked = digitalocean.decode_page(query_of(event))
    identifier = digitalocean.decode_call_id(evaluation_runs.NOUN, evaluation_run_uuid)
    app = application()
    seen = evaluation_runs.get(app, caller, identifier)
    first = (asked.page - 1) * asked.per_page + 1
    found = evaluation_runs.prompts(app, seen, first=first, count=asked.per_page)
    body = digitalocean.encode_results_page(
        seen,
        found,
        page=asked.page,
        per_page=asked.per_page,
        total=evaluation_runs.count_prompts(seen),
    )
    return large_answer(body, instead="ask for fewer prompts by per_page")


@router.get("/v2/gen-ai/evaluation_runs/<evaluation_run_uuid>/results/<prompt_id>")
def get_prompt(evaluation_run_uuid: str, prompt_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    identifier = digitalocean.decode_call_id(evaluation_runs.NOUN, evaluation_run_uuid)
    ordinal = digitalocean.decode_prompt_id(prompt_id)
    seen, prompt = evaluation_runs.prompt(application(), caller, identifier, ordinal)
    body = digitalocean.encode_prompt(seen.evaluation, prompt)
    return large_answer(body, instead="the results file of the evaluation has it")
