"""Which page of a list is asked for, and how what is no page is refused."""

from __future__ import annotations

import pytest

from marksheet.dialects.doteval import decode_page
from marksheet.dialects.doteval.page_tokens import encode_page_token
from marksheet.errors import InvalidRequest

DOCUMENT = "doc-01kdy2m8r80000000000000001"


def test_a_page_has_twenty_things_from_the_first() -> None:
    assert decode_page({}).model_dump() == {"limit": 20, "after": None}


@pytest.mark.parametrize("kind", ["doc", "dataset", "spec"])
def test_a_page_begins_where_the_last_one_ended(kind: str) -> None:
    after = DOCUMENT.replace("doc", kind)
    query = {"limit": "100", "page_token": encode_page_token(after) or ""}
    assert decode_page(query).model_dump() == {"limit": 100, "after": after}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "1e9"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"page_token": ""}, "page_token"),
        ({"page_token": DOCUMENT}, "page_token"),
        ({"offset": "1"}, "offset"),
        ({"after": DOCUMENT}, "after"),
    ],
)
def test_a_page_that_is_none_is_refused(query: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_page(query)
    assert [problem.location for problem in refused.value.problems] == [("query", field)]
