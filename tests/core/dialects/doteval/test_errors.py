"""Errors: one status and code each, fields by their path, and nothing that was not meant for the caller."""

from __future__ import annotations

import pytest

from marksheet.dialects.doteval import decode_create_dataset, encode_error, encode_problem
from marksheet.errors import (
    Conflict,
    EvaluationStopped,
    Forbidden,
    IdempotencyMismatch,
    InvalidRequest,
    InvalidUpload,
    LimitExceeded,
    MarksheetError,
    NotFinished,
    NotFound,
    PermanentModelError,
    Problem,
    TooLarge,
    Unauthenticated,
)


@pytest.mark.parametrize(
    ("error", "status", "code", "headers"),
    [
        (Unauthenticated("Invalid API key"), 401, "unauthenticated", {"WWW-Authenticate": "Api-Key"}),
        (Forbidden("The eval spec is not shared with this key"), 403, "forbidden", {}),
        (NotFound("Dataset", "dataset-1"), 404, "not_found", {}),
        (NotFinished("The job has no results yet"), 400, "not_finished", {}),
        (Conflict("there is a dataset already"), 409, "conflict", {}),
        (IdempotencyMismatch("another request"), 409, "conflict", {}),
        (TooLarge("send it as a job"), 413, "too_large", {}),
        (LimitExceeded("too many", retry_after_seconds=30), 429, "limit_exceeded", {"Retry-After": "30"}),
    ],
)
def test_each_error_has_its_status_and_code_and_says_what_is_wrong(
    error: MarksheetError, status: int, code: str, headers: dict[str, str]
) -> None:
    assert encode_error(error) == (status, {"error": {"code": code, "message": error.message}}, headers)


def test_another_organizations_things_are_called_by_their_kind_alone() -> None:
    assert encode_error(NotFound("Dataset", "dataset-1")).body == {
        "error": {"code": "not_found", "message": "Dataset not found"}
    }


@pytest.mark.parametrize(
    ("location", "field"),
    [
        (("body", "dataset", 3, "output"), "dataset[3].output"),
        (("body", "graders", 0, "labels", 2), "graders[0].labels[2]"),
        (("body", "name"), "name"),
        (("body",), "body"),
        (("body", 17), "body"),
        (("query", "limit"), "query.limit"),
        (("header", "idempotency-key"), "header.idempotency-key"),
        ((), "body"),
    ],
)
def test_a_field_is_told_by_its_path(location: tuple[str | int, ...], field: str) -> None:
    answer = encode_error(InvalidRequest(Problem(location, "is wrong", "wrong")))
    assert answer == (
        400,
        {
            "error": {
                "code": "invalid_request",
                "message": f"{field}: is wrong",
                "problems": [{"field": field, "message": "is wrong", "kind": "wrong"}],
            }
        },
        {},
    )


def test_everything_that_is_wrong_is_told_and_the_first_in_short() -> None:
    error = InvalidRequest([Problem(("body", name), f"{name} is wrong") for name in ("a", "b", "c")])
    told = encode_error(error).body["error"]
    assert told["message"] == "a: a is wrong (and 2 more)"
    assert [problem["field"] for problem in told["problems"]] == ["a", "b", "c"]


def test_a_wrong_file_is_refused_with_line_and_field() -> None:
    told = encode_error(InvalidUpload("must be text", line=7, field="output")).body["error"]
    assert told["problems"] == [
        {"field": "file.line[7].output", "message": "must be text", "kind": "invalid_upload"}
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "body: Field required"),
        (b"{", "body: JSON decode error: "),
        (b"[]", "body: Input should be a valid dictionary or object"),
        (b'{"name": NaN}', "body: JSON decode error: "),
        (b'{"name": "a", "nmae": 1}', "nmae: Extra inputs are not permitted; allowed: name, description"),
    ],
)
def test_a_body_that_is_refused_says_where(body: bytes, message: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_create_dataset(body)
    assert encode_error(refused.value).body["error"]["message"].startswith(message)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("arn:aws:dynamodb:eu-central-1:123456789012:table/marksheet"),
        KeyError("secret"),
        PermanentModelError("the endpoint said: secret", code="http_400"),
        EvaluationStopped("secret"),
        MarksheetError("secret"),
    ],
)
def test_a_fault_of_ours_is_told_without_a_word_about_it(error: Exception) -> None:
    body = {"error": {"code": "internal_error", "message": "Internal server error"}}
    assert encode_error(error) == (500, body, {})


def test_what_is_no_error_of_the_core_has_the_same_form() -> None:
    assert encode_problem("method_not_allowed", "The route has no such method") == {
        "error": {"code": "method_not_allowed", "message": "The route has no such method"}
    }
