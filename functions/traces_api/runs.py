"""Routes of runs one by one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, query_of

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.tracing import runs
from traces_api.answering import answer_lines, answer_with
from traces_api.projects import caller_within

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/<entity>/<project>/evaluation_runs")
def begin_run(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, WRITE, entity, project)
    told = weave.decode_begin_run(body_of(event))
    run_id = runs.begin(
        application(), caller, label, told.evaluation, told.model, told.source_evaluation_run_id
    )
    return answer(weave.encode_run_begun(run_id))


@router.get("/v2/<entity>/<project>/evaluation_runs")
def list_runs(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, READ, entity, project)
    asked = weave.decode_run_list(query_of(event))
    found = runs.list_records(
        application(),
        caller,
        label,
        run_ids=asked.asked_runs,
        evaluation_refs=asked.asked_evaluations,
        model_refs=asked.asked_models,
        offset=asked.offset,
        limit=asked.limit,
    )
    return answer_lines(map(_encode, found), instead="ask for fewer with limit and offset")


@router.get("/v2/<entity>/<project>/evaluation_runs/<evaluation_run_id>")
def read_run(entity: str, project: str, evaluation_run_id: str) -> Response[str]:
    caller, label = caller_within(router.current_event, READ, entity, project)
    run_id = weave.decode_call_id("Evaluation run", evaluation_run_id)
    found = runs.get(application(), caller, label, run_id)
    return answer_with(_encode(found), instead="its summary is too large")


@router.post("/v2/<entity>/<project>/evaluation_runs/<evaluation_run_id>/finish")
def finish_run(entity: str, project: str, evaluation_run_id: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, WRITE, entity, project)
    run_id = weave.decode_call_id("Evaluation run", evaluation_run_id)
    told = weave.decode_finish_run(body_of(event))
    runs.finish(application(), caller, label, run_id, told.summary)
    return answer(weave.encode_success())


@router.delete("/v2/<entity>/<project>/evaluation_runs")
def delete_runs(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, WRITE, entity, project)
    named = weave.decode_delete_runs(query_of(event))
    runs.delete(application(), caller, label, weave.possible_ids(named))
    return answer(weave.encode_num_deleted(len(named)))


def _encode(record: runs.RunRecord) -> dict[str, Any]:
    return weave.encode_run(**asdict(record))
