"""Routes of evaluations: each decodes, calls its one use case as that caller, and encodes."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from marksheet.dialects import nugen
from marksheet.domain import Caller, Status
from marksheet.errors import Conflict, IdempotencyMismatch, NotFinished, NotFound
from marksheet.evaluations import CreateEvaluation, Download, Page
from tests.nugen_cases import evaluation, load, text, written

if TYPE_CHECKING:
    from collections.abc import Callable

CALLER = Caller("acme", "abcdefghijklmnop", frozenset({"evaluations:read", "evaluations:write"}))


def test_a_create_is_answered_as_on_the_page(event: Any, call: Any, play: Any) -> None:
    create = play("evaluations.create", evaluation())
    answer = call(event("create_single"))
    assert (answer.status, written(answer.json)) == (200, text("create_single.response"))
    ((caller, new), options) = create.calls[0]
    assert caller == CALLER
    assert new == CreateEvaluation(
        "aligned-model-01kmqm4nrn9fw6r",
        "task-abc123",
        custom_metrics=["accuracy", "relevance"],
        project="default",
    )
    assert options["idempotency_key"] is None


def test_a_create_of_a_comparison_is_answered_with_both_models(event: Any, call: Any, play: Any) -> None:
    play("evaluations.create", evaluation())
    assert written(call(event("create_comparison")).json) == text("create_comparison.response")


def test_a_create_hands_on_everything_it_was_asked_for(event: Any, call: Any, play: Any) -> None:
    create = play("evaluations.create", evaluation())
    assert call(event("create_idempotent")).json["judge_provider"] == "openai"
    ((_, new), options) = create.calls[0]
    assert new == CreateEvaluation(
        "aligned-model-01kmqm4nrn9fw6r",
        "task-abc123",
        benchmark_version=2,
        custom_metrics=["accuracy", "relevance"],
        name="nightly",
        project="default",
        trials=3,
        max_error_share=0.1,
        shard_size=20,
    )
    assert options["idempotency_key"] == "3f6c1e0a-nightly"
    assert len(options["fingerprint"]) == 64


def test_another_body_under_a_used_idempotency_key_is_a_conflict(event: Any, call: Any, play: Any) -> None:
    play("evaluations.create", IdempotencyMismatch("this Idempotency-Key was used with another request"))
    assert call(event("create_idempotent")).status == 409


@pytest.mark.parametrize("path", ["/api/v3/evaluations/", "/api/v3/evaluations/create"])
def test_a_create_may_have_its_older_paths(path: str, event: Any, call: Any, play: Any) -> None:
    play("evaluations.create", evaluation())
    assert call(event("create_single", rawPath=path)).status == 200


def test_a_list_hands_on_filters_and_page(event: Any, call: Any, play: Any) -> None:
    list_page = play("evaluations.list_page", Page([evaluation()], 101))
    body = call(event("list_filtered")).json
    assert (body["user_id"], body["total"], body["limit"], body["offset"]) == ("acme", 101, 50, 100)
    assert body["evaluations"] == [nugen.encode_evaluation(evaluation())]
    assert list_page.calls == [
        (
            (CALLER,),
            {
                "status": {Status.READY, Status.FAILED, Status.CANCELLED, Status.STOPPED},
                "model_id": "nugen-flash-instruct",
                "project": "retrieval_v2",
                "limit": 50,
                "offset": 100,
            },
        )
    ]


@pytest.mark.parametrize("path", ["/api/v3/evaluations", "/api/v3/evaluations/"])
def test_a_list_without_a_query_is_the_first_ten(path: str, event: Any, call: Any, play: Any) -> None:
    list_page = play("evaluations.list_page", Page([], 0))
    assert call(event("list", rawPath=path)).json["evaluations"] == []
    assert list_page.calls[0][1] == {
        "status": None,
        "model_id": None,
        "project": None,
        "limit": 10,
        "offset": 0,
    }


def test_one_evaluation_is_shown(event: Any, call: Any, play: Any) -> None:
    get = play("evaluations.get", evaluation(load("evaluation_single.core")["evaluation"]))
    assert written(call(event("get")).json) == text("evaluation_single.response")
    assert get.calls == [((CALLER, "eval-xyz789"), {})]


def test_a_status_is_counted_up_to_now(
    event: Any, call: Any, play: Any, application: Callable[[Any], None]
) -> None:
    running = evaluation({"started_at": "2024-01-15T10:30:05Z", "counts": [[3, 1, 0, 1]]})
    play("evaluations.get", running)
    application(SimpleNamespace(clock=lambda: datetime(2024, 1, 15, 10, 31, 7, 500_000, tzinfo=UTC)))
    assert written(call(event("status")).json) == text("status_running.response")


def test_results_are_shown(event: Any, call: Any, play: Any) -> None:
    core = load("download_single.core")
    play("evaluations.results", (evaluation(core["evaluation"]), core["summary"]))
    assert written(call(event("results")).json) == text("results_single.response")


@pytest.mark.parametrize("case", ["results", "download"])
def test_results_of_an_unfinished_evaluation_are_a_bad_request(
    case: str, event: Any, call: Any, play: Any
) -> None:
    play(f"evaluations.{case}", NotFinished("Evaluation is not yet completed"))
    answer = call(event(case))
    assert (answer.status, answer.json) == (400, {"detail": "Evaluation is not yet completed"})


@pytest.mark.parametrize(
    ("models", "name"),
    [
        (["one"], "evaluation_results_eval-xyz789.json"),
        (["one", "two"], "evaluation_comparison_eval-xyz789.json"),
    ],
)
def test_a_small_file_comes_with_the_documented_headers(
    models: list[str], name: str, event: Any, call: Any, play: Any
) -> None:
    content = text("download_single.response").encode()
    play("evaluations.download", Download(evaluation({"models": models}), content, None))
    answer = call(event("download"))
    assert (answer.status, answer.content) == (200, content)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"


def test_a_large_file_is_found_elsewhere(event: Any, call: Any, play: Any) -> None:
    url = "https://storage.example.com/results.json?X-Amz-Signature=abc"
    play("evaluations.download", Download(evaluation(), None, url))
    answer = call(event("download"))
    assert (answer.status, answer.headers["Location"], answer.content) == (307, url, b"")


def test_a_delete_is_answered_as_documented(event: Any, call: Any, play: Any) -> None:
    delete = play("evaluations.delete", None)
    answer = call(event("delete"))
    assert answer.json == {"id": "eval-xyz789", "message": "Successfully deleted evaluation"}
    assert delete.calls == [((CALLER, "eval-xyz789"), {})]


def test_a_cancelled_evaluation_is_shown_as_failed(event: Any, call: Any, play: Any) -> None:
    play("evaluations.cancel", evaluation({"status": "CANCELLED", "error": "cancelled by request"}))
    body = call(event("cancel")).json
    assert (body["status"], body["failure_reason"]) == ("FAILED", "cancelled")


def test_a_resumed_evaluation_is_processing_again(event: Any, call: Any, play: Any) -> None:
    play("evaluations.resume", evaluation())
    assert call(event("resume")).json["status"] == "PROCESSING"


def test_what_cannot_be_resumed_is_a_conflict(event: Any, call: Any, play: Any) -> None:
    play("evaluations.resume", Conflict("the evaluation is READY; only a failed one can be resumed"))
    assert call(event("resume")).status == 409


@pytest.mark.parametrize("case", ["get", "status", "results", "download", "delete", "cancel", "resume"])
def test_an_unknown_evaluation_is_not_found_by_any_route(case: str, event: Any, call: Any, play: Any) -> None:
    use_case = {"status": "get"}.get(case, case)
    play(f"evaluations.{use_case}", NotFound("Evaluation", "eval-xyz789"))
    answer = call(event(case))
    assert (answer.status, answer.json) == (404, {"detail": "Evaluation not found"})


@pytest.mark.parametrize("name", ["%23", "a%2Fb", "..", "eval\u00e9"])
def test_an_impossible_id_is_not_found_before_anything_is_looked_up(
    name: str, event: Any, call: Any, play: Any
) -> None:
    get = play("evaluations.get", evaluation())
    assert call(event("get", rawPath=f"/api/v3/evaluations/{name}")).status == 404
    assert get.calls == []
