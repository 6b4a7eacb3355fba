"""Models of Amazon Bedrock on a local stack: called where its parameter says, signed with its role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from marksheet_cli.local.stack import LocalStack
from tests.e2e.client import Api
from tests.e2e.conftest import ROOT
from tests.stubs.bedrock_stub import BedrockStub, Rule

MODEL = "amazon.nova-lite-v1:0"
EXACT = [{"name": "exact_match"}]


@pytest.fixture
def bedrock() -> Iterator[BedrockStub]:
    """It takes any signature: only the emulator knows the secrets of the workers' sessions."""
    rules = [Rule("status", match="Question 7,", status=400), Rule("throttle", times=3)]
    with BedrockStub(rules, secret_key=None) as stub:
        yield stub


@pytest.fixture
def api(bedrock: BedrockStub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A caller of a stack whose role may invoke the model."""
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"
    parameters = {"BedrockEndpoint": bedrock.origin, "BedrockModelArns": arn}
    stack = LocalStack(tmp_path_factory.mktemp("bedrock"), ROOT, parameters)
    try:
        with Api.of(stack.up()) as caller:
            yield caller
    finally:
        stack.down()


def test_a_model_of_bedrock_is_marked_and_its_errors_are_told(api: Api, bedrock: BedrockStub) -> None:
    settings = {"model": MODEL, "max_tokens": 50, "region": "us-east-1"}
    api.call("POST", "/api/v3/models", json={"model_id": "nova", "provider": "bedrock", "settings": settings})
    rows = [
        {"question_id": f"q{n}", "question": f"Question {n}, answer: {n}", "expected_answer": str(n)}
        for n in range(20)
    ]
    document = api.evaluate("nova", api.benchmark("bedrock", rows, scorers=EXACT))
    errors = {row["question_id"]: row["error"] for row in document["detailed_results"] if row.get("error")}
    assert {name: error["code"] for name, error in errors.items()} == {"q7": "http_400"}
    assert (document["metrics"]["right"], document["metrics"]["errored"]) == (19, 1)
    calls = list(bedrock.script.calls)
    assert len(calls) == 20 + 3
    assert {call.path for call in calls} == {f"/model/{MODEL}/converse"}
    assert all("/us-east-1/bedrock/aws4_request" in call.headers["authorization"] for call in calls)
    assert all("x-amz-security-token" in call.headers for call in calls)
