"""The stack's own description of itself, and made-up requests that hold the stack to it.

`tests/functions/test_fuzz.py` does the same in process, with more requests; here they go
through gateway, authorizer and permissions.
"""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import positive_data_acceptance

from marksheet_openapi.document import ALIASES, document

EXAMPLES = 3

MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


def test_the_document_is_served_as_it_was_generated(environment: dict[str, str]) -> None:
    answer = httpx.get(f"{environment['MARKSHEET_URL']}/openapi.json", timeout=30)
    assert answer.json() == document()


@pytest.mark.parametrize("path", ["docs", "docs/page.js", "docs/swagger-ui.js", "docs/swagger-ui.css"])
def test_the_page_and_its_parts_are_served_without_a_key(path: str, environment: dict[str, str]) -> None:
    answer = httpx.get(f"{environment['MARKSHEET_URL']}/{path}", timeout=30)
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name.lower())
def test_made_up_requests_are_answered_as_documented(
    mode: schemathesis.GenerationMode, environment: dict[str, str], subtests: pytest.Subtests
) -> None:
    url, key = environment["MARKSHEET_URL"], environment["MARKSHEET_API_KEY"]
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    for found in schema.get_all_operations():
        operation = found.ok()
        if ALIASES in operation.tags or not operation.path.startswith(("/api/", "/v1/eval", "/v1/datasets")):
            continue

        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: schemathesis.Case) -> None:
            # What is accepted depends on what exists, which is nothing that a made-up request names.
            headers = {"Authorization": f"Bearer {key}"}
            case.call_and_validate(url, headers=headers, excluded_checks=[positive_data_acceptance])

        with subtests.test(operation=operation.label):
            send()
