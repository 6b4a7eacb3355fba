"""Routes of test cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of, query_of

from marksheet import evaluation_datasets, evaluation_runs, test_cases
from marksheet.application import application
from marksheet.dialects import digitalocean

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

    from marksheet.domain import Caller

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/gen-ai/evaluation_test_cases")
def create_test_case() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = digitalocean.decode_case(body_of(event))
    fields = test_cases.CaseFields(
        name=request.name,
        description=request.description,
        dataset_id=request.dataset_uuid,
        metrics=tuple(request.metrics),
        star=_star(request.star_metric),
        workspace_id=request.workspace_uuid or None,
        workspace_name=request.agent_workspace_name or None,
    )
    made = test_cases.create(application(), caller, fields, digitalocean.fingerprint(request))
    return answer(digitalocean.encode_created_case(made))


@router.get("/v2/gen-ai/evaluation_test_cases")
def list_test_cases() -> Response[str]:
    caller = caller_of(router.current_event, READ)
    return _answer_list(caller, None)


@router.get("/v2/gen-ai/workspaces/<workspace_uuid>/evaluation_test_cases")
def list_test_cases_of_workspace(workspace_uuid: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    return _answer_list(caller, digitalocean.decode_label(workspace_uuid))


@router.get("/v2/gen-ai/evaluation_test_cases/<test_case_uuid>")
def get_test_case(test_case_uuid: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    version = digitalocean.decode_case_version(query_of(event))
    identifier = digitalocean.decode_id(test_cases.NOUN, test_case_uuid)
    case = test_cases.get(application(), caller, identifier, version)
    datasets = evaluation_datasets.of_cases(application(), caller, [case])
    return answer(digitalocean.encode_case(case, datasets.get(case.dataset_id)))


@router.put("/v2/gen-ai/evaluation_test_cases/<test_case_uuid>")
def update_test_case(test_case_uuid: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    identifier = digitalocean.decode_id(test_cases.NOUN, test_case_uuid)
    request = digitalocean.decode_case_change(body_of(event), identifier)
    fields = test_cases.CaseFields(
        name=request.name,
        description=request.description,
        dataset_id=request.dataset_uuid,
        metrics=None if request.metrics is None else tuple(request.metrics),
        star=_star(request.star_metric),
    )
    changed = test_cases.update(application(), caller, identifier, fields)
    return answer(digitalocean.encode_changed_case(changed))


@router.get("/v2/gen-ai/evaluation_test_cases/<test_case_uuid>/evaluation_runs")
def list_runs_of_test_case(test_case_uuid: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    version = digitalocean.decode_case_version(query_of(event))
    identifier = digitalocean.decode_id(test_cases.NOUN, test_case_uuid)
    found = evaluation_runs.list_of_case(application(), caller, identifier, version)
    return answer(digitalocean.encode_run_list(found))


def _answer_list(caller: Caller, workspace: str | None) -> Response[str]:
    cases = test_cases.list_all(application(), caller, workspace)
    return answer(
        digitalocean.encode_case_list(cases, evaluation_datasets.of_cases(application(), caller, cases))
    )


def _star(told: Any) -> test_cases.WantedStar | None:
    if told is None:
        return None
    in_percent = told.success_threshold is None
    return test_cases.WantedStar(told.metric_uuid or None, told.name or None, told.threshold, in_percent)
