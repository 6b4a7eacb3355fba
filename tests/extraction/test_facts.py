from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet_extraction.facts import LONGEST_SENTENCE, MOST_WARNINGS, Facts, decode, encode, failed

READY = Facts("READY", None, "text/plain", None, 5, ("a",))


@pytest.mark.parametrize(
    "facts", [READY, Facts("READY", None, "application/pdf", 3, 0), failed("it is empty")]
)
def test_facts_are_read_as_they_were_written(facts: Facts) -> None:
    assert decode(encode(facts)) == facts


def test_sentences_are_cut_and_too_many_counted() -> None:
    many = Facts("READY", None, "text/plain", None, 5, ("x" * 1000, *map(str, range(30))))
    found = decode(encode(many)).warnings
    assert len(found) == MOST_WARNINGS
    assert (len(found[0]), found[0][-1]) == (LONGEST_SENTENCE, "…")
    assert found[-1] == "12 more warnings were left out"
    assert len(failed("x" * 1000).error or "") == LONGEST_SENTENCE


@pytest.mark.parametrize(
    "change",
    [
        {"status": "DONE"},
        {"status": "FAILED"},
        {"error": "both"},
        {"error": 1},
        {"mime": None},
        {"mime": ["text"]},
        {"characters": None},
        {"characters": -1},
        {"characters": 1.5},
        {"pages": True},
        {"pages": "3"},
        {"warnings": None},
        {"warnings": [1]},
        {"warnings": {}},
        {"more": 1},
    ],
)
def test_facts_of_another_form_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not facts"):
        decode(json.dumps(READY.as_json() | change).encode())


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not facts"):
        decode(content)


@given(st.binary(max_size=40))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    with pytest.raises(ValueError, match="not facts"):
        decode(content)
