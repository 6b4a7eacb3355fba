"""Answers about evaluations, pinned by golden files."""

from __future__ import annotations

import pytest

from marksheet.dialects.nugen import (
    decode_create_evaluation,
    encode_created,
    encode_deleted,
    encode_evaluation,
    encode_evaluation_list,
    encode_status,
)
from marksheet.domain import Role, ScorerSpec, Status
from tests.nugen_cases import evaluation, load, text, written


@pytest.mark.parametrize("case", ["create_single", "create_comparison", "create_everything"])
def test_a_create_is_answered_as_on_the_page(case: str) -> None:
    request = decode_create_evaluation(text(f"{case}.request").encode())
    made = evaluation({"project": request.project})
    assert written(encode_created(made, request)) == text(f"{case}.response")


def test_a_repeated_create_is_answered_as_the_first_one_whatever_happened_since() -> None:
    request = decode_create_evaluation(text("create_single.request").encode())
    finished = evaluation({"status": "READY"})
    assert encode_created(finished, request) == encode_created(evaluation(), request)


@pytest.mark.parametrize(
    "case", ["status_queued", "status_running", "status_done", "status_failed", "status_cancelled"]
)
def test_each_moment_of_a_status_is_shown_as_documented(case: str) -> None:
    core = load(f"{case}.core")
    body = encode_status(evaluation(core["evaluation"]), **core["progress"])
    assert written(body) == text(f"{case}.response")


@pytest.mark.parametrize("case", ["evaluation_single", "evaluation_comparison"])
def test_an_evaluation_is_shown_with_its_metrics_and_counts(case: str) -> None:
    body = encode_evaluation(evaluation(load(f"{case}.core")["evaluation"]))
    assert written(body) == text(f"{case}.response")


def test_an_evaluation_without_marks_has_no_metrics() -> None:
    assert encode_evaluation(evaluation())["metrics"] is None


@pytest.mark.parametrize(
    ("status", "word", "reason"),
    [
        (Status.PROCESSING, "PROCESSING", None),
        (Status.READY, "READY", None),
        (Status.FAILED, "FAILED", "too many errors"),
        (Status.CANCELLED, "FAILED", "cancelled"),
    ],
)
def test_no_status_word_but_the_three_of_the_wire_is_shown(
    status: Status, word: str, reason: str | None
) -> None:
    error = "too many errors" if status is Status.FAILED else None
    body = encode_evaluation(evaluation({"status": status.value, "error": error}))
    assert (body["status"], body["failure_reason"]) == (word, reason)


def test_metrics_that_were_chosen_are_the_only_ones_shown() -> None:
    core = load("evaluation_single.core")["evaluation"]
    shown = encode_evaluation(evaluation({**core, "metrics": ["relevance", "uncertainty"]}))["metrics"]
    assert shown == {"relevance": 0.88, "uncertainty": 0.0512}


def test_relevance_is_not_shown_where_no_scorer_marks_it() -> None:
    core = load("evaluation_single.core")["evaluation"]
    shown = encode_evaluation(evaluation({**core, "scorers": (ScorerSpec("numeric", Role.CORRECTNESS),)}))
    assert "relevance" not in shown["metrics"]


def test_a_list_says_whose_it_is_and_which_page_it_is() -> None:
    body = encode_evaluation_list([evaluation()], organization="acme", total=31, limit=10, offset=30)
    assert list(body) == ["user_id", "evaluations", "total", "limit", "offset"]
    assert (body["user_id"], body["total"], body["limit"], body["offset"]) == ("acme", 31, 10, 30)
    assert body["evaluations"] == [encode_evaluation(evaluation())]


def test_a_delete_is_answered_as_documented() -> None:
    assert encode_deleted("evaluation", "eval-xyz789") == {
        "id": "eval-xyz789",
        "message": "Successfully deleted evaluation",
    }
