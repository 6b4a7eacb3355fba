"""Lists that have pages: how they go on, what they refuse, and that the largest page fits an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from grading_api.handler import handler

if TYPE_CHECKING:
    from collections.abc import Callable

    from marksheet.application import Application
    from tests.functions.calling import Answer

LARGEST_RESULT_BYTES = 6_000_000
"""Of a function, less than Lambda's 6 MB by any count of them."""
WIDEST = "\N{GRINNING FACE}"
"""A character that JSON in ASCII writes with twelve: a pair of surrogates."""
EXACT = {"type": "scorer", "name": "right", "scorer": "exact_match"}
LISTS = {"dataset_list": "datasets", "spec_list": "eval_specs"}


@pytest.fixture
def make(deployed: Application, event: Any, call: Any) -> Callable[..., None]:
    """Makes what a list shows, of a name and perhaps a description."""

    def make(case: str, name: str, **fields: Any) -> None:
        graders = {"graders": [EXACT]} if case == "spec_list" else {}
        made = call(
            event(
                case.replace("list", "create"),
                body=json.dumps({"name": name, **graders, **fields}),
                isBase64Encoded=False,
            )
        )
        assert made.status == 200, made.content

    return make


@pytest.fixture
def ask(event: Any, call: Any) -> Callable[..., Answer]:
    """Asks for a page, with these fields in the query."""
    return lambda case, **query: call(event(case, queryStringParameters=query))


@pytest.mark.parametrize(("case", "rows"), LISTS.items())
def test_a_list_goes_on_where_its_page_ended(case: str, rows: str, make: Any, ask: Any) -> None:
    for number in range(5):
        make(case, str(number))
    whole = ask(case).json
    assert whole["next_page_token"] is None
    assert {row["name"] for row in whole[rows]} == set("01234")
    first = ask(case, limit="3").json
    second = ask(case, limit="3", page_token=first["next_page_token"]).json
    assert first[rows] + second[rows] == whole[rows]
    assert (len(first[rows]), second["next_page_token"]) == (3, None)


@pytest.mark.parametrize("case", LISTS)
@pytest.mark.parametrize(
    ("field", "value"),
    [("limit", "0"), ("limit", "101"), ("page_token", "2"), ("offset", "1"), ("organization", "umbrella")],
)
def test_a_query_that_asks_for_no_page_is_refused(
    case: str, field: str, value: str, deployed: Any, ask: Any
) -> None:
    answer = ask(case, **{field: value})
    assert (answer.status, answer.json["error"]["problems"][0]["field"]) == (400, f"query.{field}")


@pytest.mark.parametrize("case", LISTS)
def test_another_organizations_token_shows_nothing_of_it(
    case: str, event: Any, call: Any, make: Any, ask: Any
) -> None:
    make(case, "a")
    make(case, "b")
    query = {"page_token": ask(case, limit="1").json["next_page_token"]}
    asked = event(case, queryStringParameters=query)
    asked["requestContext"]["authorizer"]["lambda"]["organization"] = "umbrella"
    assert call(asked).json == {LISTS[case]: [], "next_page_token": None}


@pytest.mark.parametrize(("case", "longest"), [("dataset_list", 4_000), ("spec_list", 2_000)])
def test_the_largest_page_fits_a_functions_result(
    case: str, longest: int, event: Any, make: Any, ask: Any
) -> None:
    for number in range(101):
        make(case, f"{number:03d}".ljust(200, WIDEST), description=WIDEST * longest)
    answer = ask(case, limit="100")
    assert (answer.status, len(answer.json[LISTS[case]])) == (200, 100)
    result = handler(event(case, queryStringParameters={"limit": "100"}), None)
    assert len(json.dumps(result)) < LARGEST_RESULT_BYTES
