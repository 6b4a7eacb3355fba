"""Registrations: what is accepted, and that a refused key is not repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marksheet.dialects.nugen import decode_register_model
from marksheet.domain import ProviderName
from marksheet.errors import InvalidRequest

GOOD: dict[str, Any] = {"model_id": "llama3.2:3b", "provider": "openai", "settings": {"model": "llama3.2:3b"}}


def test_a_registration_is_read() -> None:
    request = decode_register_model(json.dumps({**GOOD, "api_key": "sk-1"}).encode())
    assert (request.model_id, request.provider) == ("llama3.2:3b", ProviderName.OPENAI)
    assert (request.settings, request.api_key) == ({"model": "llama3.2:3b"}, "sk-1")


@pytest.mark.parametrize(
    ("change", "location", "kind"),
    [
        ({"model_id": "a/b"}, ("body", "model_id"), "string_pattern_mismatch"),
        ({"provider": "mystery"}, ("body", "provider"), "enum"),
        ({"provider": None}, ("body", "provider"), "enum"),
        ({"settings": []}, ("body", "settings"), "dict_type"),
        ({"api_key": ""}, ("body", "api_key"), "string_pattern_mismatch"),
        ({"api_key": "key\r\nX-Evil: 1"}, ("body", "api_key"), "string_pattern_mismatch"),
        ({"api_key": "k" * 4097}, ("body", "api_key"), "string_pattern_mismatch"),
        ({"secret_name": "other"}, ("body", "secret_name"), "extra_forbidden"),
    ],
)
def test_a_bad_registration_is_refused_by_its_field(
    change: dict[str, Any], location: tuple[str, ...], kind: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_register_model(json.dumps({**GOOD, **change}).encode())
    assert [(problem.location, problem.kind) for problem in refused.value.problems] == [(location, kind)]


def test_a_refused_key_is_not_repeated() -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_register_model(json.dumps({**GOOD, "api_key": "sk secret"}).encode())
    assert "sk secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_key_is_not_part_of_how_a_registration_prints() -> None:
    request = decode_register_model(json.dumps({**GOOD, "api_key": "sk-secret"}).encode())
    assert "sk-secret" not in repr(request)
