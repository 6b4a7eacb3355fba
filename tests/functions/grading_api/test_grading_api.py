"""The /v1 surface over its use cases: what is answered, to whom, and in which form it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from marksheet.ingesting import ingest_upload
from marksheet.store import layout

if TYPE_CHECKING:
    import io

    from marksheet.application import Application

EVENTS = Path(__file__).parents[3] / "events" / "grading_api"
CASES = sorted(
    path.stem
    for path in EVENTS.glob("*.json")
    if path.stem not in {"unknown_route", "wrong_method", "unauthenticated", "read_only_key"}
)
EXACT = {"type": "scorer", "name": "right", "scorer": "exact_match"}


@pytest.fixture
def spec(deployed: Application, event: Any, call: Any) -> str:
    """A spec of the organization `acme`; its id."""
    made = call(event("spec_create", body=json.dumps({"name": "exact", "graders": [EXACT]})))
    assert made.status == 200, made.content
    return str(made.json["eval_spec_id"])


@pytest.fixture
def things(deployed: Application, event: Any, call: Any, spec: str) -> dict[str, str]:
    """One of everything; ids by kind."""
    body = json.dumps({"eval_spec_id": spec, "dataset": [{"input": "a", "output": "b"}]})
    job = call(event("job_create", body=body)).json["job_id"]
    dataset = call(event("dataset_create")).json["dataset_id"]
    path = f"/v1/datasets/{dataset}/documents"
    document = call(event("document_create", rawPath=path)).json["document_id"]
    return {"spec": spec, "job": job, "dataset": dataset, "document": document}


def named(things: dict[str, str]) -> list[tuple[str, str]]:
    """Every route that names a thing: its case, and the path to the thing."""
    spec, job = f"/v1/eval/specs/{things['spec']}", f"/v1/eval/jobs/{things['job']}"
    dataset = f"/v1/datasets/{things['dataset']}"
    document = f"{dataset}/documents/{things['document']}"
    return [
        ("spec_get", spec),
        ("spec_versions", f"{spec}/versions"),
        ("spec_update", spec),
        ("spec_share", f"{spec}/sharing"),
        ("job_get", job),
        ("job_results", f"{job}/results"),
        ("job_cancel", f"{job}/cancel"),
        ("job_resume", f"{job}/resume"),
        ("dataset_get", dataset),
        ("document_list", f"{dataset}/documents"),
        ("document_get", document),
        ("document_create", f"{dataset}/documents"),
        ("documents_of_dataset", f"/v1/eval/{things['dataset']}/documents"),
        ("document_delete", document),
        ("dataset_delete", dataset),
        ("job_delete", job),
        ("spec_delete", spec),
    ]


@pytest.mark.parametrize("case", CASES)
def test_no_route_answers_without_an_organization(case: str, event: Any, call: Any) -> None:
    asked = event(case)
    asked["requestContext"]["authorizer"] = {"lambda": {}}
    answer = call(asked)
    assert (answer.status, answer.json["error"]["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Api-Key"


@pytest.mark.parametrize("case", CASES)
def test_no_route_answers_a_key_without_its_scope(case: str, event: Any, call: Any) -> None:
    asked = event(case)
    reads = asked["requestContext"]["http"]["method"] == "GET"
    granted, needed = ("write", "read") if reads else ("read", "write")
    asked["requestContext"]["authorizer"]["lambda"]["scopes"] = f"evaluations:{granted}"
    answer = call(asked)
    assert (answer.status, answer.json["error"]["code"]) == (403, "forbidden")
    assert f"evaluations:{needed}" in answer.json["error"]["message"]


def test_the_sample_of_a_key_that_may_only_read_is_refused(event: Any, call: Any) -> None:
    assert call(event("read_only_key")).status == 403


def test_the_sample_without_a_key_is_refused(event: Any, call: Any) -> None:
    assert call(event("unauthenticated")).status == 401


def test_an_unknown_route_is_not_found(event: Any, call: Any) -> None:
    answer = call(event("unknown_route"))
    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


def test_a_method_that_a_route_does_not_have_is_refused(event: Any, call: Any) -> None:
    answer = call(event("wrong_method"))
    assert (answer.status, answer.json["error"]["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


def test_an_empty_dataset_is_a_bad_request(event: Any, call: Any) -> None:
    answer = call(event("grade_empty_dataset"))
    assert (answer.status, answer.json["error"]["problems"][0]["field"]) == (400, "dataset")


def test_a_missing_dataset_is_a_bad_request(event: Any, call: Any) -> None:
    answer = call(event("grade", body='{"eval_spec_id": "spec-1"}'))
    assert (answer.status, answer.json["error"]["problems"][0]["field"]) == (400, "dataset")


def test_a_row_without_an_output_is_named(event: Any, call: Any) -> None:
    answer = call(event("grade_broken_row"))
    assert (answer.status, answer.json["error"]["problems"][0]["field"]) == (400, "dataset[0].output")


def test_broken_json_is_a_bad_request(event: Any, call: Any) -> None:
    assert call(event("grade", body="{")).status == 400


def test_an_unknown_field_is_a_bad_request_that_names_it(event: Any, call: Any) -> None:
    body = json.dumps({"eval_spec_id": "spec-1", "dataset": [{"input": "a", "output": "b"}], "tenant": "x"})
    answer = call(event("grade", body=body))
    assert (answer.status, answer.json["error"]["problems"][0]["field"]) == (400, "tenant")


def test_an_unknown_spec_is_not_found(deployed: Any, event: Any, call: Any) -> None:
    assert call(event("grade")).status == 404


def test_an_unknown_version_is_not_found(event: Any, call: Any, spec: str) -> None:
    body = json.dumps({"eval_spec_id": f"{spec}@2", "dataset": [{"input": "a", "output": "b"}]})
    answer = call(event("grade", body=body))
    assert answer.status == 404
    assert "Version 2" in answer.json["error"]["message"]


def test_a_spec_that_is_not_shared_is_forbidden(event: Any, call: Any, spec: str) -> None:
    body = json.dumps({"eval_spec_id": spec, "dataset": [{"input": "a", "output": "b"}]})
    asked = event("grade", body=body)
    asked["requestContext"]["authorizer"]["lambda"]["key_id"] = "zzzzzzzzzzzzzzzz"
    answer = call(asked)
    assert (answer.status, answer.json["error"]["code"]) == (403, "forbidden")


def test_rows_are_graded(event: Any, call: Any, spec: str) -> None:
    given = [
        {"input": "2+2?", "output": "4", "expected_answer": "4", "id": "a"},
        {"input": "2+3?", "output": "4", "expected_answer": "5", "id": "b"},
    ]
    answer = call(event("grade", body=json.dumps({"eval_spec_id": spec, "dataset": given})))
    assert answer.status == 200
    assert [row["earned_points"] for row in answer.json["results"]] == [1, 0]
    assert [row["report"]["id"] for row in answer.json["results"]] == ["a", "b"]
    assert answer.json["summary"]["overall_percentage"] == 0.5
    # Whole numbers are written without a point, as on the API's page.
    assert b'"earned_points":1,' in answer.content


def test_python_graders_are_refused(deployed: Any, event: Any, call: Any) -> None:
    answer = call(event("spec_create_python"))
    assert answer.status == 400
    assert "python" in answer.json["error"]["message"]


def test_specs_are_listed_changed_and_shared(event: Any, call: Any, spec: str) -> None:
    assert [entry["eval_spec_id"] for entry in call(event("spec_list")).json["eval_specs"]] == [spec]
    path = f"/v1/eval/specs/{spec}"
    body = json.dumps({"name": "exact", "testing_criteria": [{**EXACT, "points": 2}]})
    assert call(event("spec_update", rawPath=path, body=body)).json["version"] == 2
    listed = call(event("spec_versions", rawPath=f"{path}/versions")).json["versions"]
    assert [entry["version"] for entry in listed] == [1, 2]
    assert call(event("spec_get", rawPath=path)).json["version"] == 1
    assert call(event("spec_share", rawPath=f"{path}/sharing")).json["shared_with"] == ["*"]
    assert call(event("spec_delete", rawPath=path)).status == 200
    assert call(event("spec_get", rawPath=path)).status == 404


def test_a_version_may_be_named_in_the_path(event: Any, call: Any, spec: str) -> None:
    asked = event("spec_get", rawPath=f"/v1/eval/specs/{spec}@1")
    del asked["queryStringParameters"]
    assert call(asked).json["version"] == 1


def test_a_job_is_made_followed_and_read(event: Any, call: Any, things: dict[str, str]) -> None:
    path = f"/v1/eval/jobs/{things['job']}"
    job = call(event("job_get", rawPath=path)).json
    assert (job["status"], job["rows_graded"], job["rows_total"]) == ("PROCESSING", 0, 1)
    assert (job["summary"], job["results"], job["results_url"]) == (None, None, None)
    assert call(event("job_results", rawPath=f"{path}/results")).status == 400
    assert [entry["job_id"] for entry in call(event("job_list")).json["jobs"]] == [things["job"]]
    assert call(event("job_cancel", rawPath=f"{path}/cancel")).json["status"] == "FAILED"
    assert call(event("job_resume", rawPath=f"{path}/resume", body=None)).json["status"] == "PROCESSING"


def test_a_finished_job_has_its_results(
    event: Any, call: Any, things: dict[str, str], deployed: Application, execution: Any
) -> None:
    job = deployed.store.evaluations.find("acme", things["job"])
    execution.run(job)
    path = f"/v1/eval/jobs/{things['job']}"
    found = call(event("job_get", rawPath=path)).json
    assert (found["status"], found["rows_graded"]) == ("READY", 1)
    file = call(event("job_results", rawPath=f"{path}/results"))
    assert file.headers["Content-Disposition"] == f"attachment; filename=grading_results_{things['job']}.json"
    assert file.json == {"results": found["results"], "summary": found["summary"]}


def test_large_results_are_at_an_address(
    event: Any,
    call: Any,
    things: dict[str, str],
    deployed: Application,
    execution: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    execution.run(deployed.store.evaluations.find("acme", things["job"]))
    object.__setattr__(deployed.settings, "inline_download_bytes", 10)
    path = f"/v1/eval/jobs/{things['job']}"
    found = call(event("job_get", rawPath=path)).json
    assert found["results"] is None
    assert found["results_url"].startswith("https://")
    assert found["summary"]["rows"] == 1
    sent_on = call(event("job_results", rawPath=f"{path}/results"))
    assert (sent_on.status, sent_on.headers["Cache-Control"]) == (307, "no-store")


def test_results_that_an_answer_has_no_room_for_are_at_an_address(
    event: Any,
    call: Any,
    things: dict[str, str],
    deployed: Application,
    execution: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    execution.run(deployed.store.evaluations.find("acme", things["job"]))
    monkeypatch.setattr("grading_api.jobs.LARGEST_ANSWER_BYTES", 10)
    found = call(event("job_get", rawPath=f"/v1/eval/jobs/{things['job']}")).json
    assert (found["results"], found["summary"]["rows"]) == (None, 1)
    assert found["results_url"].startswith("https://")


def test_a_report_that_fits_no_answer_is_for_a_job(event: Any, call: Any, spec: str) -> None:
    # Written in ASCII, as it may have to be, each of these names has 1,536 bytes.
    rows = [{"input": "a", "output": "b", "id": "\u0436" * 256}] * 4_000
    answer = call(event("grade", body=json.dumps({"eval_spec_id": spec, "dataset": rows})))
    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")
    assert "POST /v1/eval/jobs" in answer.json["error"]["message"]


def test_a_version_of_many_digits_does_not_exist(event: Any, call: Any, spec: str) -> None:
    path = f"/v1/eval/specs/{spec}@{'0' * 11}1{'9' * 5_000}"
    assert call(event("spec_get", rawPath=path)).status == 404


def test_a_job_may_wait_for_its_file(event: Any, call: Any, spec: str, deployed: Application) -> None:
    body = json.dumps({"eval_spec_id": spec, "upload": True})
    job = call(event("job_create_upload", body=body)).json
    assert (job["status"], job["rows_total"]) == ("PROCESSING", None)
    assert job["upload"]["fields"]["key"] == layout.upload_object("acme", job["job_id"])
    deployed.store.objects.write(job["upload"]["fields"]["key"], b'{"input": "a"}\n')
    ingest_upload(deployed, job["upload"]["fields"]["key"])
    failed = call(event("job_get", rawPath=f"/v1/eval/jobs/{job['job_id']}")).json
    assert (failed["status"], failed["line"], failed["field"]) == ("FAILED", 1, "output")


def test_a_repeated_create_gives_the_first_job(event: Any, call: Any, spec: str) -> None:
    body = json.dumps({"eval_spec_id": spec, "dataset": [{"input": "a", "output": "b"}]})
    asked = event("job_create", body=body)
    asked["headers"]["idempotency-key"] = "once"
    first, second = (call(asked).json["job_id"] for _ in range(2))
    assert first == second
    asked["body"] = body.replace('"b"', '"c"')
    assert call(asked).status == 409


def test_datasets_and_documents_are_made_listed_and_deleted(
    event: Any, call: Any, things: dict[str, str]
) -> None:
    dataset = f"/v1/datasets/{things['dataset']}"
    assert call(event("dataset_list")).json["datasets"][0]["documents"] == 1
    assert call(event("dataset_get", rawPath=dataset)).json["name"] == "policies"
    (listed,) = call(event("document_list", rawPath=f"{dataset}/documents")).json["documents"]
    assert (listed["filename"], listed["status"]) == ("policies.pdf", "PROCESSING")
    one = call(event("document_get", rawPath=f"{dataset}/documents/{things['document']}")).json
    assert one["document_id"] == things["document"]
    # Nothing was extracted yet, so the page's own route has nothing to show.
    shown = event("documents_of_dataset", rawPath=f"/v1/eval/{things['dataset']}/documents")
    assert call(shown).status == 404
    assert call(event("document_delete", rawPath=f"{dataset}/documents/{things['document']}")).status == 200
    assert call(event("dataset_delete", rawPath=dataset)).status == 200
    assert call(event("dataset_get", rawPath=dataset)).status == 404


def test_another_organizations_things_are_not_found(event: Any, call: Any, things: dict[str, str]) -> None:
    for case, path in named(things):
        asked = event(case, rawPath=path)
        asked["requestContext"]["authorizer"]["lambda"]["organization"] = "umbrella"
        answer = call(asked)
        assert (answer.status, answer.json["error"]["code"]) == (404, "not_found"), case


def test_nothing_is_found_under_ids_that_cannot_exist(event: Any, call: Any, deployed: Any) -> None:
    for case in ("spec_get", "job_get", "dataset_get"):
        asked = event(case, rawPath=event(case)["rawPath"].rpartition("/")[0] + "/..%2f..%2fetc")
        assert call(asked).status == 404, case


def test_a_fault_of_ours_tells_nothing(
    event: Any, call: Any, deployed: Any, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("arn:aws:secret")

    monkeypatch.setattr("marksheet.eval_specs.list_specs", fails)
    answer = call(event("spec_list"))
    assert answer.json == {"error": {"code": "internal_error", "message": "Internal server error"}}
    assert "arn:aws:secret" in log.getvalue()


def test_a_request_is_logged_without_what_it_carries(
    event: Any, call: Any, spec: str, log: io.StringIO
) -> None:
    given = [{"input": "the secret input", "output": "the secret output"}]
    call(event("grade", body=json.dumps({"eval_spec_id": spec, "dataset": given})))
    assert '"path":"/v1/eval"' in log.getvalue()
    assert "secret" not in log.getvalue()
    assert "msk_" not in log.getvalue()
