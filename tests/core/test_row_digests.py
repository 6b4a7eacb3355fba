from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import LoggedRow, Question
from marksheet.row_digests import digest_of, referenced_digest, row_digest, row_value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("value", "digest"),
    [
        (None, "dCNOmKYnSYX12vHzasLXiswzlGT5UHA7jAGYkvmCuQs"),
        ({"q": 1}, "ehYKVuzP24Z8Fncds8w6eJ8GoSRci719jC9uqjZFhS0"),
        # A string is digested itself, so it collides with the object that it spells.
        ('{"q": 1}', "ehYKVuzP24Z8Fncds8w6eJ8GoSRci719jC9uqjZFhS0"),
        # Keys are sorted, and what is beyond ASCII is escaped.
        ({"b": [1, 2.5, True], "a": "é"}, "Dvvks6s7Hl3WdV1rfwoSPXQyejU8kD8mMXAF7WvqQPY"),
        ("hello", "LPJNulXwow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"),
        # 7 and 7.0 are two rows.
        (7, "eQJpmXQsio5GX7tFAXJlFXhrIsVqGJ92JabaSQgbJFE"),
        (7.0, "DefPOeHmNmEiMJeU6G0ZfQJagSNYgeZXxPARydst8lI"),
        ([], "T1PNoYwrqgwDVLtfmj7L5e0Sq02OEbqHPC8RFhICuUU"),
    ],
)
def test_digests_are_those_that_weave_gives_dataset_rows(value: Any, digest: str) -> None:
    assert digest_of(value) == digest


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("weave:///acme/p/object/Dataset:v1/attr/rows/id/abc", "abc"),
        ("weave:///acme/p/object/Dataset:v2/attr/rows/id/abc", "abc"),
        ("x/attr/rows/id/abc", "abc"),
        ("/attr/rows/id/abc", None),
        ("x/attr/rows/id/", None),
        ("x/attr/rows/id/a/b", None),
        ("x/attr/rows/id/a/attr/rows/id/b", None),
        ("weave:///acme/p/object/Dataset:v1", None),
    ],
)
def test_a_reference_to_a_datasets_row_names_the_digest(text: str, digest: str | None) -> None:
    assert referenced_digest(text) == digest
    if digest is not None:
        assert digest_of(text) == digest


@given(JSON)
def test_a_digest_has_43_letters_and_digits_and_depends_on_the_value_alone(value: Any) -> None:
    digest = digest_of(value)
    if not (isinstance(value, str) and referenced_digest(value)):
        assert len(digest) == 43
        assert digest.isascii()
        assert digest.isalnum()
    assert digest == digest_of(json.loads(json.dumps(value)))


@given(st.dictionaries(st.text(), JSON, min_size=2))
def test_the_order_of_keys_does_not_matter(row: dict[str, Any]) -> None:
    assert digest_of(row) == digest_of(dict(reversed(row.items())))


def test_halves_of_surrogates_have_a_digest() -> None:
    assert len({digest_of("\ud800"), digest_of("\udfff"), digest_of(["\ud800"])}) == 3


def test_a_benchmarks_question_is_the_row_that_a_client_would_log_for_it() -> None:
    question = Question(ordinal=3, question_id="q3", question="What is 2+2?", expected_answer="4")
    assert row_value(question) == {"question": "What is 2+2?", "expected_answer": "4"}
    assert row_digest(question) == "QpD0dGAY5MF5coVKmYPw5nY7z3mknu9XavYM8EnatmU"


def test_ids_cluster_and_metadata_are_no_part_of_a_row() -> None:
    one = Question(1, "a", "Why?", cluster="c", metadata={"k": 1}, sources=("s",))
    other = Question(9, "b", "Why?")
    assert row_digest(one) == row_digest(other)


def test_context_and_choices_are_part_of_a_row() -> None:
    plain = Question(1, "a", "Why?")
    rows = [
        plain,
        Question(1, "a", "Why?", context=("c",)),
        Question(1, "a", "Why?", choices=("c",)),
        Question(1, "a", "Why?", "c"),
    ]
    assert len({row_digest(row) for row in rows}) == 4
    assert row_value(rows[1]) == {"question": "Why?", "context": ["c"]}
    assert row_value(rows[2]) == {"question": "Why?", "choices": ["c"]}


def test_a_logged_row_is_what_was_logged() -> None:
    row = LoggedRow(1, "d", "Why?", value={"input": [1, None]}, resolved={"other": 1})
    assert row_value(row) == {"input": [1, None]}
    assert row_value(LoggedRow(1, "d", "null")) is None
