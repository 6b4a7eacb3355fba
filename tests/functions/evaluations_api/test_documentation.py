"""The API's own description: a document, and a page that shows it with nothing from elsewhere."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest
from evaluations_api.documentation import DOCUMENT, FILES, PAGE, POLICY

PLACES = ["/openapi.json", "/docs", *(f"/docs/{name}" for name in FILES)]


@pytest.fixture
def get(event: Any, call: Any) -> Any:
    """Asks for a path without a key; keyword arguments are headers."""

    def ask(path: str, **headers: str) -> Any:
        asked = event("health", rawPath=path, headers=headers)
        asked["requestContext"]["http"]["path"] = path
        return call(asked)

    return ask


def test_the_document_is_served_as_it_is(get: Any) -> None:
    answer = get("/openapi.json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == json.loads(DOCUMENT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PLACES)
def test_everything_is_compressed_for_who_takes_it_and_fits_a_response_for_who_does_not(
    path: str, get: Any
) -> None:
    whole, packed = get(path), get(path, **{"accept-encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == whole.content
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert len(json.dumps(whole.content.decode())) < 6_000_000


@pytest.mark.parametrize("path", PLACES)
def test_nothing_is_taken_for_what_it_is_not(path: str, get: Any) -> None:
    assert get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_runs_and_asks_nothing_but_this_api(get: Any) -> None:
    policy = get("/docs").headers["Content-Security-Policy"]
    assert policy == POLICY
    allowed = dict(part.split(" ", 1) for part in policy.split("; "))
    assert (allowed["default-src"], allowed["script-src"], allowed["connect-src"]) == (
        "'none'",
        "'self'",
        "'self'",
    )


def test_the_page_has_no_script_of_its_own_and_every_file_it_names(get: Any) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)) == {""}
    named = re.findall(r'(?:src|href)="(docs/[^"]+)"', page)
    assert sorted(named) == sorted(f"docs/{name}" for name in FILES)
    assert {get(f"/{name}").status for name in named} == {200}


def test_another_file_is_not_found(get: Any) -> None:
    answer = get("/docs/handler.py")
    assert (answer.status, answer.json) == (404, {"detail": "File not found"})
