"""How errors are said on the /v2/gen-ai surface."""

from __future__ import annotations

import pytest

from marksheet import errors
from marksheet.dialects.digitalocean import encode_error
from marksheet.errors import InvalidRequest, InvalidUpload, Problem


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (InvalidRequest(Problem(("body", "a"), "is wrong")), 400, "invalid_request"),
        (errors.Unauthenticated("no key"), 401, "unauthorized"),
        (errors.Forbidden("no scope"), 403, "forbidden"),
        (errors.NotFound("Test case", "x"), 404, "not_found"),
        (errors.Conflict("taken"), 409, "conflict"),
        (errors.NotFinished("not yet"), 409, "conflict"),
        (errors.TooLarge("too much"), 413, "too_large"),
        (errors.LimitExceeded("full", retry_after_seconds=7), 429, "too_many_requests"),
        (errors.ModelError("secret", code="x"), 500, "server_error"),
        (RuntimeError("arn:aws:secret"), 500, "server_error"),
    ],
)
def test_an_error_has_its_status_and_its_word(error: Exception, status: int, slug: str) -> None:
    answer = encode_error(error)
    assert (answer.status, answer.body["id"]) == (status, slug)
    assert set(answer.body) == {"id", "message"}
    assert "secret" not in answer.body["message"]


def test_what_is_missing_is_not_named_with_its_id() -> None:
    assert encode_error(errors.NotFound("Test case", "x")).body["message"] == "Test case not found"


def test_headers_say_how_to_come_back() -> None:
    assert encode_error(errors.Unauthenticated("")).headers == {"WWW-Authenticate": "Bearer"}
    assert encode_error(errors.LimitExceeded("", retry_after_seconds=7)).headers == {"Retry-After": "7"}
    assert encode_error(errors.Conflict("")).headers == {}


@pytest.mark.parametrize(
    ("location", "place"),
    [
        (("body",), "body"),
        (("body", 17), "body"),
        (("body", "files", 0, "file_size"), "files[0].file_size"),
        (("query", "page"), "query.page"),
        (("header", "idempotency-key"), "header.idempotency-key"),
        ((), "body"),
    ],
)
def test_a_problem_is_told_with_its_place(location: tuple[str | int, ...], place: str) -> None:
    assert encode_error(InvalidRequest(Problem(location, "is wrong"))).body["message"] == f"{place}: is wrong"


def test_a_message_lists_some_problems_and_counts_the_others() -> None:
    problems = [Problem(("body", f"f{n}"), "is wrong") for n in range(7)]
    message = encode_error(InvalidRequest(problems)).body["message"]
    assert message.count("is wrong") == 5
    assert message.endswith(" (and 2 more)")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (InvalidUpload("is empty"), "the file: is empty"),
        (InvalidUpload("is empty", line=3), "the file: line 3: is empty"),
        (InvalidUpload("is empty", line=3, field="query"), "the file: line 3, query: is empty"),
        (InvalidUpload("is empty", line=3, unit="element"), "the file: element 3: is empty"),
        (InvalidUpload("is empty", field="query"), "the file: query: is empty"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_line_and_field(error: InvalidUpload, message: str) -> None:
    assert encode_error(error).body["message"] == message
