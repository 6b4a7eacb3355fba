"""benchmarks upload, list, show, versions, delete against the stub service."""

from __future__ import annotations

import json

import pytest

from marksheet_cli import benchmarks
from marksheet_cli.benchmarks import parse_scorer
from marksheet_cli.exits import CommandError
from marksheet_cli.references import split_version
from tests.stubs.api_stub import Reply


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "1 + 1?", "expected_answer": "2"}\n')
    return path


def test_a_small_file_travels_in_the_request_with_its_settings(json_of, service, questions):
    options = ("--name", "sums", "--scorer", "numeric:marker=A:", "--description", "about sums")
    answer = json_of("benchmarks", "upload", str(questions), *options)
    assert answer["id"] == "bench-1"
    assert "questions" not in answer
    (sent,) = service.sent("POST /api/v3/benchmark/upload")
    assert b'filename="questions.jsonl"' in sent.body
    assert questions.read_bytes() in sent.body
    assert b'[{"name": "numeric", "options": {"marker": "A:"}}]' in sent.body
    assert b"about sums" in sent.body


def test_a_large_file_goes_to_the_storage_without_the_key(json_of, service, questions, monkeypatch):
    monkeypatch.setattr(benchmarks, "SMALL_FILE_BYTES", 10)
    service.add_benchmark("sums")
    assert json_of("benchmarks", "upload", str(questions), "--name", "sums")["id"] == "bench-1"
    (asked,) = service.sent("upload-url")
    assert asked.json == {"name": "sums", "filename": "questions.jsonl", "format": "jsonl"}
    (stored,) = service.sent("POST /storage")
    assert "authorization" not in stored.headers
    assert questions.read_bytes() in stored.body
    assert stored.body.index(b'name="policy"') < stored.body.index(b'name="file"')


def test_an_error_in_a_large_file_names_line_and_field(cli, service, questions, monkeypatch):
    monkeypatch.setattr(benchmarks, "SMALL_FILE_BYTES", 10)
    why = {"status": "FAILED", "error": "an empty question", "line": 7, "field": "question"}
    service.uploads["upload-1"] = why
    result = cli("benchmarks", "upload", str(questions))
    assert result.exit_code == 1
    assert "line 7, field question: an empty question" in result.stderr


def test_an_error_in_a_small_file_names_line_and_field(cli, service, questions):
    problem = {"loc": ["body", "file", "line", 7, "question"], "msg": "it is empty", "type": "invalid_upload"}
    service.fault("POST", Reply(422, {"detail": [problem]}))
    result = cli("benchmarks", "upload", str(questions))
    assert result.exit_code == 1
    assert "line 7, field question: it is empty" in result.stderr


def test_an_error_in_an_array_names_the_element(cli, service, questions, monkeypatch):
    problem = {
        "loc": ["body", "file", "element", 2, "question"],
        "msg": "it is empty",
        "type": "invalid_upload",
    }
    service.fault("POST", Reply(422, {"detail": [problem]}))
    assert "element 2, field question: it is empty" in cli("benchmarks", "upload", str(questions)).stderr
    monkeypatch.setattr(benchmarks, "SMALL_FILE_BYTES", 10)
    service.uploads["upload-1"] = {"status": "FAILED", "error": "no object", "line": 2, "unit": "element"}
    assert "element 2: no object" in cli("benchmarks", "upload", str(questions)).stderr


def test_a_file_that_the_storage_refuses_is_a_failure(cli, service, questions, monkeypatch):
    monkeypatch.setattr(benchmarks, "SMALL_FILE_BYTES", 10)
    service.storage_reply = Reply(400, b"<Error><Code>EntityTooLarge</Code></Error>")
    result = cli("benchmarks", "upload", str(questions))
    assert result.exit_code == 1
    assert "EntityTooLarge" in result.stderr


def test_options_win_over_the_settings_file(json_of, service, questions, tmp_path):
    settings = tmp_path / "benchmark.json"
    settings.write_text(json.dumps({"name": "from file", "scorers": ["includes"]}))
    json_of("benchmarks", "upload", str(questions), "--settings", str(settings), "--name", "from option")
    body = service.sent("POST")[0].body
    assert b"from option" in body
    assert b"from file" not in body
    assert b'["includes"]' in body


@pytest.mark.parametrize("reference", ["handbooks", "dataset-1"])
def test_a_dataset_is_named_by_its_name_or_id_and_sent_by_its_id(json_of, service, questions, reference):
    service.add_benchmark("sums")
    service.add_dataset("handbooks")
    json_of("benchmarks", "upload", str(questions), "--name", "sums", "--dataset", reference)
    (asked,) = service.sent("upload-url")
    assert asked.json["dataset_id"] == "dataset-1"


