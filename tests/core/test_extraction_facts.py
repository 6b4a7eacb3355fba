from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Extraction, Status
from marksheet.extraction_facts import UNREADABLE, read_facts

FACTS: dict[str, Any] = {
    "status": "READY",
    "error": None,
    "mime": "application/pdf",
    "pages": 3,
    "characters": 4000,
    "warnings": ["page 2 has no text"],
    "size_bytes": 283719,
    "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
}


def read(**changes: Any) -> Extraction:
    return read_facts(json.dumps(FACTS | changes).encode())


def test_what_a_document_is_comes_whole() -> None:
    assert read() == Extraction(
        status=Status.READY,
        mime="application/pdf",
        size_bytes=283719,
        sha256=FACTS["sha256"],
        pages=3,
        characters=4000,
        warnings=("page 2 has no text",),
    )


def test_a_document_that_was_not_read_says_why() -> None:
    failed = read(status="FAILED", error="the file is encrypted", pages=None)
    assert (failed.status, failed.error) == (Status.FAILED, "the file is encrypted")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b'"READY"', b"\xff", b'{"status": NaN}', b"[" * 9999]
)
def test_what_is_no_object_is_a_failure(content: bytes) -> None:
    assert read_facts(content) == Extraction(Status.FAILED, error=UNREADABLE)


@pytest.mark.parametrize("status", [None, "ready", 1, ["READY"], "CANCELLED"])
def test_another_status_is_a_failure(status: Any) -> None:
    assert (read(status=status).status, read(status=status).error) == (Status.FAILED, UNREADABLE)


@pytest.mark.parametrize(
    "mime", ["text/html\r\nSet-Cookie: a=b", "text", "/", "TEXT/HTML", 'a/"b"', "a/" + "b" * 200, 7]
)
def test_what_cannot_be_a_content_type_is_not_kept(mime: Any) -> None:
    assert read(mime=mime).mime is None


@pytest.mark.parametrize("number", [-1, 1.5, "3", True, 1e300, 10**40])
def test_what_is_no_count_is_not_kept(number: Any) -> None:
    found = read(pages=number, characters=number, size_bytes=number)
    assert (found.pages, found.characters, found.size_bytes) == (None, None, None)


def test_sentences_are_one_short_printable_line() -> None:
    found = read(warnings=["a\r\n\x1b[31mb", "", 7, "x" * 600, *["w"] * 40])
    assert found.warnings[0] == "a [31mb"
    assert len(found.warnings[1]) == 500
    assert len(found.warnings) == 18


@given(
    st.dictionaries(
        st.sampled_from(sorted(FACTS)),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=5
        ),
    )
)
def test_nothing_makes_it_raise(facts: dict[str, Any]) -> None:
    assert read_facts(json.dumps(facts).encode()).status in {Status.READY, Status.FAILED}
