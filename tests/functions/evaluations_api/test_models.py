"""Routes of models."""

from __future__ import annotations

from typing import Any

import pytest

from marksheet.domain import Caller, ProviderName
from marksheet.errors import Conflict, NotFound
from marksheet.models import NewModel
from marksheet.store.objects import PresignedPost
from marksheet.uploads import Upload
from tests.nugen_cases import model

CALLER = Caller("acme", "abcdefghijklmnop", frozenset({"evaluations:read", "evaluations:write"}))


def test_a_model_is_registered_and_its_key_not_repeated(event: Any, call: Any, play: Any) -> None:
    register = play("models.register", model("llama3.2:3b", secret_name="marksheet/acme/llama3.2:3b"))
    answer = call(event("model_register"))
    assert (answer.status, answer.json["has_api_key"]) == (200, True)
    assert b"sk-not-a-real-key" not in answer.content
    settings = {"base_url": "https://models.example.com/v1", "model": "llama3.2:3b"}
    new = NewModel("llama3.2:3b", ProviderName.OPENAI, settings, "sk-not-a-real-key")
    assert register.calls == [((CALLER, new), {})]


def test_a_taken_name_is_a_conflict(event: Any, call: Any, play: Any) -> None:
    play("models.register", Conflict("there is a model 'llama3.2:3b' already"))
    assert call(event("model_register")).status == 409


@pytest.mark.parametrize("path", ["/api/v3/models", "/api/v3/models/"])
def test_all_models_are_listed(path: str, event: Any, call: Any, play: Any) -> None:
    play("models.list_all", [model("a"), model("b")])
    assert [item["model_id"] for item in call(event("model_list", rawPath=path)).json["models"]] == ["a", "b"]


def test_one_model_is_shown_by_its_percent_encoded_id(event: Any, call: Any, play: Any) -> None:
    get = play("models.get", model("llama3.2:3b"))
    assert call(event("model_get")).json["model_id"] == "llama3.2:3b"
    assert get.calls == [((CALLER, "llama3.2:3b"), {})]


def test_a_model_is_deleted(event: Any, call: Any, play: Any) -> None:
    play("models.delete", model("llama3.2:3b"))
    assert call(event("model_delete")).json == {"id": "llama3.2:3b", "message": "Successfully deleted model"}


def test_recorded_answers_get_a_form_to_send_them_with(event: Any, call: Any, play: Any) -> None:
    post = PresignedPost("https://storage.example.com/", {"key": "k"})
    request_answers = play("models.request_answers", Upload("upload-02", post, 900, 1000))
    assert call(event("model_answers_url")).json["upload_id"] == "upload-02"
    assert request_answers.calls == [((CALLER, "recorded-one"), {})]


@pytest.mark.parametrize(
    ("case", "use_case"),
    [("model_get", "get"), ("model_delete", "delete"), ("model_answers_url", "request_answers")],
)
def test_an_unknown_model_is_not_found(case: str, use_case: str, event: Any, call: Any, play: Any) -> None:
    play(f"models.{use_case}", NotFound("Model", "llama3.2:3b"))
    answer = call(event(case))
    assert (answer.status, answer.json) == (404, {"detail": "Model not found"})
