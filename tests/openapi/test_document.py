"""The document: what its files hold, and that nothing is left out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from marksheet import __version__
from marksheet_openapi import document as module
from marksheet_openapi.__main__ import FILES
from marksheet_openapi.document import OPERATIONS, api_routes, document, written
from tests.gateway import template_routes

DOCUMENT = document()
OPERATIONS_BY_PLACE = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


def examples() -> Iterator[Any]:
    """Every example with the schema of the media type it stands in."""
    for place, operation in OPERATIONS_BY_PLACE.items():
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for media in body.get("content", {}).values():
                for name, example in media.get("examples", {}).items():
                    yield pytest.param(media["schema"], example["value"], id=f"{place} {name}")


def validator(schema: Any) -> Draft202012Validator:
    """A validator of a schema that refers to the document's components."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_file_is_what_the_code_says(path: Any) -> None:
    assert path.read_text(encoding="utf-8") == written(), "run make openapi"


def test_it_is_of_this_version_and_names_no_host() -> None:
    assert DOCUMENT["info"]["version"] == __version__
    assert [server["url"] for server in DOCUMENT["servers"]] == ["."]


def test_every_route_of_the_functions_is_in_it_and_no_other() -> None:
    routes = {f"{r.method} {r.openapi_path}" for r in api_routes()}
    assert OPERATIONS_BY_PLACE.keys() == routes


@pytest.mark.parametrize("place", OPERATIONS_BY_PLACE)
def test_the_gateway_hands_on_what_is_documented_and_asks_for_a_key_where_it_says(place: str) -> None:
    method, _, path = place.partition(" ")
    route = next(route for route in template_routes() if route.takes(method, path))
    assert route.keyed is bool(OPERATIONS_BY_PLACE[place]["security"])


def test_a_route_without_a_description_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(OPERATIONS, "get_status")  # type: ignore[arg-type]
    with pytest.raises(LookupError, match=r"GET .*/status \(get_status in functions/evaluations_api/"):
        document()


def test_a_description_without_a_route_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "get_lost", OPERATIONS["get_status"])  # type: ignore[arg-type]
    with pytest.raises(LookupError, match="'get_lost' of OPERATIONS"):
        document()


def test_a_field_of_a_request_without_a_description_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = module.replace(OPERATIONS["create_evaluation"], fields={})
    monkeypatch.setitem(OPERATIONS, "create_evaluation", silent)  # type: ignore[arg-type]
    with pytest.raises(LookupError, match="of CreateEvaluationRequest is not described"):
        document()


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_a_schema_is_one(name: str) -> None:
    metaschema = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    assert list(metaschema.iter_errors(DOCUMENT["components"]["schemas"][name])) == []


def test_what_is_referred_to_is_there() -> None:
    for reference in set(re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(DOCUMENT))):
        assert reference[1] in DOCUMENT["components"][reference[0]]


@pytest.mark.parametrize(("schema", "example"), list(examples()))
def test_an_example_is_of_its_schema(schema: Any, example: Any) -> None:
    assert [error.message for error in validator(schema).iter_errors(example)] == []


@pytest.mark.parametrize("place", OPERATIONS_BY_PLACE)
def test_an_operation_names_the_scope_that_its_method_needs(place: str) -> None:
    asks = ("/query", "/query_stats", "/read", "/content", "/graphql")
    operation, reads = OPERATIONS_BY_PLACE[place], place.startswith("GET ") or place.endswith(asks)
    needed = "evaluations:read" if reads else "evaluations:write"
    assert [scopes for scheme in operation["security"] for scopes in scheme.values()] in ([[needed]] * 2, [])


def test_it_tells_nothing_of_a_deployment() -> None:
    text = json.dumps(DOCUMENT)
    assert not [word for word in ("arn:", "amazonaws", "execute-api", "TABLE_NAME") if word in text]
