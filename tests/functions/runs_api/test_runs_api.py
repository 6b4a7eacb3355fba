"""The /v2/gen-ai surface as a whole: whom it answers, and how it refuses."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import io

EVENTS = Path(__file__).parents[3] / "events" / "runs_api"
CASES = sorted(
    path.stem
    for path in EVENTS.glob("*.json")
    if path.stem not in {"unknown_route", "wrong_method", "unauthenticated", "read_only_key"}
)


@pytest.mark.parametrize("case", CASES)
def test_no_route_answers_without_an_organization(case: str, event: Any, call: Any) -> None:
    asked = event(case)
    asked["requestContext"]["authorizer"] = {"lambda": {}}
    answer = call(asked)
    assert (answer.status, answer.json["id"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("case", CASES)
def test_no_route_answers_a_key_without_its_scope(case: str, event: Any, call: Any) -> None:
    asked = event(case)
    reads = asked["requestContext"]["http"]["method"] == "GET"
    granted, needed = ("write", "read") if reads else ("read", "write")
    asked["requestContext"]["authorizer"]["lambda"]["scopes"] = f"evaluations:{granted}"
    answer = call(asked)
    assert (answer.status, answer.json["id"]) == (403, "forbidden")
    assert f"evaluations:{needed}" in answer.json["message"]


def test_a_bad_key_is_refused_before_anything_is_looked_up(event: Any, call: Any) -> None:
    """Without an account behind it, a look-up would be an error of ours."""
    asked = event("prompt_get", rawPath="/v2/gen-ai/evaluation_runs/..%2f/results/none")
    asked["requestContext"]["authorizer"] = {"lambda": {}}
    assert call(asked).status == 401


def test_the_sample_of_a_key_that_may_only_read_is_refused(event: Any, call: Any) -> None:
    assert call(event("read_only_key")).status == 403


def test_the_sample_without_a_key_is_refused(event: Any, call: Any) -> None:
    assert call(event("unauthenticated")).status == 401


def test_an_unknown_route_is_not_found_and_says_which_request_it_was(event: Any, call: Any) -> None:
    """That of a family of routes that is not spoken here."""
    answer = call(event("unknown_route"))
    assert answer.status == 404
    assert answer.json == {
        "id": "not_found",
        "message": "There is no such route",
        "request_id": "JKJaXmPLvHcESHA=",
    }
    assert answer.headers["X-Request-Id"] == answer.json["request_id"]


def test_a_method_that_a_route_does_not_have_is_refused(event: Any, call: Any) -> None:
    answer = call(event("wrong_method"))
    assert (answer.status, answer.json["id"]) == (405, "method_not_allowed")
    assert (answer.headers["Allow"], answer.json["request_id"]) == ("POST", "JKJaXmPLvHcESHA=")


WRITING = ["files_request", "dataset_create", "case_create", "case_update", "run_create"]


@pytest.mark.parametrize("case", WRITING)
@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"text"', "null", '{"a": NaN}', '{"a": ' + "[" * 99 + "]" * 99 + "}"]
)
def test_a_body_that_is_no_object_is_a_bad_request(case: str, body: str, event: Any, call: Any) -> None:
    answer = call(event(case, body=body))
    assert (answer.status, answer.json["id"]) == (400, "invalid_request")
    assert answer.json["message"].startswith("body: ")


@pytest.mark.parametrize("case", WRITING)
def test_an_unknown_field_is_named(case: str, event: Any, call: Any) -> None:
    answer = call(event(case, body='{"tenant": "x"}'))
    assert answer.status == 400
    assert "tenant: Extra inputs are not permitted; allowed: " in answer.json["message"]


@pytest.mark.parametrize("case", WRITING)
def test_a_body_of_five_megabytes_is_too_large(case: str, event: Any, call: Any) -> None:
    body = base64.b64encode(b'{"name": "' + b"x" * 5_000_000 + b'"}').decode()
    answer = call(event(case, body=body, isBase64Encoded=True))
    assert (answer.status, answer.json["id"]) == (413, "too_large")


def test_a_fault_of_ours_tells_nothing(
    event: Any, call: Any, deployed: Any, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("arn:aws:secret")

    monkeypatch.setattr("marksheet.evaluation_datasets.list_all", fails)
    answer = call(event("dataset_list"))
    assert answer.status == 500
    assert answer.json == {
        "id": "server_error",
        "message": "Internal server error",
        "request_id": "JKJaXmPLvHcESHA=",
    }
    assert "arn:aws:secret" in log.getvalue()


def test_a_request_is_logged_without_what_it_carries(event: Any, call: Any, log: io.StringIO) -> None:
    call(event("run_create", body='{"secret": 1}'))
    assert '"path":"/v2/gen-ai/evaluation_runs"' in log.getvalue()
    assert "secret" not in log.getvalue()
    assert "msk_" not in log.getvalue()


def test_nothing_limits_rates_by_header(event: Any, call: Any) -> None:
    """Clients read what comes as integers, and nothing else."""
    answer = call(event("metric_list"))
    assert answer.status == 200
    assert not [name for name in answer.headers if name.lower().startswith("ratelimit")]


def test_metrics_are_the_scorers_that_need_no_option(event: Any, call: Any) -> None:
    metrics = call(event("metric_list")).json["metrics"]
    names = [metric["metric_name"] for metric in metrics]
    assert {"exact_match", "token_f1", "refusal"} <= set(names)
    assert not {"llm_judge", "json_schema", "latency_limit"} & set(names)
    assert [metric["metric_rank"] for metric in metrics] == list(range(1, len(names) + 1))
