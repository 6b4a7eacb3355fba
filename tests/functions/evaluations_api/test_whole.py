"""The routes over the real use cases and moto's storage: what one organization makes, it alone can see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from marksheet.application import Application


@pytest.fixture
def acme(deployed: Application, event: Any, call: Any, schedule_group: str) -> dict[str, str]:
    """A benchmark, a model, an evaluation and a schedule of the organization `acme`; their ids by kind."""
    settings = {"base_url": "http://127.0.0.1:9/v1", "model": "llama3.2:3b"}
    body = json.dumps({"model_id": "llama3.2:3b", "provider": "openai", "settings": settings})
    model = call(event("model_register", body=body)).json
    benchmark = call(event("benchmark_upload_form")).json
    request = json.dumps({"model_id": model["model_id"], "benchmark_id": benchmark["id"] + "@1", "trials": 2})
    created = call(event("create_single", body=request)).json
    scheduled = json.dumps({"expression": "rate(1 hour)", "evaluation": json.loads(request)})
    schedule = call(event("schedule_create", body=scheduled)).json
    return {
        "model": model["model_id"],
        "benchmark": benchmark["id"],
        "evaluation": created["evaluation_id"],
        "schedule": schedule["schedule_id"],
    }


def routes(ids: dict[str, str]) -> list[tuple[str, str]]:
    """Every route that names a thing."""
    evaluation = f"/api/v3/evaluations/{ids['evaluation']}"
    benchmark = f"/api/v3/benchmark/{ids['benchmark']}"
    model = f"/api/v3/models/{ids['model']}"
    schedule = f"/api/v3/schedules/{ids['schedule']}"
    return [
        ("get", evaluation),
        ("status", f"{evaluation}/status"),
        ("results", f"{evaluation}/results"),
        ("download", f"{evaluation}/download"),
        ("cancel", f"{evaluation}/cancel"),
        ("resume", f"{evaluation}/resume"),
        ("delete", evaluation),
        ("benchmark_get", benchmark),
        ("benchmark_status", f"/api/v3/benchmark/status/{ids['benchmark']}"),
        ("benchmark_versions", f"{benchmark}/versions"),
        ("benchmark_delete", benchmark),
        ("model_get", model),
        ("model_delete", model),
        ("model_answers_url", f"{model}/answers-url"),
        ("schedule_get", schedule),
        ("schedule_pause", f"{schedule}/pause"),
        ("schedule_resume", f"{schedule}/resume"),
        ("schedule_delete", schedule),
    ]


def test_what_was_made_is_listed(acme: dict[str, str], event: Any, call: Any) -> None:
    (evaluation,) = call(event("list")).json["evaluations"]
    assert (evaluation["evaluation_id"], evaluation["trials"]) == (acme["evaluation"], 2)
    assert [item["id"] for item in call(event("benchmark_list")).json["benchmarks"]] == [acme["benchmark"]]
    assert [item["model_id"] for item in call(event("model_list")).json["models"]] == [acme["model"]]
    (schedule,) = call(event("schedule_list")).json["schedules"]
    assert (schedule["schedule_id"], schedule["status"]) == (acme["schedule"], "ENABLED")


def test_a_schedule_whose_expression_means_nothing_is_refused(
    acme: dict[str, str], event: Any, call: Any
) -> None:
    answer = call(event("schedule_create_broken_expression"))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, ["body", "expression"])
    assert "exactly one" in answer.json["detail"][0]["msg"]


def test_a_deleted_schedule_is_gone(acme: dict[str, str], event: Any, call: Any) -> None:
    path = f"/api/v3/schedules/{acme['schedule']}"
    assert call(event("schedule_delete", rawPath=path)).status == 200
    assert call(event("schedule_get", rawPath=path)).status == 404
    assert call(event("schedule_list")).json == {"schedules": []}


def test_a_new_evaluation_has_answered_nothing(acme: dict[str, str], event: Any, call: Any) -> None:
    body = call(event("status", rawPath=f"/api/v3/evaluations/{acme['evaluation']}/status")).json
    assert (body["status"], body["progress"], body["eta_seconds"]) == ("PROCESSING", "0/2 questions", None)


def test_results_are_not_there_before_the_end(acme: dict[str, str], event: Any, call: Any) -> None:
    answer = call(event("download", rawPath=f"/api/v3/evaluations/{acme['evaluation']}/download"))
    assert answer.status == 400


def test_another_organization_finds_none_of_it(acme: dict[str, str], event: Any, call: Any) -> None:
    for case, path in routes(acme):
        asked = event(case, rawPath=path, queryStringParameters=None)
        asked["requestContext"]["authorizer"]["lambda"]["organization"] = "umbrella"
        answer = call(asked)
        assert (answer.status, case) == (404, case)
    assert call(event("list")).json["total"] == 1


def test_a_deleted_evaluation_is_gone(acme: dict[str, str], event: Any, call: Any) -> None:
    path = f"/api/v3/evaluations/{acme['evaluation']}"
    assert call(event("delete", rawPath=path)).status == 200
    assert call(event("get", rawPath=path)).status == 404
    assert call(event("delete", rawPath=path)).status == 404


def test_a_repeated_create_with_one_key_is_one_evaluation(
    acme: dict[str, str], event: Any, call: Any
) -> None:
    request = json.dumps({"model_id": acme["model"], "benchmark_id": acme["benchmark"]})
    asked = event("create_idempotent", body=request)
    first, again = call(asked), call(asked)
    assert first.content == again.content
    assert call(event("list")).json["total"] == 2
    other = json.dumps({"model_id": acme["model"], "benchmark_id": acme["benchmark"], "trials": 3})
    assert call(event("create_idempotent", body=other)).status == 409


@pytest.mark.parametrize(
    ("change", "location"),
    [
        ({"model_id": "nobody"}, ["body", "model_id"]),
        ({"model_id_2": "nobody"}, ["body", "model_id_2"]),
        ({"benchmark_id": "nothing"}, ["body", "benchmark_id"]),
        ({"custom_metrics": ["acuracy"]}, ["body", "custom_metrics", 0]),
    ],
)
def test_an_unknown_thing_is_refused_by_its_field(
    change: dict[str, Any], location: list[Any], acme: dict[str, str], event: Any, call: Any
) -> None:
    request = {"model_id": acme["model"], "benchmark_id": acme["benchmark"], **change}
    answer = call(event("create_single", body=json.dumps(request)))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, location)


def test_an_unknown_metric_is_told_what_was_meant(acme: dict[str, str], event: Any, call: Any) -> None:
    request = {"model_id": acme["model"], "benchmark_id": acme["benchmark"], "custom_metrics": ["acuracy"]}
    answer = call(event("create_single", body=json.dumps(request)))
    assert "accuracy" in answer.json["detail"][0]["msg"]


def test_an_upload_to_come_is_waited_for(deployed: Application, event: Any, call: Any) -> None:
    upload = call(event("benchmark_upload_url")).json
    assert {"key", "policy"} <= set(upload["upload"]["fields"])
    path = f"/api/v3/benchmark/uploads/{upload['upload_id']}"
    assert call(event("benchmark_upload_status", rawPath=path)).json["status"] == "PROCESSING"


@pytest.mark.parametrize(
    ("questions", "location"),
    [
        (
            [{"question": "a", "id": "1"}, {"question": "b", "id": "1"}],
            ["body", "questions", 1, "question_id"],
        ),
        ([{"question": ""}], ["body", "questions", 0, "question"]),
        ([], ["body", "questions"]),
    ],
)
def test_wrong_questions_are_refused_where_they_are(
    questions: list[Any], location: list[Any], deployed: Application, event: Any, call: Any
) -> None:
    body = json.dumps({"name": "Wrong", "questions": questions})
    answer = call(event("benchmark_upload_json", body=body))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, location)
