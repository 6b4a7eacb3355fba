"""The function of the traces' surface: who is answered, and in which form it refuses."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from marksheet.keys import revoke_key
from tests.functions.traces_api.weave_project import WeaveProject

if TYPE_CHECKING:
    import io

    from marksheet.application import Application

QUERY = {"evaluation_call_ids": ["run"]}


def test_the_sample_query_is_answered(deployed: Application, event: Any, call: Any) -> None:
    answer = call(event("eval_results_query"))
    assert (answer.status, answer.json) == (
        200,
        {"rows": [], "total_rows": 0, "summary": {"row_count": 0, "evaluations": []}, "warnings": []},
    )
    assert answer.headers["Content-Type"] == "application/json"


def test_the_sample_without_ids_is_refused(event: Any, call: Any) -> None:
    answer = call(event("eval_results_query_without_ids"))
    assert answer.status == 422
    ((problem,),) = answer.json.values()
    assert problem == {
        "loc": ["body"],
        "msg": "At least one of evaluation_call_ids and evaluation_run_ids is required",
        "type": "value_error",
    }


def test_the_sample_without_a_key_is_refused(event: Any, call: Any) -> None:
    answer = call(event("eval_results_query_unauthenticated"))
    assert (answer.status, answer.json) == (401, {"reason": "Invalid or missing API key"})
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="marksheet"'


def test_the_sample_of_a_key_without_the_scope_is_refused(event: Any, call: Any) -> None:
    answer = call(event("eval_results_query_write_only_key"))
    assert (answer.status, answer.json) == (403, {"reason": "This API key lacks the scope evaluations:read"})


def test_an_unknown_route_is_not_found(event: Any, call: Any) -> None:
    answer = call(event("unknown_route"))
    assert (answer.status, set(answer.json)) == (404, {"reason"})


def test_a_method_that_a_route_does_not_have_is_refused(event: Any, call: Any) -> None:
    answer = call(event("wrong_method"))
    assert (answer.status, answer.json) == (405, {"reason": "The route has no such method"})
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_query_is_posted(method: str, project: WeaveProject) -> None:
    credentials = base64.b64encode(f"api:{project.key}".encode()).decode()
    answer = project.client.open(
        "/v2/acme/proj/eval_results/query",
        method=method,
        headers={"Authorization": f"Basic {credentials}"},
    )
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.get_json() == {"reason": "The route has no such method"}


@pytest.mark.parametrize("user", ["", "API", "admin", "api "])
def test_another_user_than_api_is_nobody(user: str, project: WeaveProject) -> None:
    answer = project.ask(QUERY, user=user)
    assert (answer.status_code, answer.get_json()) == (401, {"reason": "Invalid or missing API key"})


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !", "Basic YXBpOg==", "Basic YXBp", "Digest x", "msk_abc", "Basic " + "A" * 2000],
)
def test_a_header_that_carries_no_key_is_refused(header: str, project: WeaveProject) -> None:
    answer = project.ask(QUERY, headers={"Authorization": header})
    assert (answer.status_code, answer.get_json()) == (401, {"reason": "Invalid or missing API key"})


def test_without_the_header_the_gateway_answers(project: WeaveProject) -> None:
    answer = project.ask(QUERY, headers={"Authorization": None})
    assert (answer.status_code, answer.get_json()) == (401, {"message": "Unauthorized"})


def test_a_revoked_key_is_nobody(project: WeaveProject, deployed: Application, clock: Any) -> None:
    assert project.ask(QUERY).status_code == 200
    revoke_key(deployed.store, "acme", project.key.split("_")[1], now=clock())
    assert project.ask(QUERY).status_code == 401


@pytest.mark.parametrize("entity", ["umbrella", "nobody", "ACME", "acme%2e", "..", "a%2Fb"])
def test_another_entity_is_not_found_be_it_there_or_not(
    entity: str, project: WeaveProject, stranger_project: WeaveProject
) -> None:
    stranger_project.log(stranger_project.trial("t", {"q": 1}))
    project.entity = entity
    answer = project.post("eval_results/query", QUERY)
    assert answer.status_code == 404
    assert set(answer.get_json()) == {"reason"}
    assert "umbrella" not in answer.text or entity == "umbrella"


def test_an_entity_that_is_not_the_keys_answers_alike_for_a_known_and_an_unknown_one(
    project: WeaveProject, stranger_project: WeaveProject
) -> None:
    stranger_project.log(stranger_project.trial("t", {"q": 1}))
    told = []
    for entity in ("umbrella", "nobody"):
        project.entity = entity
        answer = project.post("eval_results/query", QUERY)
        told.append((answer.status_code, answer.text.replace(entity, "...")))
    assert told[0] == told[1]


@pytest.mark.parametrize("label", ["a b", "a%23b", "x" * 129, "%00", "é"])
def test_a_project_that_no_evaluation_can_have_is_not_found(label: str, project: WeaveProject) -> None:
    project.project = label
    assert project.post("eval_results/query", QUERY).status_code == 404


@pytest.mark.parametrize("label", ["proj", "never-used", "_x", "-", "v1.2"])
def test_any_other_project_is_there_and_empty(label: str, project: WeaveProject) -> None:
    project.project = label
    assert project.query("run")["total_rows"] == 0


def test_a_percent_encoded_project_is_the_project(project: WeaveProject) -> None:
    project.log(project.trial("t", {"q": 1}))
    credentials = base64.b64encode(f"api:{project.key}".encode()).decode()
    answer = project.client.post(
        "/v2/%61cme/%70roj/eval_results/query",
        json=QUERY,
        headers={"Authorization": f"Basic {credentials}"},
    )
    assert answer.get_json()["total_rows"] == 1


def test_a_body_of_5_mb_is_read(project: WeaveProject) -> None:
    project.log(project.trial("t", {"q": 1}))
    body = {"evaluation_call_ids": ["run", "x" * 5_000_000]}
    assert len(json.dumps(body)) > 5_000_000
    assert project.ask(body).get_json()["total_rows"] == 1


def test_a_body_that_nests_too_deep_is_refused(project: WeaveProject) -> None:
    answer = project.ask(b'{"filters": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert answer.status_code == 422


def test_a_fault_of_ours_tells_nothing_but_logs_it(
    project: WeaveProject, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("secret words")

    monkeypatch.setattr("traces_api.eval_results.query_results", fail)
    answer = project.ask(QUERY)
    assert (answer.status_code, answer.get_json()) == (500, {"reason": "Internal server error"})
    assert "secret words" in log.getvalue()


def test_a_request_is_logged_without_what_it_carries(project: WeaveProject, log: io.StringIO) -> None:
    project.ask({"evaluation_call_ids": ["run-of-mine"]})
    (told,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (told["message"], told["status"], told["organization"]) == ("request", 200, "acme")
    assert "run-of-mine" not in log.getvalue()
    assert project.key not in log.getvalue()
