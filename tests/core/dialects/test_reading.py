"""Bodies and identifiers: what is no JSON object, and what cannot be an id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.dialects.reading import decode_call_id, decode_id, read_json, read_object
from marksheet.errors import InvalidRequest, NotFound


def refusal_of(body: bytes) -> tuple[tuple[str | int, ...], str]:
    with pytest.raises(InvalidRequest) as refused:
        read_object(body)
    (problem,) = refused.value.problems
    return problem.location, problem.kind


@pytest.mark.parametrize("body", [b"", b"  \r\n"])
def test_an_empty_body_is_a_missing_one(body: bytes) -> None:
    assert refusal_of(body) == (("body",), "missing")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    assert refusal_of(body) == (("body",), "model_attributes_type")


@pytest.mark.parametrize(
    ("body", "position"),
    [
        (b'{"a": 1,}', 7),
        (b"{'a': 1}", 1),
        (b'{"a": NaN}', 6),
        (b'{"a": Infinity}', 6),
        (b'{"a": 1e999}', 6),
        (b"\xff\xfe", 0),
        (b"\xef\xbb\xbf{}", 0),
        (b"{} {}", 3),
    ],
)
def test_broken_json_is_refused_where_it_breaks(body: bytes, position: int) -> None:
    assert refusal_of(body) == (("body", position), "json_invalid")


@pytest.mark.parametrize("bomb", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 33 + b"]" * 33])
def test_deep_nesting_is_refused_without_recursion(bomb: bytes) -> None:
    assert refusal_of(b'{"a":' + bomb + b"}")[1] == "json_invalid"


def test_nesting_is_allowed_up_to_the_limit() -> None:
    assert read_json(b"[" * 32 + b"]" * 32)
    with pytest.raises(InvalidRequest, match="nested deeper than 32"):
        read_json(b"[" * 33 + b"]" * 33)


@pytest.mark.parametrize(
    ("text", "identifier"), [("llama3.2:3b", "llama3.2:3b"), ("llama3.2%3A3b", "llama3.2:3b")]
)
def test_an_identifier_may_be_percent_encoded(text: str, identifier: str) -> None:
    assert decode_id("Model", text) == identifier


@given(st.text().filter(lambda text: not text.isascii() or not text[:1].isalnum()))
def test_what_cannot_be_an_identifier_is_not_found(text: str) -> None:
    with pytest.raises(NotFound, match="Evaluation not found"):
        decode_id("Evaluation", text.replace("%", "?"))


@pytest.mark.parametrize("text", ["a/../b", "a%2F..%2Fb", "a#b", "a%23b", "a%00", "a" * 129, "a b", "a%0A"])
def test_an_identifier_cannot_reach_another_key(text: str) -> None:
    with pytest.raises(NotFound):
        decode_id("Benchmark", text)


@pytest.mark.parametrize("text", ["a", "_x", ":x", "-x", "%5Fx", "0.1:2-3_4", "x" * 128])
def test_what_a_call_can_be_called_is_its_id(text: str) -> None:
    assert decode_call_id("Run", text) == text.replace("%5F", "_")


@pytest.mark.parametrize("text", ["", ".", "..", ".x", "a/b", "%2e%2e", "a%00", "\u00e9", "x" * 129])
def test_what_no_call_can_be_called_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        decode_call_id("Run", text)
