"""What requests about datasets and documents ask for, and how wrong ones are refused."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from marksheet.dialects.doteval import decode_add_document, decode_create_dataset
from marksheet.errors import InvalidRequest


def refusal_of(decode: Any, request: Any) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(InvalidRequest) as refused:
        decode(request)
    return [(problem.location, problem.kind) for problem in refused.value.problems]


def test_a_dataset_has_a_name_and_perhaps_a_description() -> None:
    request = decode_create_dataset(b'{"name": "policies", "description": "what we promise"}')
    assert (request.name, request.description) == ("policies", "what we promise")
    assert decode_create_dataset(b'{"name": "policies"}').description is None


@pytest.mark.parametrize(
    ("body", "field", "kind"),
    [
        ({}, "name", "missing"),
        ({"name": ""}, "name", "string_too_short"),
        ({"name": "x" * 201}, "name", "string_too_long"),
        ({"name": 7}, "name", "string_type"),
        ({"name": "a", "description": "x" * 4001}, "description", "string_too_long"),
        ({"name": "a", "organization": "umbrella"}, "organization", "extra_forbidden"),
        ({"name": "a", "dataset_id": "mine"}, "dataset_id", "extra_forbidden"),
    ],
)
def test_a_dataset_is_refused_with_the_field(body: Any, field: str, kind: str) -> None:
    assert refusal_of(decode_create_dataset, orjson.dumps(body)) == [(("body", field), kind)]


def test_a_document_has_a_file_name_and_perhaps_a_size() -> None:
    request = decode_add_document(b'{"filename": "policies.pdf", "size_bytes": 283719}')
    assert (request.filename, request.size_bytes) == ("policies.pdf", 283719)
    assert decode_add_document(b'{"filename": "policies.pdf"}').size_bytes is None


@pytest.mark.parametrize(
    ("body", "field", "kind"),
    [
        ({}, "filename", "missing"),
        ({"filename": ""}, "filename", "string_too_short"),
        ({"filename": "x" * 256}, "filename", "string_too_long"),
        ({"filename": "a", "size_bytes": 0}, "size_bytes", "greater_than_equal"),
        ({"filename": "a", "size_bytes": "7"}, "size_bytes", "int_type"),
        ({"filename": "a", "size_bytes": 1.5}, "size_bytes", "int_type"),
        ({"filename": "a", "size_bytes": True}, "size_bytes", "int_type"),
        ({"filename": "a", "status": "READY"}, "status", "extra_forbidden"),
        ({"filename": "a", "mime": "text/html"}, "mime", "extra_forbidden"),
    ],
)
def test_a_document_is_refused_with_the_field(body: Any, field: str, kind: str) -> None:
    assert refusal_of(decode_add_document, orjson.dumps(body)) == [(("body", field), kind)]
