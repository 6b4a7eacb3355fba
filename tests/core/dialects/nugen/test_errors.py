"""Errors: one status each, the documented form, and nothing that was not meant for the caller."""

from __future__ import annotations

import pytest

from marksheet.dialects.nugen import encode_error
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
    ("error", "status", "detail", "headers"),
    [
        (Unauthenticated("Invalid or missing API key"), 401, None, {"WWW-Authenticate": "Bearer"}),
        (Forbidden("This API key lacks the scope evaluations:write"), 403, None, {}),
        (NotFound("Evaluation", "eval-1"), 404, "Evaluation not found", {}),
        (NotFinished("Evaluation is not yet completed"), 400, None, {}),
        (Conflict("there is a model already"), 409, None, {}),
        (IdempotencyMismatch("another request"), 409, None, {}),
        (TooLarge("send it through upload-url"), 413, None, {}),
        (LimitExceeded("too many", retry_after_seconds=30), 429, None, {"Retry-After": "30"}),
    ],
)
def test_each_error_has_its_status_and_says_what_is_wrong(
    error: MarksheetError, status: int, detail: str | None, headers: dict[str, str]
) -> None:
    assert encode_error(error) == (status, {"detail": detail or error.message}, headers)


def test_problems_of_a_request_have_the_form_of_fastapi() -> None:
    error = InvalidRequest([Problem(("body", "questions", 3, "question"), "Field required", "missing")])
    assert encode_error(error) == (
        422,
        {
            "detail": [
                {"loc": ["body", "questions", 3, "question"], "msg": "Field required", "type": "missing"}
            ]
        },
        {},
    )


def test_a_wrong_file_is_refused_with_line_and_field() -> None:
    error = InvalidUpload("must be text", line=7, field="question")
    assert encode_error(error).body == {
        "detail": [
            {"loc": ["body", "file", "line", 7, "question"], "msg": "must be text", "type": "invalid_upload"}
        ]
    }


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
    assert encode_error(error) == (500, {"detail": "Internal Server Error"}, {})
