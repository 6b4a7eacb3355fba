from __future__ import annotations

import pytest

from marksheet.dialects.weave.reading import read_typed_object
from marksheet.errors import InvalidRequest


@pytest.mark.parametrize(
    "kind", [None, "application/json", "Application/JSON ; charset=utf-8", "application/a+json"]
)
def test_json_is_read_as_json(kind: str | None) -> None:
    assert read_typed_object(b'{"a": 1}', kind) == {"a": 1}


@pytest.mark.parametrize("kind", ["", "text/plain", "text/json", "json", "application/jsonl", "application"])
def test_what_is_called_something_else_is_not(kind: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_typed_object(b'{"a": 1}', kind)
    assert [(p.location, p.kind) for p in refused.value.problems] == [(("body",), "model_attributes_type")]


@pytest.mark.parametrize("kind", [None, "text/plain", "application/json"])
def test_nothing_is_missing_whatever_it_is_called(kind: str | None) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_typed_object(b" ", kind)
    assert [(p.location, p.kind) for p in refused.value.problems] == [(("body",), "missing")]