def test_a_file_that_cites_goes_to_the_storage_however_small_it_is(json_of, service, questions):
    service.add_benchmark("sums")
    service.add_dataset("handbooks")
    json_of("benchmarks", "upload", str(questions), "--dataset", "handbooks")
    (stored,) = service.sent("POST /storage")
    assert questions.read_bytes() in stored.body
    assert not service.sent("POST /api/v3/benchmark/upload$")


def test_an_unknown_dataset_is_not_found_and_the_similar_one_named(cli, service, questions):
    service.add_dataset("handbooks")
    result = cli("benchmarks", "upload", str(questions), "--dataset", "handbook")
    assert result.exit_code == 5
    assert "'handbooks'" in result.stderr
    assert not service.sent("POST")


def test_a_dataset_of_the_last_page_is_found_by_its_name(json_of, service, questions):
    service.grading.page_size = 1
    service.add_benchmark("sums")
    service.add_dataset("handbooks")
    service.add_dataset("manuals")
    json_of("benchmarks", "upload", str(questions), "--dataset", "manuals")
    assert service.sent("upload-url")[0].json["dataset_id"] == "dataset-2"


def test_a_settings_file_may_name_a_dataset_by_its_id(json_of, service, questions, tmp_path):
    settings = tmp_path / "benchmark.json"
    settings.write_text('{"dataset_id": "dataset-7"}')
    service.add_benchmark("sums")
    json_of("benchmarks", "upload", str(questions), "--settings", str(settings))
    assert service.sent("upload-url")[0].json["dataset_id"] == "dataset-7"
    assert not service.sent("GET /v1/datasets")


def test_a_settings_file_may_be_yaml(json_of, service, questions, tmp_path):
    settings = tmp_path / "benchmark.yaml"
    settings.write_text("name: from yaml\nscorers: [includes]\n")
    json_of("benchmarks", "upload", str(questions), "--settings", str(settings))
    body = service.sent("POST")[0].body
    assert b"from yaml" in body
    assert b'["includes"]' in body


def test_an_unknown_setting_is_a_usage_error_that_lists_the_known(cli, service, questions, tmp_path):
    settings = tmp_path / "benchmark.json"
    settings.write_text('{"scorer": []}')
    result = cli("benchmarks", "upload", str(questions), "--settings", str(settings))
    assert result.exit_code == 2
    assert "scorers" in result.stderr
    assert service.requests == []


def test_a_file_of_unknown_kind_asks_for_its_format(cli, tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text("x")
    result = cli("benchmarks", "upload", str(path))
    assert result.exit_code == 2
    assert "--format" in result.stderr


def test_the_format_option_tells_the_service_by_the_file_name(json_of, service, tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text("question,answer\n1 + 1?,2\n")
    json_of("benchmarks", "upload", str(path), "--format", "csv")
    assert b'filename="questions.txt.csv"' in service.sent("POST")[0].body


def test_a_missing_file_is_a_usage_error(cli):
    assert cli("benchmarks", "upload", "absent.jsonl").exit_code == 2


def test_list_show_and_versions_print_what_the_service_has(json_of, service):
    service.add_benchmark("sums")
    assert json_of("benchmarks", "list")["benchmarks"][0]["benchmark_name"] == "sums"
    assert json_of("benchmarks", "show", "sums@1")["id"] == "bench-1"
    assert service.requests[-1].path == "/api/v3/benchmark/bench-1?version=1"
    assert len(json_of("benchmarks", "versions", "bench-1")["versions"]) == 1


def test_delete_finds_the_benchmark_by_name(cli, service):
    service.add_benchmark("sums")
    assert cli("benchmarks", "delete", "sums", "--yes").exit_code == 0
    assert service.sent("DELETE")[0].path == "/api/v3/benchmark/bench-1"


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("exact_match", {"name": "exact_match"}),
        ("numeric:marker=A:", {"name": "numeric", "options": {"marker": "A:"}}),
        ("numeric:tolerance=0.5", {"name": "numeric", "options": {"tolerance": 0.5}}),
        ("token_f1:role=relevance", {"name": "token_f1", "role": "relevance"}),
        ("rouge_l:threshold=0.3,label=r", {"name": "rouge_l", "threshold": 0.3, "label": "r"}),
        ("choice:letters=ABCD", {"name": "choice", "options": {"letters": "ABCD"}}),
    ],
)
def test_a_scorer_is_written_as_name_and_options(text, spec):
    assert parse_scorer(text) == spec


@pytest.mark.parametrize("text", ["numeric:marker", "numeric:=1"])
def test_a_scorer_option_without_name_or_value_is_refused(text):
    with pytest.raises(CommandError, match="is not option=value"):
        parse_scorer(text)


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("b", ("b", None)),
        ("b@2", ("b", 2)),
        ("b@0", ("b@0", None)),
        ("a@b", ("a@b", None)),
        ("@2", ("@2", None)),
    ],
)
def test_a_version_is_a_number_after_the_last_at(reference, parts):
    assert split_version(reference) == parts
