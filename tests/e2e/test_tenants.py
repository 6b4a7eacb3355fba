"""Keys at the gateway, and two organizations that do not see each other."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from marksheet.keys import create_key, revoke_key
from marksheet.store import Store
from tests.e2e import workers
from tests.e2e.client import Api
from tests.stubs.openai_stub import OpenAIStub


@pytest.fixture
def stranger(api: Api, store: Store) -> Iterator[Api]:
    organization = f"s{api.organization[1:]}"
    key = create_key(store, organization=organization, now=datetime.now(UTC)).key
    with Api(api.url, key, organization) as caller:
        yield caller


def key_of(api: Api) -> str:
    return api.http.headers["Authorization"].removeprefix("Bearer ")


def listed(url: str, headers: list[tuple[str, str]]) -> httpx.Response:
    return httpx.get(f"{url}/api/v3/evaluations", headers=headers, timeout=30, trust_env=False)


def test_three_schemes_carry_a_key(api: Api) -> None:
    key = key_of(api)
    basic = base64.b64encode(f"api:{key}".encode()).decode()
    for value in (f"Bearer {key}", f"bearer {key}", f"Api-Key {key}", f"Basic {basic}"):
        assert listed(api.url, [("Authorization", value)]).status_code == 200, value


def test_no_key_is_401_whatever_form_it_has(api: Api) -> None:
    key = key_of(api)
    for headers in (
        [],
        [("Authorization", "")],
        [("Authorization", key)],
        [("Authorization", f"Bearer {key}x")],
        [("Authorization", f"Digest {key}")],
        [("Authorization", "Basic !!!")],
        [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")],
        [("Authorization", "Bearer " + "a" * 10_000)],
        [("Authorization", "Bearer schlüssel")],
    ):
        encoded = [(name, value.encode()) for name, value in headers]
        answer = listed(api.url, encoded)  # type: ignore[arg-type]
        assert answer.status_code == 401, (headers, answer.text)


def test_a_revoked_key_is_refused(stranger: Api, store: Store) -> None:
    lookup = key_of(stranger).split("_")[1]
    revoke_key(store, stranger.organization, lookup, now=datetime.now(UTC))
    assert stranger.http.get("/api/v3/evaluations").status_code == 401


def test_a_key_that_may_only_read_changes_nothing(api: Api, store: Store) -> None:
    reading = frozenset({"evaluations:read"})
    key = create_key(store, organization=api.organization, scopes=reading, now=datetime.now(UTC)).key
    with Api(api.url, key, api.organization) as reader:
        assert reader.http.get("/api/v3/models").status_code == 200
        assert reader.http.delete("/api/v3/models/any").status_code == 403


def test_another_organizations_things_are_404_for_every_verb(api: Api, stranger: Api) -> None:
    api.recorded("tape", b'{"question_id":"1","output":"2"}\n')
    benchmark_id = api.benchmark("sums", [{"question": "1 + 1?", "answer": "2"}])
    evaluation_id = api.create("tape", benchmark_id)
    api.document(evaluation_id)
    evaluation = f"/api/v3/evaluations/{evaluation_id}"
    for method, path in (
        ("GET", evaluation),
        ("GET", f"{evaluation}/status"),
        ("GET", f"{evaluation}/results"),
        ("GET", f"{evaluation}/download"),
        ("POST", f"{evaluation}/cancel"),
        ("POST", f"{evaluation}/resume"),
        ("DELETE", evaluation),
        ("GET", f"/api/v3/benchmark/{benchmark_id}"),
        ("GET", f"/api/v3/benchmark/{benchmark_id}/versions"),
        ("GET", f"/api/v3/benchmark/status/{benchmark_id}"),
        ("DELETE", f"/api/v3/benchmark/{benchmark_id}"),
        ("GET", "/api/v3/models/tape"),
        ("POST", "/api/v3/models/tape/answers-url"),
        ("DELETE", "/api/v3/models/tape"),
    ):
        assert stranger.http.request(method, path).status_code == 404, (method, path)
    assert stranger.call("GET", "/api/v3/evaluations")["total"] == 0
    assert api.call("GET", "/api/v3/evaluations")["total"] == 1


def test_an_endpoints_key_is_seen_nowhere_but_at_the_endpoint(api: Api, environment: dict[str, str]) -> None:
    secret = "sk-only-for-the-endpoint-5f2a"
    with OpenAIStub() as stub:
        body = {
            "model_id": "guarded",
            "provider": "openai",
            "settings": {"base_url": stub.base_url, "model": "stub"},
            "api_key": secret,
        }
        told = api.http.post("/api/v3/models", json=body)
        assert secret not in told.text
        benchmark_id = api.benchmark("one", [{"question": "answer: 2", "answer": "2"}])
        evaluation_id = api.create("guarded", benchmark_id)
        document = api.document(evaluation_id)
        assert stub.stats()["authorizations"] == {f"Bearer {secret}": 1}
    assert document["metrics"]["right"] == 1
    assert secret not in str(document)
    assert secret not in str(workers.payloads(evaluation_id))
    table = workers.client("dynamodb").scan(TableName=environment["MARKSHEET_TABLE"])
    assert secret not in str(table["Items"])
    logs = workers.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for stream in logs.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]:
            events = logs.get_log_events(
                logGroupName=group["logGroupName"], logStreamName=stream["logStreamName"]
            )
            assert secret not in str(events["events"])
