"""The routes by which runs are handed in: what their samples are answered, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from marksheet import evaluations

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller

RUN = "01a22a6f-34e7-765f-8ccc-83d23c685250"
PREDICTION = "01a22a6f-34ec-7bf2-92ce-a5a16421f6f2"
OF_PROJECTS = [
    "call_start",
    "call_start_of_body",
    "call_end",
    "call_end_of_body",
    "calls_complete",
    "call_upsert_batch",
    "feedback_create",
    "feedback_batch_create",
    "obj_create",
    "obj_read",
    "table_create",
    "table_create_from_digests",
    "table_query",
    "table_query_stats",
    "file_create",
    "file_content",
    "run_begin",
    "run_list",
    "run_get",
    "run_finish",
    "run_delete",
    "prediction_create",
    "prediction_list",
    "prediction_get",
    "prediction_finish",
    "prediction_delete",
    "score_create",
    "score_list",
    "score_get",
    "score_delete",
    "dataset_create",
    "dataset_list",
    "dataset_read",
    "dataset_delete",
    "evaluation_create",
    "evaluation_list",
    "evaluation_read",
    "evaluation_delete",
    "model_create",
    "model_list",
    "model_read",
    "model_delete",
    "scorer_create",
    "scorer_list",
    "scorer_read",
    "scorer_delete",
    "op_create",
    "op_list",
    "op_read",
    "op_delete",
]


@pytest.fixture
def ok(deployed: Application, event: Any, call: Any) -> Any:
    """Sends a sample that has to succeed; gives what is answered."""

    def send(case: str, **changes: Any) -> Any:
        answer = call(event(case, **changes))
        assert answer.status == 200, answer.content
        lines = answer.headers["Content-Type"] == "application/jsonl"
        return [json.loads(line) for line in answer.content.splitlines()] if lines else answer.json

    return send


def body_of(event: Any, case: str) -> Any:
    return json.loads(event(case)["body"])


def test_the_client_is_told_that_it_is_understood(ok: Any) -> None:
    assert set(ok("server_info")) == {"min_required_weave_python_version", "trace_server_version"}


def test_a_project_of_the_organization_is_there(ok: Any) -> None:
    assert ok("graphql_project") == {"data": {"project": {"name": "proj"}}}


def test_who_asks_is_the_key_and_its_organization(ok: Any) -> None:
    viewer = ok("graphql_viewer")["data"]["viewer"]
    assert (viewer["username"], viewer["defaultEntity"]) == ("abcdefghijklmnop", {"name": "acme"})


@pytest.mark.parametrize(
    ("query", "variables", "answered"),
    [
        (
            "project(name: $n)",
            {"entityName": "acme", "name": "my project/x"},
            {"project": {"name": "my-project-x"}},
        ),
        (
            "upsertModel(input: $i)",
            {"entity": "acme", "name": "p"},
            {"upsertModel": {"model": {"name": "p", "description": None}}},
        ),
        ("project(name: $n)", {"entityName": "umbrella", "name": "p"}, None),
        ("artifact(id: $i)", {}, None),
    ],
)
def test_other_questions_of_the_client(ok: Any, query: str, variables: dict[str, str], answered: Any) -> None:
    told = ok("graphql_project", body=json.dumps({"query": query, "variables": variables}))
    assert told["data"] == answered
    assert ("errors" in told) == (answered is None)


def test_a_run_is_logged_as_the_client_does_it(
    ok: Any, deployed: Application, caller: Caller, workflow: Any
) -> None:
    assert ok("calls_complete") == {}
    assert ok("call_start")["id"] == RUN
    assert ok("call_end") == {}
    (evaluation,) = evaluations.list_page(deployed, caller).evaluations
    assert (evaluation.runs[0].run_id, evaluation.project) == (RUN, "proj")
    assert workflow.started == [(evaluation.evaluation_id, 1)]
    rows = ok("eval_results_query")["rows"]
    assert [row["evaluations"][0]["trials"][0]["model_output"] for row in rows] == ["cba"]


def test_a_run_is_logged_by_the_older_routes(ok: Any, deployed: Application, caller: Caller) -> None:
    ok("call_start_of_body")
    ok("call_end_of_body")
    assert evaluations.list_page(deployed, caller).total == 1


def test_a_batch_is_answered_in_its_order(ok: Any, event: Any, deployed: Application, caller: Caller) -> None:
    assert [bool(each) for each in ok("call_upsert_batch")["res"]] == [True, False]
    body = body_of(event, "call_upsert_batch")
    told = ok("call_upsert_batch", body=json.dumps({"batch": body["batch"][::-1]}))
    assert told["res"] == [{}, {"id": RUN, "trace_id": body["batch"][0]["req"]["start"]["trace_id"]}]
    assert evaluations.list_page(deployed, caller).total == 1
    assert ok("call_upsert_batch", body='{"batch": []}') == {"res": []}
    assert ok("calls_complete", body='{"batch": []}') == {}


def test_feedback_of_a_scorer_is_answered(ok: Any, event: Any) -> None:
    given = body_of(event, "feedback_create")
    assert ok("feedback_create")["id"] == given["id"]
    (told,) = ok("feedback_batch_create")["res"]
    assert (told["id"], told["payload"]) == (given["id"], given["payload"])


@pytest.mark.parametrize("kind", ["wandb.reaction.1", "wandb.note.1", "custom"])
def test_other_feedback_is_refused_and_not_lost_unseen(
    event: Any, call: Any, deployed: Any, kind: str
) -> None:
    given = body_of(event, "feedback_create") | {"feedback_type": kind}
    answer = call(event("feedback_batch_create", body=json.dumps({"batch": [given]})))
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"] == ["body", "batch", 0, "feedback_type"]


def test_what_was_kept_is_read(ok: Any, event: Any, call: Any) -> None:
    table, kept = ok("table_create"), ok("obj_create")
    assert ok("obj_create") == kept
    assert ok("table_create_from_digests") == {"digest": table["digest"]}
    found = ok("obj_read")["obj"]
    assert (found["digest"], found["val"]["_type"], found["kind"]) == (kept["digest"], "Dataset", "object")
    assert ok("table_query_stats") == {"count": 2}
    rows = ok("table_query")["rows"]
    assert rows == [
        {
            "digest": table["row_digests"][0],
            "val": {"question": "abc", "expected_answer": "cba"},
            "original_index": 0,
        }
    ]
    ok("file_create")
    assert call(event("file_content")).content.startswith(b"@weave.op")


def test_another_digest_than_expected_is_a_conflict(event: Any, call: Any, deployed: Any) -> None:
    body = body_of(event, "table_create")
    body["table"]["expected_digest"] = "x" * 43
    assert call(event("table_create", body=json.dumps(body))).status == 409


@pytest.mark.parametrize(
    "case", ["obj_read", "table_query", "table_query_stats", "file_content", "table_create_from_digests"]
)
def test_what_was_never_kept_is_not_found(case: str, event: Any, call: Any, deployed: Any) -> None:
    assert call(event(case)).status == 404


def test_a_run_is_handed_in_one_by_one(ok: Any, event: Any, deployed: Application, caller: Caller) -> None:
    run_id = ok("run_begin")["evaluation_run_id"]
    path = f"/v2/acme/proj/evaluation_runs/{run_id}"
    assert ok("run_get", rawPath=path)["status"] == "running"
    told = body_of(event, "prediction_create") | {"evaluation_run_id": run_id}
    prediction = ok("prediction_create", body=json.dumps(told))["prediction_id"]
    scored = body_of(event, "score_create") | {"prediction_id": prediction}
    score = ok("score_create", body=json.dumps(scored))["score_id"]
    assert ok("prediction_finish", rawPath=f"/v2/acme/proj/predictions/{prediction}/finish") == {
        "success": True
    }
    assert ok("run_finish", rawPath=f"{path}/finish") == {"success": True}
    assert ok("run_finish", rawPath=f"{path}/finish", body=None) == {"success": True}
    assert [run["evaluation_run_id"] for run in ok("run_list")] == [run_id]
    query = {"queryStringParameters": {"evaluation_run_id": run_id}}
    assert [each["prediction_id"] for each in ok("prediction_list", **query)] == [prediction]
    assert [each["value"] for each in ok("score_list", **query)] == [True]
    assert ok("prediction_get", rawPath=f"/v2/acme/proj/predictions/{prediction}")["inputs"] == {
        "question": "abc"
    }
    assert ok("score_get", rawPath=f"/v2/acme/proj/scores/{score}")["evaluation_run_id"] == run_id
    assert ok("score_delete", queryStringParameters={"score_ids": score}) == {"num_deleted": 1}
    assert ok("prediction_delete", queryStringParameters={"prediction_ids": prediction}) == {"num_deleted": 1}
    assert evaluations.list_page(deployed, caller).total == 1
    deleted = ok("run_delete", queryStringParameters={"evaluation_run_ids": f"{run_id},unknown,not an id"})
    assert deleted == {"num_deleted": 3}
    assert evaluations.list_page(deployed, caller).total == 0
    assert ok("run_list") == []


@pytest.mark.parametrize(
    "case", ["run_get", "prediction_get", "prediction_finish", "score_get", "score_create"]
)
def test_what_is_not_there_is_not_found(case: str, event: Any, call: Any, deployed: Any) -> None:
    answer = call(event(case))
    assert (answer.status, set(answer.json)) == (404, {"reason"})


@pytest.mark.parametrize("case", ["run_finish", "run_delete", "prediction_delete", "score_delete"])
def test_ending_or_deleting_what_is_not_there_is_no_error(case: str, ok: Any) -> None:
    assert ok(case)


@pytest.mark.parametrize(
    ("kind", "reference"),
    [
        ("dataset", None),
        ("evaluation", "evaluation_ref"),
        ("model", "model_ref"),
        ("scorer", "scorer"),
        ("op", None),
    ],
)
def test_things_are_kept_listed_read_and_deleted(
    kind: str, reference: str | None, ok: Any, event: Any, call: Any
) -> None:
    made = ok(f"{kind}_create")
    assert made["version_index"] == 0
    if reference:
        assert made[reference] == f"weave:///acme/proj/object/{made['object_id']}:{made['digest']}"
    (listed,) = ok(f"{kind}_list")
    assert ok(f"{kind}_read") == listed
    assert listed["digest"] == made["digest"]
    path = event(f"{kind}_read")["rawPath"].replace("latest", made["digest"])
    assert ok(f"{kind}_read", rawPath=path) == listed
    assert call(event(f"{kind}_delete")).status == 404
    assert ok(f"{kind}_delete", queryStringParameters={"digests": made["digest"]}) == {"num_deleted": 1}
    assert ok(f"{kind}_list") == []
    assert call(event(f"{kind}_read")).status == 404


@pytest.mark.parametrize("case", OF_PROJECTS)
def test_another_organization_has_no_such_project(case: str, event: Any, call: Any, deployed: Any) -> None:
    asked = event(case)
    asked["requestContext"]["authorizer"]["lambda"]["organization"] = "umbrella"
    answer = call(asked)
    assert (answer.status, set(answer.json)) == (404, {"reason"})


@pytest.mark.parametrize("case", [*OF_PROJECTS, "graphql_viewer"])
def test_every_route_needs_its_scope(case: str, event: Any, call: Any, deployed: Any) -> None:
    reads = case.endswith(("_read", "_get", "_list", "_query", "_stats", "_content", "_viewer"))
    asked = event(case)
    scope = "evaluations:write" if reads else "evaluations:read"
    asked["requestContext"]["authorizer"]["lambda"]["scopes"] = scope
    assert call(asked).status == 403


@pytest.mark.parametrize("case", ["call_start", "call_end", "calls_complete"])
def test_calls_are_of_the_project_of_the_path(case: str, event: Any, call: Any, deployed: Any) -> None:
    answer = call(event(case, rawPath=event(case)["rawPath"].replace("proj", "other")))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, ["body", "project_id"])


def test_calls_of_two_projects_are_not_taken_together(event: Any, call: Any, deployed: Any) -> None:
    first, *_ = body_of(event, "calls_complete")["batch"]
    other = first | {"project_id": "acme/other"}
    answer = call(event("calls_complete", body=json.dumps({"batch": [first, other]})))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, ["body", "batch", 1, "project_id"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a/b"),
        ("id", "a#b"),
        ("id", ""),
        ("id", "x" * 129),
        ("trace_id", None),
        ("parent_id", "a b"),
        ("started_at", "yesterday"),
        ("ended_at", None),
        ("inputs", None),
        ("attributes", [1]),
        ("summary", "text"),
        ("op_name", 1),
        ("project_id", "proj"),
        ("project_id", "acme/a b"),
        ("project_id", None),
    ],
)
def test_a_field_that_cannot_be_is_named(
    field: str, value: Any, event: Any, call: Any, deployed: Application
) -> None:
    good, *_ = body_of(event, "calls_complete")["batch"]
    answer = call(event("calls_complete", body=json.dumps({"batch": [good, good | {field: value}]})))
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"][:4] == ["body", "batch", 1, field]
    # All or nothing: what was good of it is not there.
    assert deployed.store.calls.find_place("acme", "proj", PREDICTION) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"batch": [NaN]}',
        '{"batch": [1e400]}',
        '{"batch": [-1e400]}',
        '{"batch": null}',
        '{"batch": ' + "[" * 200 + "]" * 200 + "}",
        '{"batch": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"batch": [' + "9" * 5_000 + "]}",
    ],
    ids=lambda body: body[:20],
)
def test_what_is_no_batch_is_refused(body: str, event: Any, call: Any, deployed: Any) -> None:
    answer = call(event("calls_complete", body=body))
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"][0] == "body"


def test_fields_that_nobody_knows_yet_are_passed_over(ok: Any, event: Any) -> None:
    body = body_of(event, "call_start")
    body["start"]["a_field_of_the_next_version"] = {"a": 1}
    assert ok("call_start", body=json.dumps(body))["id"] == RUN


def test_a_list_of_predictions_is_of_a_run(event: Any, call: Any, deployed: Any) -> None:
    answer = call(event("prediction_list", queryStringParameters={"limit": "1"}))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, ["query", "evaluation_run_id"])


@pytest.mark.parametrize(
    "path",
    ["/calls/stream_query", "/objs/query", "/table/update", "/refs/read_batch", "/v2/acme/proj/runtimes/x"],
)
def test_routes_that_are_not_supported_say_so(path: str, event: Any, call: Any) -> None:
    answer = call(event("obj_read", rawPath=path))
    assert (answer.status, "not supported" in answer.json["reason"]) == (404, True)
