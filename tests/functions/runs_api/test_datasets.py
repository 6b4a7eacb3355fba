"""Routes of evaluation datasets: from a file to a benchmark, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlparse

import pytest

from marksheet import benchmarks, evaluation_datasets
from marksheet.benchmarks import NewBenchmark
from marksheet.store import layout
from tests.functions.runs_api.conftest import ROWS, Gen

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller

PATH = "evaluation_datasets"


def questions(app: Application, dataset: str) -> list[dict[str, Any]]:
    """The questions of a dataset, as they are kept."""
    found = evaluation_datasets.find(app, "acme", dataset)
    assert found is not None
    return [json.loads(line) for line in app.store.objects.lines(found[1].questions_key)]


def test_a_file_is_sent_by_a_put_of_its_size_to_one_key(gen: Gen, deployed: Application) -> None:
    answer = gen.get("files_request")
    (upload,) = answer["uploads"]
    url = urlparse(upload["presigned_url"])
    assert url.path == "/" + layout.incoming_file("acme", upload["object_key"])
    query = parse_qs(url.query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;host"]
    assert int(query["X-Amz-Expires"][0]) <= 900
    assert (upload["original_file_name"], answer["request_id"]) == ("questions.csv", "JKJaXmPLvHcESHA=")
    assert upload["expires_at"].startswith("2026-01-02T03:19:05.")


@pytest.mark.parametrize(
    ("file", "field"),
    [
        ({"file_name": "a.csv", "file_size": 0}, "files[0].file_size"),
        ({"file_name": "a.csv", "file_size": "-1"}, "files[0].file_size"),
        ({"file_name": "a.csv", "file_size": "1e3"}, "files[0].file_size"),
        ({"file_name": "a.csv", "file_size": 1.5}, "files[0].file_size"),
        ({"file_name": "a.csv", "file_size": (50 << 20) + 1}, "files[0].file_size"),
        ({"file_name": "a.csv"}, "files[0].file_size"),
        ({"file_name": "", "file_size": 1}, "files[0].file_name"),
        ({"file_name": "../..", "file_size": 1}, "files[0].file_name"),
        ({"file_name": "a.csv", "file_size": 1, "acl": "public"}, "files[0].acl"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_the_field(gen: Gen, file: Any, field: str) -> None:
    answer = gen.ask("files_request", body={"files": [file]})
    assert answer.status == 400
    assert answer.json["message"].startswith(f"{field}: ")


def test_a_file_becomes_a_dataset_with_its_facts(gen: Gen, deployed: Application) -> None:
    body = {
        "name": "support",
        "dataset_type": "EVALUATION_DATASET_TYPE_ADK",
        "file_upload_dataset": {
            "original_file_name": "questions.csv",
            "size_in_bytes": str(len(ROWS)),
            "stored_object_key": gen.file(),
        },
    }
    uuid = gen.get("dataset_create", body=body)["evaluation_dataset_uuid"]
    (listed,) = gen.get("dataset_list")["evaluation_datasets"]
    assert listed == {
        "dataset_uuid": uuid,
        "dataset_name": "support",
        "dataset_type": "EVALUATION_DATASET_TYPE_ADK",
        "dataset_paradigm": "EVALUATION_DATASET_PARADIGM_SINGLE_TURN",
        "row_count": 3,
        "file_size": str(len(ROWS)),
        "has_ground_truth": True,
        "created_at": listed["created_at"],
    }
    (first, *_) = questions(deployed, uuid)
    assert (first["question"], first["expected_answer"]) == ("Say 1", "1")


@pytest.mark.parametrize(
    ("content", "name", "question", "expected"),
    [
        (b'query\n"{""prompt"": ""Hi""}"\n', "a.csv", '{"prompt": "Hi"}', None),
        (b"Query,ground_truth,topic\nWhy?,So,x\n", "a.csv", "Why?", "So"),
        (b"query,expected_answer\nWhy?,So\n", "a.csv", "Why?", "So"),
        (b'{"query": "Why?", "expected_response": "So"}\n', "a.jsonl", "Why?", "So"),
        (b'[{"query": "Why?", "answer": "So"}]', "a.json", "Why?", "So"),
        (b'{"query": "Why?", "expected_response": 10}\n', "a", "Why?", "10"),
    ],
)
def test_columns_have_the_names_of_files_for_agents(
    gen: Gen, deployed: Application, content: bytes, name: str, question: str, expected: str | None
) -> None:
    (row,) = questions(deployed, gen.dataset(content, file_name=name))
    assert (row["question"], row.get("expected_answer")) == (question, expected)


def test_an_object_for_an_agent_stays_the_text_that_it_was(gen: Gen, deployed: Application) -> None:
    uuid = gen.dataset(b'query,expected_response\n"{""query"": ""10?""}",10%\n')
    assert questions(deployed, uuid)[0]["question"] == '{"query": "10?"}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"query,expected_response\n,5\n", "the file: line 2, query: is missing"),
        (b"question_id\n7\n", "the file: line 2, query: is missing"),
        (b"query\n", "the file: there are no questions"),
        (b"query,a\nx\n", "the file: line 2: has 1 cells"),
        (b"query\n\xff\n", "the file: line 2: byte 1 (0xff) is not UTF-8"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_line_and_field(
    gen: Gen, deployed: Application, content: bytes, message: str
) -> None:
    body = {"name": "x", "file_upload_dataset": {"stored_object_key": gen.file(content)}}
    answer = gen.ask("dataset_create", body=body)
    assert (answer.status, answer.json["id"]) == (400, "invalid_request")
    assert answer.json["message"].startswith(message)
    assert gen.get("dataset_list") == {"evaluation_datasets": []}


def test_a_wrong_file_may_be_sent_again_by_the_same_url(gen: Gen, deployed: Application) -> None:
    key = gen.file(b"query\n" + b" " * (len(ROWS) - 6))
    body = {"name": "x", "file_upload_dataset": {"stored_object_key": key}}
    assert gen.ask("dataset_create", body=body).status == 400
    deployed.store.objects.write(layout.incoming_file("acme", key), ROWS)
    assert gen.ask("dataset_create", body=body).status == 200


@pytest.mark.parametrize(
    "key",
    ["upload-01kdy2m8r80000000000000001", "../umbrella/file", "orgs/acme/benchmarks/b/questions.jsonl", ""],
)
def test_a_key_that_was_not_given_out_is_refused(gen: Gen, key: str) -> None:
    body = {"name": "x", "file_upload_dataset": {"stored_object_key": key}}
    answer = gen.ask("dataset_create", body=body)
    assert answer.status == 400
    assert answer.json["message"].startswith("file_upload_dataset.stored_object_key: ")


def test_the_file_of_another_organization_is_not_there(gen: Gen) -> None:
    body = {"name": "x", "file_upload_dataset": {"stored_object_key": gen.file()}}
    assert gen.ask("dataset_create", body=body, organization="umbrella").status == 400
    assert gen.ask("dataset_create", body=body).status == 200


def test_a_form_of_another_purpose_is_no_file_of_a_dataset(
    gen: Gen, deployed: Application, caller: Caller
) -> None:
    form = benchmarks.request_upload(deployed, caller, NewBenchmark(name="other"), "csv")
    body = {"name": "x", "file_upload_dataset": {"stored_object_key": form.upload_id}}
    assert gen.ask("dataset_create", body=body).status == 400


def test_a_file_that_has_not_arrived_is_told(gen: Gen) -> None:
    key = gen.get("files_request")["uploads"][0]["object_key"]
    answer = gen.ask("dataset_create", body={"name": "x", "file_upload_dataset": {"stored_object_key": key}})
    assert answer.status == 400
    assert "has not arrived" in answer.json["message"]


def test_a_size_that_was_not_announced_is_refused(gen: Gen) -> None:
    sent = {"stored_object_key": gen.file(), "size_in_bytes": 7}
    answer = gen.ask("dataset_create", body={"name": "x", "file_upload_dataset": sent})
    assert answer.status == 400
    assert answer.json["message"].startswith("file_upload_dataset.size_in_bytes: ")


def test_the_same_request_again_gives_the_same_dataset(gen: Gen, deployed: Application) -> None:
    body = {"name": "x", "file_upload_dataset": {"stored_object_key": gen.file()}}
    first, second = (gen.get("dataset_create", body=body) for _ in range(2))
    assert first == second
    assert len(gen.get("dataset_list")["evaluation_datasets"]) == 1


def test_a_file_is_a_dataset_once(gen: Gen, deployed: Application) -> None:
    key = gen.file()
    sent = {"stored_object_key": key}
    gen.get("dataset_create", body={"name": "x", "file_upload_dataset": sent})
    answer = gen.ask("dataset_create", body={"name": "y", "file_upload_dataset": sent})
    assert answer.status == 400
    assert "is a dataset already" in answer.json["message"]
    assert deployed.store.objects.find(layout.incoming_file("acme", key)) is None


def test_the_same_questions_under_the_same_name_are_one_dataset(gen: Gen) -> None:
    assert gen.dataset() == gen.dataset()


def test_other_questions_under_the_same_name_are_another_dataset(gen: Gen, deployed: Application) -> None:
    """A UUID never changes what it stands for, so a benchmark does not become another version."""
    first, second = gen.dataset(), gen.dataset(ROWS + b"Say 4,4\n")
    assert first != second
    names = [d["dataset_name"] for d in gen.get("dataset_list")["evaluation_datasets"]]
    assert names == ["sums", "sums"]
    kept = [benchmark.name for benchmark in deployed.store.benchmarks.list_latest("acme")]
    assert kept[0] == "sums"
    assert kept[1].startswith("sums (")
    assert [len(questions(deployed, uuid)) for uuid in (first, second)] == [3, 4]


def test_a_benchmark_that_came_another_way_is_a_dataset_by_its_latest_version(
    gen: Gen, deployment: Any
) -> None:
    deployment.benchmark(2)
    (old,) = gen.get("dataset_list")["evaluation_datasets"]
    assert (old["dataset_name"], old["row_count"]) == ("sums", 2)
    assert "file_size" not in old
    assert "has_ground_truth" not in old
    deployment.benchmark(3)
    (new,) = gen.get("dataset_list")["evaluation_datasets"]
    assert new["row_count"] == 3
    assert new["dataset_uuid"] != old["dataset_uuid"]


def test_lists_take_the_filters_that_clients_send_by_themselves(gen: Gen) -> None:
    gen.dataset()
    for query, count in (
        ({"dataset_type": "EVALUATION_DATASET_TYPE_UNKNOWN"}, 1),
        ({"dataset_type": "EVALUATION_DATASET_TYPE_MODEL"}, 0),
        ({"dataset_paradigm": "EVALUATION_DATASET_PARADIGM_MULTI_TURN"}, 0),
        ({"has_ground_truth": "true"}, 1),
        ({"has_ground_truth": "false"}, 0),
    ):
        assert len(gen.get("dataset_list", query=query)["evaluation_datasets"]) == count, query
    assert gen.ask("dataset_list", query={"dataset_type": "x"}).status == 400
    assert gen.ask("dataset_list", query={"owner": "x"}).status == 400


def test_a_dataset_is_downloaded_as_it_was_sent(gen: Gen, deployed: Application) -> None:
    uuid = gen.dataset()
    answer = gen.get("dataset_download", f"{PATH}/{uuid}/download_url")
    url = urlparse(answer["download_url"])
    assert deployed.store.objects.read(url.path[1:]) == ROWS
    query = parse_qs(url.query)
    assert query["response-content-disposition"][0].startswith("attachment; ")
    assert query["response-content-type"] == ["text/csv"]
    assert answer["expires_at"].startswith("2026-01-02T03:19:05.")


def test_of_a_benchmark_without_a_file_the_questions_are_downloaded(
    gen: Gen, deployed: Application, deployment: Any
) -> None:
    deployment.benchmark(2)
    uuid = gen.get("dataset_list")["evaluation_datasets"][0]["dataset_uuid"]
    url = urlparse(gen.get("dataset_download", f"{PATH}/{uuid}/download_url")["download_url"])
    assert len(deployed.store.objects.read(url.path[1:]).splitlines()) == 2
    assert parse_qs(url.query)["response-content-type"] == ["application/x-ndjson"]


def test_a_deleted_dataset_is_gone_with_its_benchmark(gen: Gen, deployed: Application) -> None:
    uuid = gen.dataset()
    assert gen.get("dataset_delete", f"{PATH}/{uuid}") == {}
    assert gen.get("dataset_list") == {"evaluation_datasets": []}
    assert list(deployed.store.benchmarks.list_latest("acme")) == []
    assert gen.ask("dataset_delete", f"{PATH}/{uuid}").status == 404
    assert gen.ask("dataset_download", f"{PATH}/{uuid}/download_url").status == 404


def test_a_dataset_whose_benchmark_was_deleted_elsewhere_is_gone(
    gen: Gen, deployed: Application, caller: Caller
) -> None:
    uuid = gen.dataset()
    found = evaluation_datasets.find(deployed, "acme", uuid)
    assert found is not None
    benchmarks.delete(deployed, caller, found[0].benchmark_id)
    assert gen.get("dataset_list") == {"evaluation_datasets": []}
    assert gen.ask("dataset_download", f"{PATH}/{uuid}/download_url").status == 404


def test_a_benchmark_of_several_versions_is_not_deleted_for_one_of_them(gen: Gen, deployment: Any) -> None:
    deployment.benchmark(2)
    deployment.benchmark(3)
    uuid = gen.get("dataset_list")["evaluation_datasets"][0]["dataset_uuid"]
    answer = gen.ask("dataset_delete", f"{PATH}/{uuid}")
    assert (answer.status, answer.json["id"]) == (409, "conflict")


def test_a_dataset_that_is_evaluated_on_is_not_deleted(gen: Gen, deployment: Any) -> None:
    uuid = gen.dataset()
    deployment.recorded("tape", {"1": "1"})
    gen.runs(gen.case(uuid), "tape")
    assert gen.ask("dataset_delete", f"{PATH}/{uuid}").status == 409


def test_a_dataset_deleted_a_moment_ago_is_made_again_by_another_file(gen: Gen) -> None:
    first = gen.dataset()
    gen.get("dataset_delete", f"{PATH}/{first}")
    second = gen.dataset()
    assert [d["dataset_uuid"] for d in gen.get("dataset_list")["evaluation_datasets"]] == [second]


def test_another_organizations_dataset_is_not_found(gen: Gen) -> None:
    uuid = gen.dataset()
    for case, path in (
        ("dataset_download", f"{PATH}/{uuid}/download_url"),
        ("dataset_delete", f"{PATH}/{uuid}"),
    ):
        assert gen.ask(case, path, organization="umbrella").status == 404
    assert gen.get("dataset_list", organization="umbrella") == {"evaluation_datasets": []}


@pytest.mark.parametrize("uuid", ["..%2f..%2forgs", "%2e%2e", "a%00b", "x" * 200, "not-there"])
def test_nothing_is_found_under_uuids_that_cannot_be(gen: Gen, uuid: str) -> None:
    assert gen.ask("dataset_download", f"{PATH}/{uuid}/download_url").status == 404
