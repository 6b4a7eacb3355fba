"""Models as they are shown: a key never comes back."""

from __future__ import annotations

from marksheet.dialects.nugen import encode_model, encode_model_list
from tests.nugen_cases import model


def test_a_model_is_shown_without_its_key_or_where_it_lies() -> None:
    body = encode_model(model(secret_name="marksheet/acme/model", answers_key="orgs/acme/answers"))
    assert body == {
        "model_id": "aligned-model-01kmqm4nrn9fw6r",
        "provider": "recorded",
        "settings": {},
        "status": "READY",
        "has_api_key": True,
        "answer_count": None,
        "error": None,
        "created_at": "2024-01-11T08:00:00.000Z",
    }


def test_a_list_shows_each_model() -> None:
    assert encode_model_list([model()]) == {"models": [encode_model(model())]}
