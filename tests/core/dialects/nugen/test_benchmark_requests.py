"""Benchmarks as they are sent: in a form, in JSON, or announced for later."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marksheet.dialects.nugen import decode_benchmark_upload, decode_upload_request, decode_version
from marksheet.domain import DomainRule, Role, ScorerSpec
from marksheet.errors import InvalidRequest, InvalidUpload, Problem, TooLarge

QUESTIONS = [{"question_num": 1, "question": "How many bells?", "answer": "8"}]
FILE = json.dumps(QUESTIONS).encode()
FORM = "multipart/form-data; boundary=frontier"
NAME = ("name", b"Lighthouse")


def form(*fields: tuple[str, bytes], file: bytes | None = FILE, filename: str = "questions.json") -> bytes:
    parts = [(f'form-data; name="{name}"', content) for name, content in fields]
    if file is not None:
        parts.append((f'form-data; name="file"; filename="{filename}"', file))
    pieces = (
        b"--frontier\r\nContent-Disposition: " + header.encode() + b"\r\n\r\n" + content + b"\r\n"
        for header, content in parts
    )
    return b"".join(pieces) + b"--frontier--\r\n"


def refusal_of(body: bytes, content_type: str = "application/json") -> list[tuple[Any, str]]:
    with pytest.raises(InvalidRequest) as refused:
        decode_benchmark_upload(body, content_type)
    return [(problem.location, problem.kind) for problem in refused.value.problems]


def test_the_documented_form_is_read() -> None:
    body = form(NAME, ("document_id", b"doc-7"), ("description", b"Watches and bells"))
    benchmark, content, file_format, in_body = decode_benchmark_upload(body, FORM)
    assert (benchmark.name, benchmark.description) == ("Lighthouse", "Watches and bells")
    assert (benchmark.document_ids, benchmark.scorers, benchmark.domain_rules) == (("doc-7",), (), ())
    assert (content, file_format, in_body) == (FILE, "json", False)


def test_a_form_may_carry_settings_as_json_text() -> None:
    body = form(
        NAME,
        ("scorers", b'[{"name": "numeric", "role": "correctness", "options": {"marker": "A:"}}]'),
        ("domain_rules", b'[{"name": "no guessing", "forbid": "guess"}]'),
        ("prompt_template", b"Frage: {question}"),
        ("system_prompt", b"Be brief."),
    )
    benchmark = decode_benchmark_upload(body, FORM).benchmark
    assert benchmark.scorers == (ScorerSpec("numeric", Role.CORRECTNESS, {"marker": "A:"}),)
    assert benchmark.domain_rules == (DomainRule("no guessing", forbid="guess"),)
    assert (benchmark.prompt_template, benchmark.system_prompt) == ("Frage: {question}", "Be brief.")


def test_a_form_may_name_several_documents() -> None:
    body = form(NAME, ("document_id", b"doc-1"), ("document_id", b"doc-2"))
    assert decode_benchmark_upload(body, FORM).benchmark.document_ids == ("doc-1", "doc-2")


def test_a_benchmark_may_be_based_on_a_dataset() -> None:
    body = {"name": "Lighthouse", "dataset_id": "dataset-1"}
    as_json = json.dumps({**body, "questions": QUESTIONS}).encode()
    announced = json.dumps({**body, "filename": "q.jsonl"}).encode()
    assert (
        decode_benchmark_upload(form(NAME, ("dataset_id", b"dataset-1")), FORM).benchmark.dataset_id
        == "dataset-1"
    )
    assert decode_benchmark_upload(as_json, "application/json").benchmark.dataset_id == "dataset-1"
    assert decode_upload_request(announced).benchmark.dataset_id == "dataset-1"
    assert decode_benchmark_upload(form(NAME), FORM).benchmark.dataset_id is None


def test_empty_fields_of_a_form_are_as_good_as_absent() -> None:
    empty = ("description", "document_id", "dataset_id", "scorers", "domain_rules")
    body = form(NAME, *((name, b"") for name in empty))
    assert decode_benchmark_upload(body, FORM) == decode_benchmark_upload(form(NAME), FORM)


@pytest.mark.parametrize(
    ("filename", "content", "file_format"),
    [
        ("questions.json", FILE, "json"),
        ("questions.jsonl", b'{"question": "a"}\n', "jsonl"),
        ("questions.csv", b"question,answer\na,b\n", "csv"),
        ("questions", FILE, "json"),
    ],
)
def test_the_format_of_a_file_is_found_out(filename: str, content: bytes, file_format: str) -> None:
    upload = decode_benchmark_upload(form(NAME, file=content, filename=filename), FORM)
    assert upload.format == file_format


@pytest.mark.parametrize(
    ("body", "location", "kind"),
    [
        (form(NAME, file=None), ("body", "file"), "missing"),
        (form(), ("body", "name"), "missing"),
        (form(("name", b"")), ("body", "name"), "string_too_short"),
        (form(NAME, NAME), ("body", "name"), "duplicate"),
        (form(NAME, *[("dataset_id", b"dataset-1")] * 2), ("body", "dataset_id"), "duplicate"),
        (form(NAME, ("file", FILE)), ("body", "file"), "duplicate"),
        (form(NAME, ("organization", b"umbrella")), ("body", "organization"), "extra_forbidden"),
        (form(NAME, ("scorers", b"[exact_match]")), ("body", "scorers", 1), "json_invalid"),
        (form(("name", b"\xff")), ("body", "name"), "string_unicode"),
        (form(NAME)[:-20], ("body",), "multipart_invalid"),
    ],
)
def test_a_bad_form_is_refused_by_its_field(body: bytes, location: tuple[str | int, ...], kind: str) -> None:
    assert refusal_of(body, FORM) == [(location, kind)]


def test_a_body_that_is_too_large_is_told_the_other_way() -> None:
    with pytest.raises(TooLarge, match="upload-url"):
        decode_benchmark_upload(b"x" * 4_500_001, "application/json")


def test_a_json_body_carries_its_questions() -> None:
    body = json.dumps({"name": "Lighthouse", "document_id": ["doc-1", "doc-2"], "questions": QUESTIONS})
    benchmark, content, file_format, in_body = decode_benchmark_upload(body.encode(), "application/json")
    assert benchmark.document_ids == ("doc-1", "doc-2")
    assert (json.loads(content), file_format, in_body) == (QUESTIONS, "json", True)


@pytest.mark.parametrize(
    ("error", "location"),
    [
        (
            InvalidUpload("empty", line=2, field="question", unit="element"),
            ("body", "questions", 1, "question"),
        ),
        (InvalidUpload("no object", line=1, unit="element"), ("body", "questions", 0)),
        (InvalidUpload("too large"), ("body", "questions")),
    ],
)
def test_a_wrong_question_of_a_json_body_is_found_by_its_position(
    error: InvalidUpload, location: tuple[str | int, ...]
) -> None:
    body = json.dumps({"name": "Lighthouse", "questions": QUESTIONS})
    upload = decode_benchmark_upload(body.encode(), "application/json")
    assert upload.located(error).problems == [Problem(location, error.detail, "invalid_upload")]


def test_a_wrong_question_of_a_form_is_found_in_its_file() -> None:
    error = InvalidUpload("empty", line=2, field="question")
    assert decode_benchmark_upload(form(NAME), FORM).located(error) is error


@pytest.mark.parametrize(
    ("change", "location"),
    [
        ({"name": 7}, ("body", "name")),
        ({"name": "n" * 201}, ("body", "name")),
        ({"questions": []}, ("body", "questions")),
        ({"questions": {"1": "a"}}, ("body", "questions")),
        ({"document_id": 7}, ("body", "document_id")),
        ({"document_id": [""]}, ("body", "document_id")),
        ({"document_id": False}, ("body", "document_id")),
        ({"dataset_id": ["dataset-1"]}, ("body", "dataset_id")),
        ({"dataset_id": ""}, ("body", "dataset_id")),
        ({"version": 3}, ("body", "version")),
        ({"scorers": ["exact_mach"]}, ("body", "scorers", 0)),
        ({"prompt_template": "no placeholder"}, ("body", "prompt_template")),
    ],
)
def test_a_bad_json_body_is_refused_by_its_field(change: dict[str, Any], location: tuple[str, ...]) -> None:
    body = {"name": "Lighthouse", "questions": QUESTIONS, **change}
    assert [found[: len(location)] for found, _ in refusal_of(json.dumps(body).encode())] == [location]


@pytest.mark.parametrize(
    ("request_body", "file_format"),
    [
        ({"filename": "q.jsonl"}, "jsonl"),
        ({"filename": "Q.NDJSON"}, "jsonl"),
        ({"filename": "q.csv"}, "csv"),
        ({"filename": "q.json"}, "json"),
        ({"filename": "q.txt", "format": "csv"}, "csv"),
    ],
)
def test_a_file_to_come_has_the_format_it_says_or_is_named_after(
    request_body: dict[str, str], file_format: str
) -> None:
    body = json.dumps({"name": "Lighthouse", **request_body}).encode()
    assert decode_upload_request(body).format == file_format


@pytest.mark.parametrize(
    ("request_body", "location", "kind"),
    [
        ({"filename": "q.txt"}, ("body", "format"), "missing"),
        ({"filename": "q.csv", "format": "xml"}, ("body", "format"), "literal_error"),
        ({}, ("body", "filename"), "missing"),
        ({"filename": "q.csv", "questions": []}, ("body", "questions"), "extra_forbidden"),
    ],
)
def test_a_file_to_come_is_refused_by_its_field(
    request_body: dict[str, Any], location: tuple[str, ...], kind: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_upload_request(json.dumps({"name": "Lighthouse", **request_body}).encode())
    assert [(problem.location, problem.kind) for problem in refused.value.problems] == [(location, kind)]


@pytest.mark.parametrize(("query", "version"), [({}, None), ({"version": "3"}, 3)])
def test_a_version_is_read_from_the_query(query: dict[str, str], version: int | None) -> None:
    assert decode_version(query) == version


@pytest.mark.parametrize("query", [{"version": "0"}, {"version": "latest"}, {"version": "1e9"}, {"v": "1"}])
def test_a_bad_version_is_refused_by_its_path(query: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_version(query)
    assert refused.value.problems[0].location == ("query", next(iter(query)))
