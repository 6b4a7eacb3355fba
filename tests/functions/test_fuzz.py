"""Made-up requests, good and bad, to every operation of the OpenAPI document: Schemathesis holds what comes
back against the document.

Good requests name things that exist, so that more is answered than 404. Every run sends the same requests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import positive_data_acceptance
from werkzeug.test import Client

from marksheet import datasets, evaluations
from marksheet.keys import create_key
from marksheet_openapi.document import ALIASES, document
from tests.gateway import Gateway

EXAMPLES = 10

HERE = "http://localhost"
"""Schemathesis takes no server that is said relative to the document."""

KEYED = (
    "/api/",
    "/v1/eval",
    "/v1/datasets",
    "/v2/",
    "/call",
    "/feedback",
    "/file",
    "/graphql",
    "/obj",
    "/table",
)
"""How paths begin that ask for a key."""

SOLE = HealthCheck.function_scoped_fixture
"""One account for many requests is what is wanted."""

BEYOND_SCHEMAS = {
    "add_document": "a name is more than white space, and a document has at most 50 MiB",
    "cancel_job": "only a job that runs can be cancelled",
    "create_dataset": "a name is printable",
    "create_job": "rows have an output, and judges are registered",
    "create_spec": "what graders are is told by their type",
    "download_job": "only a job that is over has results",
    "grade": "rows have an output, and judges are registered",
    "share_spec": "keys have to exist",
    "update_spec": "what graders are is told by their type",
    "ask_graphql": "only three queries are answered",
    "complete_calls": "times are times",
    "end_call": "times are times",
    "end_call_of_body": "times are times",
    "get_rows": "filters need a metric that there is, and some exclude each other",
    "give_feedback": "only what scorers said is taken",
    "give_feedbacks": "only what scorers said is taken",
    "join_table": "rows have to be kept",
    "keep_file": "digests are those of files",
    "keep_object": "digests are those of objects",
    "keep_table": "digests are those of tables",
    "list_predictions": "only a run that is over has predictions",
    "list_scores": "only a run that is over has scores",
    "read_object": "objects have to be kept",
    "read_file": "files have to be kept",
    "query_table": "tables have to be kept",
    "count_table": "tables have to be kept",
    "query_eval_results": "ids of one list have to be named",
    "score_prediction": "scorers are named by references",
    "start_call": "times are times",
    "start_call_of_body": "times are times",
    "upsert_calls": "times are times",
    "create_evaluation": "models, benchmarks and metrics have to exist",
    "create_evaluation_dataset": "files have to be sent",
    "create_runs": "test cases and models have to exist, and each model runs once",
    "create_test_case": "datasets and metrics have to exist, and thresholds are of a metric that marks",
    "create_schedule": "expressions, time zones and what is to be evaluated mean something",
    "download_results": "only an evaluation that is over has results",
    "get_results": "only an evaluation that is over has results",
    "list_datasets": "page tokens are opaque",
    "list_documents": "page tokens are opaque",
    "list_specs": "page tokens are opaque",
    "read_documents": "page tokens are opaque",
    "request_files": "a name is one of a file, and a file has at most 50 MiB",
    "update_test_case": "datasets and metrics have to exist, and thresholds are of a metric that marks",
    "register_model": "settings are judged by their provider",
    "request_upload": "datasets have to exist, patterns to compile, roles and labels to agree",
    "upload_benchmark": "questions have one of several names each, what they cite has to exist, patterns to "
    "compile",
}
"""Operations that may refuse a request that its schema allows, and why no schema can tell."""


@dataclass(frozen=True, slots=True)
class Account:
    """A key, and things of its organization by the name that paths and bodies have for them."""

    key: str
    things: Mapping[str, list[str]]

    @property
    def headers(self) -> dict[str, str]:
        # Schemathesis does not unpack what a WSGI application packs.
        return {"Authorization": f"Bearer {self.key}", "Accept-Encoding": "identity"}


@pytest.fixture
def account(deployed: Any, deployment: Any, execution: Any, caller: Any, schedule_group: str) -> Account:
    """One of everything, and an evaluation in every state."""
    key = create_key(deployed.store, organization=caller.organization, now=datetime.now(UTC)).key
    client = Client(Gateway())

    def send(method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        response = client.open(path, method=method, data=json.dumps(body), headers=headers)
        assert response.status_code == 200, response.text
        return response.json

    dataset_id = datasets.create(deployed, caller, "logbook").dataset_id
    asked_for = [
        {"question_id": "q1", "question": "Say 1", "answer": "1", "context": ["Two is 2.", "One is 1."]},
        {"question_id": "q2", "question": "Say 2", "answer": "2", "context": "Two is 2."},
    ]
    uploaded = {"name": "sums", "dataset_id": dataset_id, "questions": asked_for}
    benchmark = send("POST", "/api/v3/benchmark/upload", **uploaded)["id"]
    deployment.recorded("tape", {"q1": "1", "q2": "3"})
    deployment.recorded("tape-2", {"q1": "1"})
    asked = {"model_id": "tape", "benchmark_id": benchmark}
    ready, compared, running, cancelled = (
        send("POST", "/api/v3/evaluations", **asked, **more)["evaluation_id"]
        for more in ({}, {"model_id_2": "tape-2", "trials": 2}, {}, {})
    )
    for evaluation_id in (ready, compared):
        execution.run(evaluations.get(deployed, caller, evaluation_id))
    send("POST", f"/api/v3/evaluations/{cancelled}/cancel")
    upload = send("POST", "/api/v3/benchmark/upload-url", name="later", filename="later.csv")
    schedule = send("POST", "/api/v3/schedules", expression="rate(1 day)", evaluation=asked)
    exact = {"type": "scorer", "scorer": "exact_match"}
    spec = send("POST", "/v1/eval/specs", name="exact", graders=[exact], shared_with=["*"])["eval_spec_id"]
    rows = [{"input": "Say 1", "output": "1", "expected_answer": "1"}]
    graded, waiting, stopped = (
        send("POST", "/v1/eval/jobs", eval_spec_id=spec, **more)["job_id"]
        for more in ({"dataset": rows}, {"upload": True}, {"dataset": rows})
    )
    execution.run(deployed.store.evaluations.find(caller.organization, graded))
    send("POST", f"/v1/eval/jobs/{stopped}/cancel")
    questions = next(iter(send("GET", "/v2/gen-ai/evaluation_datasets")["evaluation_datasets"]))
    made = {"name": "sums", "dataset_uuid": questions["dataset_uuid"]}
    test_case = send("POST", "/v2/gen-ai/evaluation_test_cases", **made)["test_case_uuid"]
    wanted = {"test_case_uuid": test_case, "agent_uuids": ["tape"]}
    (run,) = send("POST", "/v2/gen-ai/evaluation_runs", **wanted)["evaluation_run_uuids"]
    over = send("GET", f"/api/v3/evaluations/{ready}")["run_ids"]
    traces, ours = f"/v2/{caller.organization}/default", f"weave:///{caller.organization}/default/object"
    send("POST", f"{traces}/datasets", name="rows", rows=[{"q": 1}])
    begun = {"evaluation": f"{ours}/e:1", "model": f"{ours}/m:1"}
    logged = send("POST", f"{traces}/evaluation_runs", **begun)["evaluation_run_id"]
    predicted = {"model": f"{ours}/m:1", "inputs": {"q": 1}, "output": 1, "evaluation_run_id": logged}
    prediction = send("POST", f"{traces}/predictions", **predicted)["prediction_id"]
    document = send("POST", f"/v1/datasets/{dataset_id}/documents", filename="log.md")["document_id"]
    things = {
        "eval_spec_id": [spec],
        "job_id": [graded, waiting, stopped],
        "document_id": [document],
        "evaluation_id": [ready, compared, running, cancelled],
        "benchmark_id": [benchmark],
        "dataset_id": [dataset_id],
        "model_id": ["tape", "tape-2"],
        "model_id_2": ["tape-2"],
        "answers_from": [ready],
        "upload_id": [upload["upload_id"]],
        "schedule_id": [schedule["schedule_id"]],
        "dataset_uuid": [questions["dataset_uuid"]],
        "test_case_uuid": [test_case],
        "evaluation_run_uuid": [run, *over],
        "entity": [caller.organization],
        "project": ["default"],
        "project_id": [f"{caller.organization}/default"],
        "evaluation_run_id": [logged, *over],
        "prediction_id": [prediction],
        "object_id": ["rows"],
        "digest": ["latest"],
    }
    return Account(key, things)


def send_made_up(operation: Any, mode: Any, account: Account, excluded: list[Any]) -> None:
    """Send made-up requests of one kind and hold every answer against the document."""

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[SOLE, HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def send(case: Any, data: Any) -> None:
        if mode is schemathesis.GenerationMode.POSITIVE:
            name_real_things(case, account, data)
        case.call_and_validate(HERE, headers=account.headers, excluded_checks=excluded)

    send()


def name_real_things(case: Any, account: Account, data: Any) -> None:
    """Put ids of things that exist into the path, and into a body that names such things."""
    for place in (case.path_parameters, case.body):
        if isinstance(place, dict):
            for name in account.things.keys() & place.keys():
                if place[name] is not None and not (name == "model_id" and "provider" in place):
                    place[name] = data.draw(st.sampled_from(account.things[name]))
    for inner in within(case.body):
        if "project_id" in inner:
            inner["project_id"] = account.things["project_id"][0]


def within(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a body, at any depth."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from within(part)


def places(method: str) -> list[tuple[str, str]]:
    """Path and name of the operations with a method."""
    return [
        (path, methods[method.lower()]["operationId"])
        for path, methods in document()["paths"].items()
        if methods.get(method.lower(), {"tags": [ALIASES]})["tags"] != [ALIASES]
    ]


@pytest.fixture
def served(deployed: Any) -> Any:
    """All operations, as the served document has them."""
    return schemathesis.openapi.from_wsgi("/openapi.json", Gateway())


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_good_requests_are_answered_as_documented(
    method: str, served: Any, account: Account, subtests: pytest.Subtests
) -> None:
    for path, name in places(method):
        with subtests.test(operation=name):
            excluded = [positive_data_acceptance] if name in BEYOND_SCHEMAS else []
            send_made_up(served[path][method], schemathesis.GenerationMode.POSITIVE, account, excluded)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_bad_requests_are_refused_as_documented(
    method: str, served: Any, account: Account, subtests: pytest.Subtests
) -> None:
    for path, name in places(method):
        if path.startswith(KEYED):
            with subtests.test(operation=name):
                send_made_up(served[path][method], schemathesis.GenerationMode.NEGATIVE, account, [])
