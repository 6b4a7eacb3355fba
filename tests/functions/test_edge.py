"""The event as the routes see it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from edge import READ, WRITE, body_of, caller_of, header_of, query_of

from marksheet.domain import Caller
from marksheet.errors import Forbidden, InvalidRequest, Unauthenticated


def request(context: Any = None, **fields: Any) -> APIGatewayProxyEventV2:
    authorizer = {"authorizer": {"lambda": context}} if context is not None else {}
    return APIGatewayProxyEventV2({"requestContext": authorizer, **fields})


def test_a_caller_is_who_the_authorizer_found() -> None:
    context = {"organization": "acme", "key_id": "k", "scopes": "evaluations:read evaluations:write"}
    assert caller_of(request(context), WRITE) == Caller("acme", "k", frozenset({READ, WRITE}))


@pytest.mark.parametrize("context", [None, {}, {"key_id": "k", "scopes": WRITE}])
def test_nobody_is_a_caller_without_an_organization(context: Any) -> None:
    with pytest.raises(Unauthenticated):
        caller_of(request(context), READ)


@pytest.mark.parametrize("scopes", ["", "evaluations:write", "evaluations:reader", "grading:read"])
def test_a_scope_is_not_implied_by_another(scopes: str) -> None:
    with pytest.raises(Forbidden):
        caller_of(request({"organization": "acme", "key_id": "k", "scopes": scopes}), READ)


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({}, b""),
        ({"body": None}, b""),
        ({"body": "zwölf", "isBase64Encoded": False}, "zwölf".encode()),
        ({"body": base64.b64encode(b"\x00\xff").decode(), "isBase64Encoded": True}, b"\x00\xff"),
        ({"body": "\ud800"}, b"\xed\xa0\x80"),
    ],
)
def test_a_body_is_the_bytes_that_were_sent(fields: dict[str, Any], body: bytes) -> None:
    assert body_of(request(**fields)) == body


@pytest.mark.parametrize("body", ["%%%", "a", "schlüssel", "AAAA\n"])
def test_a_body_that_is_not_base64_is_refused(body: str) -> None:
    with pytest.raises(InvalidRequest):
        body_of(request(body=body, isBase64Encoded=True))


@pytest.mark.parametrize(
    ("headers", "value"),
    [({"Content-Type": "a"}, "a"), ({"content-type": "a"}, "a"), ({}, None), (None, None)],
)
def test_a_header_is_found_whatever_its_case(headers: Any, value: str | None) -> None:
    assert header_of(request(headers=headers), "Content-type") == value


@pytest.mark.parametrize(("query", "found"), [(None, {}), ({"limit": "5"}, {"limit": "5"})])
def test_a_query_that_is_absent_is_an_empty_one(query: Any, found: dict[str, str]) -> None:
    assert query_of(request(queryStringParameters=query)) == found
