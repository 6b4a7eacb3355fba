"""What holds for every route: who gets in, how refusals look, and what is logged."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from marksheet.errors import LimitExceeded
from tests.nugen_cases import evaluation

if TYPE_CHECKING:
    import io

ROOT = Path(__file__).parents[3]

ROUTES = sorted(
    path.stem
    for path in (ROOT / "events" / "evaluations_api").glob("*.json")
    if path.stem not in {"health", "unknown_route", "wrong_method", "unauthenticated", "read_only_key"}
)


def test_health_is_told_to_anybody(event: Any, call: Any) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    answer = call(event("health"))
    assert (answer.status, answer.json) == (200, {"status": "ok", "version": project["project"]["version"]})


@pytest.mark.parametrize("case", ROUTES)
@pytest.mark.parametrize(
    "authorizer", [None, {}, {"lambda": None}, {"lambda": {}}, {"lambda": {"organization": ""}}]
)
def test_no_route_answers_without_an_organization(case: str, authorizer: Any, event: Any, call: Any) -> None:
    asked = event(case)
    asked["requestContext"]["authorizer"] = authorizer
    answer = call(asked)
    assert (answer.status, answer.json) == (401, {"detail": "Invalid or missing API key"})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("case", ROUTES)
def test_no_route_answers_a_key_without_its_scope(case: str, event: Any, call: Any) -> None:
    asked = event(case)
    reads = asked["requestContext"]["http"]["method"] == "GET"
    granted, needed = ("write", "read") if reads else ("read", "write")
    asked["requestContext"]["authorizer"]["lambda"]["scopes"] = f"evaluations:{granted}"
    answer = call(asked)
    assert (answer.status, answer.json) == (
        403,
        {"detail": f"This API key lacks the scope evaluations:{needed}"},
    )


def test_an_unknown_route_is_not_found(event: Any, call: Any) -> None:
    answer = call(event("unknown_route"))
    assert (answer.status, answer.json) == (404, {"detail": "Not Found"})


def test_a_known_route_with_another_method_says_which_there_are(event: Any, call: Any) -> None:
    answer = call(event("wrong_method"))
    assert (answer.status, answer.json) == (405, {"detail": "Method Not Allowed"})
    assert answer.headers["Allow"] == "DELETE, GET"


@pytest.mark.parametrize(
    ("case", "changes", "location"),
    [
        ("create_broken_json", {}, ["body", 44]),
        ("create_single", {"body": ""}, ["body"]),
        ("create_single", {"body": None}, ["body"]),
        ("create_single", {"body": "[]"}, ["body"]),
        ("create_single", {"body": '{"trials": NaN}'}, ["body", 11]),
        ("create_single", {"body": '{"a":' * 100_000}, ["body", 5121]),
        ("create_unknown_field", {}, ["body", "organization"]),
        ("list_huge_limit", {}, ["query", "limit"]),
        ("list", {"queryStringParameters": {"limit": "1e9"}}, ["query", "limit"]),
        ("create_single", {"headers": {"Idempotency-Key": "a b"}}, ["header", "idempotency-key"]),
        (
            "benchmark_upload_form",
            {"headers": {"content-type": "multipart/form-data"}},
            ["header", "content-type"],
        ),
        ("benchmark_upload_json", {"body": '{"name": "a"}'}, ["body", "questions"]),
        ("model_register", {"body": '{"model_id": "a", "provider": "b"}'}, ["body", "provider"]),
    ],
)
def test_a_bad_request_is_refused_in_the_form_of_fastapi(
    case: str, changes: dict[str, Any], location: list[str | int], event: Any, call: Any, play: Any
) -> None:
    play("evaluations.create", evaluation())
    answer = call(event(case, **changes))
    assert answer.status == 422
    first = answer.json["detail"][0]
    assert (first["loc"], sorted(first)) == (location, ["loc", "msg", "type"])


def test_a_reached_limit_says_when_to_try_again(event: Any, call: Any, play: Any) -> None:
    play("evaluations.create", LimitExceeded("too many evaluations at once", retry_after_seconds=30))
    answer = call(event("create_single"))
    assert (answer.status, answer.headers["Retry-After"]) == (429, "30")


def test_a_fault_of_ours_tells_nothing_and_logs_everything(
    event: Any, call: Any, play: Any, log: io.StringIO
) -> None:
    play("evaluations.get", RuntimeError("arn:aws:dynamodb:eu-central-1:123456789012:table/marksheet"))
    answer = call(event("get"))
    assert (answer.status, answer.json) == (500, {"detail": "Internal Server Error"})
    failure = json.loads(log.getvalue().splitlines()[0])
    assert (failure["level"], failure["exception_name"]) == ("ERROR", "RuntimeError")


@pytest.mark.parametrize("case", ["health", "get", "unknown_route", "unauthenticated", "create_broken_json"])
def test_every_answer_carries_the_request_id(case: str, event: Any, call: Any, play: Any) -> None:
    play("evaluations.get", evaluation())
    assert call(event(case)).headers["X-Request-Id"] == "JKJaXmPLvHcESHA="


def test_a_request_is_logged_without_its_body_query_or_headers(
    event: Any, call: Any, play: Any, log: io.StringIO
) -> None:
    play("evaluations.create", evaluation())
    call(event("create_idempotent", queryStringParameters={"token": "query-secret"}))
    (line,) = log.getvalue().splitlines()
    logged = json.loads(line)
    assert (logged["method"], logged["path"], logged["status"]) == ("POST", "/api/v3/evaluations/create", 200)
    assert (logged["organization"], logged["request_id"]) == ("acme", "JKJaXmPLvHcESHA=")
    assert not [word for word in ("msk_", "task-abc123", "query-secret", "3f6c1e0a") if word in line]


def test_a_refused_request_is_logged_without_what_was_wrong(event: Any, call: Any, log: io.StringIO) -> None:
    body = json.dumps({"model_id": "a", "provider": "openai", "api_key": "sk secret"})
    assert call(event("model_register", body=body)).status == 422
    assert json.loads(log.getvalue())["status"] == 422
    assert "sk secret" not in log.getvalue()
