"""The state machine's definition, read from the file: what no run on the emulator can show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from marksheet import errors
from tests.cloudformation import ROOT, properties, template

TEXT = (ROOT / "statemachine" / "evaluation.asl.yaml").read_text()
DEFINITION: dict[str, Any] = yaml.safe_load(TEXT)

TRANSIENT = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
}


def states(machine: dict[str, Any] = DEFINITION) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state, those inside the map too."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


STATES = dict(states())
TASKS = sorted(name for name, state in STATES.items() if state["Type"] == "Task")


def test_tasks_are_the_functions_of_the_workflow() -> None:
    assert TASKS == ["FailEvaluation", "FinishEvaluation", "PlanEvaluation", "ScoreShard"]
    for name in TASKS:
        assert STATES[name]["Parameters"]["FunctionName"] == f"${{{name}Arn}}"


def test_an_execution_begins_with_the_wait_that_its_input_says() -> None:
    assert DEFINITION["StartAt"] == "AwaitCalls"
    wait = {key: value for key, value in STATES["AwaitCalls"].items() if key != "Comment"}
    assert wait == {"Type": "Wait", "SecondsPath": "$.wait_seconds", "Next": "PlanEvaluation"}


def test_the_step_that_finishes_knows_the_machine_by_its_name() -> None:
    """Its ARN would be a circle: the definition has that of the function."""
    name = properties("EvaluationMachine")["Name"]["Fn::Sub"]
    known = properties("FinishEvaluation")["Environment"]["Variables"]["STATE_MACHINE_ARN"]["Fn::Sub"]
    assert known.endswith(f":stateMachine:{name}")
    starting = [
        statement["Resource"]["Fn::Sub"]
        for policy in properties("FinishEvaluation")["Policies"]
        for statement in policy["Statement"]
        if statement["Sid"] == "StartEvaluations"
    ]
    assert starting == [known]


def test_placeholders_are_what_the_template_substitutes() -> None:
    substitutions = properties("EvaluationMachine")["DefinitionSubstitutions"]
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(substitutions)
    for name, value in substitutions.items():
        assert value == {"Fn::GetAtt": [name.removesuffix("Arn"), "Arn"]}


def test_every_next_is_a_state_and_every_state_is_reached() -> None:
    for machine in (DEFINITION, DEFINITION["States"]["ScoreShards"]["ItemProcessor"]):
        text = json.dumps({name: {**s, "ItemProcessor": 0} for name, s in machine["States"].items()})
        named = set(re.findall(r'"(?:Next|Default)": "(\w+)"', text)) | {machine["StartAt"]}
        assert named == set(machine["States"])


@pytest.mark.parametrize("name", TASKS)
def test_a_task_waits_longer_than_its_function_may_run(name: str) -> None:
    timeout = properties(name)["Timeout"]
    if isinstance(timeout, dict):
        timeout = template()["Parameters"][timeout["Ref"]]["MaxValue"]
    assert STATES[name]["TimeoutSeconds"] > timeout


def test_an_execution_ends_some_day() -> None:
    assert DEFINITION["TimeoutSeconds"] == 24 * 3600


@pytest.mark.parametrize("name", TASKS)
def test_a_task_tries_lambdas_transient_errors_again_with_jitter(name: str) -> None:
    tried = [retrier for retrier in STATES[name]["Retry"] if retrier["MaxAttempts"] > 0]
    assert {error for retrier in tried for error in retrier["ErrorEquals"]} >= TRANSIENT
    assert {retrier["JitterStrategy"] for retrier in tried} == {"FULL"}


@pytest.mark.parametrize("name", TASKS)
def test_a_task_tries_a_crash_without_a_name_again_last(name: str) -> None:
    assert STATES[name]["Retry"][-1]["ErrorEquals"] == ["States.TaskFailed", "States.Timeout"]


def test_what_no_repetition_mends_is_never_tried_again() -> None:
    never = {
        name: {error for r in STATES[name]["Retry"] if r["MaxAttempts"] == 0 for error in r["ErrorEquals"]}
        for name in TASKS
    }
    assert never == {
        "FailEvaluation": set(),
        "FinishEvaluation": {"EvaluationStopped"},
        "PlanEvaluation": {"EvaluationStopped"},
        "ScoreShard": {"EvaluationStopped"},
    }


@pytest.mark.parametrize("name", sorted(STATES))
def test_named_errors_are_raised_by_the_core_or_known_to_step_functions(name: str) -> None:
    for rule in [*STATES[name].get("Retry", []), *STATES[name].get("Catch", [])]:
        for error in rule["ErrorEquals"]:
            if not error.startswith(("States.", "Lambda.")):
                assert issubclass(getattr(errors, error), errors.EvaluationError)


def test_the_map_has_no_retry_of_its_own() -> None:
    assert "Retry" not in STATES["ScoreShards"]


@pytest.mark.parametrize("name", ["PlanEvaluation", "ScoreShards", "FinishEvaluation"])
def test_every_failure_goes_to_fail_evaluation(name: str) -> None:
    caught = [(catcher["ErrorEquals"], catcher["Next"]) for catcher in STATES[name]["Catch"]]
    assert caught == [(["States.DataLimitExceeded"], "FailEvaluation"), (["States.ALL"], "FailEvaluation")]


def test_a_failed_evaluation_is_a_failed_execution() -> None:
    assert STATES["FailEvaluation"]["Next"] == "EvaluationFailed"
    assert STATES["EvaluationReady"]["Default"] == "EvaluationFailed"
    assert STATES["EvaluationFailed"]["Type"] == "Fail"


def test_the_map_reads_the_plans_manifest_and_judges_nothing() -> None:
    state = STATES["ScoreShards"]
    assert state["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert state["ItemReader"]["ReaderConfig"] == {"InputType": "JSON"}
    assert state["ToleratedFailurePercentage"] == 100


def test_nothing_but_names_and_offsets_is_handed_on() -> None:
    assert STATES["ScoreShards"]["ResultPath"] is None
    assert STATES["LaneDone"]["OutputPath"] is None
    kept = {name: STATES[name].get("ResultSelector", {}) for name in TASKS}
    assert {key for selector in kept.values() for key in selector} == {
        "manifest.$",
        "lanes.$",
        "next_stage.$",
        "finished.$",
        "wait_seconds.$",
        "status.$",
    }


def test_the_rule_brings_every_other_end_to_fail_evaluation() -> None:
    detail = properties("ExecutionEnded")["EventPattern"]["detail"]
    assert detail == {
        "stateMachineArn": [{"Ref": "EvaluationMachine"}],
        "status": ["ABORTED", "FAILED", "TIMED_OUT"],
    }
    assert properties("ExecutionEnded")["Targets"][0]["Arn"] == {"Fn::GetAtt": ["FailEvaluation", "Arn"]}


def test_executions_are_logged_without_their_data() -> None:
    logging = properties("EvaluationMachine")["Logging"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)
