"""`marksheet local invoke`: handlers of the checkout against the running stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marksheet_cli.exits import ExitCode
from marksheet_cli.local.invocation import find_invocation, run_handler
from marksheet_cli.local.stack import LocalStack
from tests.e2e.client import Api

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def invoke(local_stack: LocalStack, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs a handler on an event, and gives back the exit code and the answer."""

    def run(function: str, event: str) -> tuple[ExitCode, Any]:
        invocation = find_invocation(ROOT, function, event)
        capfd.readouterr()
        code = run_handler(ROOT, invocation, local_stack.function(invocation.logical_id))
        return code, json.loads(capfd.readouterr().out)

    return run


def test_a_handler_sees_what_the_stack_has_stored(api: Api, invoke: Any, tmp_path: Path) -> None:
    benchmark_id = api.benchmark("sums", [{"question": "1 + 1?", "answer": "2"}])
    event = json.loads((ROOT / "events" / "evaluations_api" / "benchmark_list.json").read_text())
    event["requestContext"]["authorizer"]["lambda"]["organization"] = api.organization
    (tmp_path / "mine.json").write_text(json.dumps(event))
    code, answer = invoke("EvaluationsApi", str(tmp_path / "mine.json"))
    assert (code, answer["statusCode"]) == (ExitCode.OK, 200)
    assert [found["id"] for found in json.loads(answer["body"])["benchmarks"]] == [benchmark_id]


def test_a_tick_of_no_schedule_starts_nothing(invoke: Any) -> None:
    assert invoke("start_scheduled", "tick") == (ExitCode.OK, {"evaluation_id": None})


def test_a_step_of_no_evaluation_is_told_as_the_error_it_raises(invoke: Any) -> None:
    code, answer = invoke("FinishEvaluation", "first_attempt")
    assert (code, answer["errorType"]) == (ExitCode.FAILED, "EvaluationStopped")
