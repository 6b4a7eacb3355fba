"""Routes of runs: starting them once, what becomes of them, whether they pass."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from marksheet import evaluations
from marksheet.errors import LimitExceeded
from marksheet.scoring.metric_ids import metric_id
from tests.functions.runs_api.conftest import ROWS, Gen

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller
    from tests.deployment import Clock, RecordedWorkflow

UNKNOWN = "019b7ca9-8ca0-774e-9ba1-bcabc8446f25"
RIGHT = {"1": "1", "2": "2", "3": "3"}


@pytest.fixture
def tape(deployment: Any) -> str:
    """A model that is right but for the last of three questions."""
    deployment.recorded("tape", RIGHT | {"3": "x"})
    return "tape"


def test_each_model_gets_a_run_of_its_own_in_the_order_of_the_request(
    gen: Gen, tape: str, deployment: Any, workflow: RecordedWorkflow
) -> None:
    deployment.recorded("reel", RIGHT)
    body = {"test_case_uuid": gen.case(), "agent_uuids": ["reel"], "agent_deployment_names": [tape]}
    made = gen.get("run_create", body=body | {"run_name": "nightly"})["evaluation_run_uuids"]
    assert [gen.run(run_id)["agent_uuid"] for run_id in made] == ["reel", tape]
    assert [gen.run(run_id)["run_name"] for run_id in made] == ["nightly"] * 2
    assert len(workflow.started) == 2


def test_the_same_request_again_starts_nothing_new_for_ten_minutes(
    gen: Gen, tape: str, clock: Clock, deployed: Application
) -> None:
    case = gen.case()
    first = gen.runs(case, tape)
    clock.at += timedelta(minutes=9)
    assert gen.runs(case, tape) == first
    assert (
        deployed.store.evaluations.list_page("acme", statuses=None, model_id=None, offset=0, limit=1)[1] == 1
    )
    clock.at += timedelta(minutes=2)
    assert gen.runs(case, tape) != first


def test_another_run_name_makes_another_run(gen: Gen, tape: str) -> None:
    case = gen.case()
    assert gen.runs(case, tape, run_name="a") != gen.runs(case, tape, run_name="b")


def test_the_same_request_of_another_key_is_another_one(gen: Gen, tape: str) -> None:
    body = {"test_case_uuid": gen.case(), "agent_uuids": [tape]}
    first = gen.get("run_create", body=body)
    assert gen.get("run_create", body=body, key_id="zzzzzzzzzzzzzzzz") != first


def test_a_repeated_request_starts_the_models_that_were_not_reached(
    gen: Gen, tape: str, deployment: Any, deployed: Application
) -> None:
    deployment.recorded("reel", RIGHT)
    case = gen.case()
    object.__setattr__(deployed.settings, "max_running", 1)
    body = {"test_case_uuid": case, "agent_uuids": [tape, "reel"]}
    refused = gen.ask("run_create", body=body)
    assert (refused.status, refused.json["id"]) == (429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) > 0
    object.__setattr__(deployed.settings, "max_running", 50)
    made = gen.get("run_create", body=body)["evaluation_run_uuids"]
    listed = gen.get("case_runs", f"evaluation_test_cases/{case}/evaluation_runs")["evaluation_runs"]
    assert {run["evaluation_run_uuid"] for run in listed} == set(made)
    assert len(listed) == 2


def test_an_execution_that_could_not_be_started_is_started_by_the_repetition(
    gen: Gen, tape: str, workflow: RecordedWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"test_case_uuid": gen.case(), "agent_uuids": [tape]}
    with monkeypatch.context() as outage:
        outage.setattr(workflow, "start", lambda _: 1 / 0)
        assert gen.ask("run_create", body=body).status == 500
    (run_id,) = gen.runs(body["test_case_uuid"], tape)
    assert workflow.started == [(gen.evaluation(run_id).evaluation_id, 2)]
    assert gen.run(run_id)["status"] == "EVALUATION_RUN_QUEUED"
    assert gen.runs(body["test_case_uuid"], tape) == [run_id]


def test_a_run_that_was_deleted_is_not_started_again_by_a_repetition(
    gen: Gen, tape: str, deployed: Application, caller: Caller
) -> None:
    case = gen.case()
    run_id = gen.runs(case, tape)[0]
    evaluations.delete(deployed, caller, gen.evaluation(run_id).evaluation_id)
    answer = gen.ask("run_create", body={"test_case_uuid": case, "agent_uuids": [tape]})
    assert (answer.status, answer.json["id"]) == (409, "conflict")
    assert "run_name" in answer.json["message"]
    gen.runs(case, tape, run_name="anew")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"agent_uuids": []}, "agent_uuids"),
        ({"agent_uuids": ["nobody"]}, "agent_uuids[0]"),
        ({"agent_deployment_names": ["nobody"]}, "agent_deployment_names[0]"),
        ({"agent_uuids": ["tape", "tape"]}, "agent_uuids[1]"),
        ({"agent_deployment_names": ["tape"]}, "agent_deployment_names[0]"),
        ({"agent_uuids": ["../x"]}, "agent_uuids[0]"),
        ({"agent_uuids": "tape"}, "agent_uuids"),
        ({"agent_uuids": [f"m{n}" for n in range(21)]}, "agent_uuids"),
        ({"test_case_uuid": UNKNOWN}, "test_case_uuid"),
        ({"test_case_uuid": 7}, "test_case_uuid"),
        ({"run_name": "a\nb"}, "run_name"),
        ({"organization": "umbrella"}, "organization"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_started(
    gen: Gen, tape: str, fields: Any, path: str, workflow: RecordedWorkflow
) -> None:
    agents = {"agent_uuids": [tape]}
    answer = gen.ask("run_create", body={"test_case_uuid": gen.case(), **agents, **fields})
    assert (answer.status, answer.json["id"]) == (400, "invalid_request")
    assert answer.json["message"].startswith(path), answer.json["message"]
    assert workflow.started == []


def test_one_unknown_model_keeps_the_others_from_starting(
    gen: Gen, tape: str, workflow: RecordedWorkflow
) -> None:
    answer = gen.ask("run_create", body={"test_case_uuid": gen.case(), "agent_uuids": [tape, "nobody"]})
    assert answer.json["message"].startswith("agent_uuids[1]: there is no model 'nobody'")
    assert workflow.started == []


def test_a_test_case_of_another_organization_is_not_run(gen: Gen, tape: str) -> None:
    body = {"test_case_uuid": gen.case(), "agent_uuids": [tape]}
    assert gen.ask("run_create", body=body, organization="umbrella").status == 400


def test_a_run_goes_through_its_statuses(gen: Gen, tape: str, execution: Any) -> None:
    case = gen.case(star_metric={"name": "exact_match", "success_threshold_pct": 66})
    run_id = gen.runs(case, tape)[0]
    queued = gen.run(run_id)
    assert queued["status"] == "EVALUATION_RUN_QUEUED"
    assert not {"started_at", "finished_at", "run_level_metric_results", "pass_status"} & queued.keys()
    evaluation = gen.evaluation(run_id)
    lanes = execution.plan(evaluation)
    running = gen.run(run_id)
    assert (running["status"], "started_at" in running) == ("EVALUATION_RUN_RUNNING_DATASET", True)
    execution.score(lanes)
    assert gen.run(run_id)["status"] == "EVALUATION_RUN_EVALUATING_RESULTS"
    execution.finish(evaluation)
    over = gen.run(run_id)
    assert over["status"] == "EVALUATION_RUN_SUCCESSFUL"
    assert over["finished_at"] >= over["started_at"] >= over["queued_at"]
    assert (over["test_case_uuid"], over["test_case_name"], over["test_case_version"]) == (case, "case", 1)


@pytest.mark.parametrize(
    ("star", "passes"),
    [
        ({"success_threshold_pct": 66}, True),
        ({"success_threshold_pct": 67}, False),
        ({"success_threshold": 0.6666}, True),
        ({"success_threshold": 0.6667}, False),
        ({"success_threshold": 0.0}, True),
    ],
)
def test_a_run_passes_from_its_threshold_on(
    gen: Gen, tape: str, execution: Any, star: Any, passes: bool
) -> None:
    run_id = gen.runs(gen.case(star_metric={"name": "exact_match", **star}), tape)[0]
    execution.run(gen.evaluation(run_id))
    run = gen.run(run_id)
    assert run["pass_status"] is passes
    assert run["star_metric_result"]["number_value"] == pytest.approx(2 / 3)
    assert run["star_metric_result"] in run["run_level_metric_results"]


def test_a_run_keeps_the_star_metric_of_its_version(gen: Gen, tape: str, execution: Any) -> None:
    case = gen.case(star_metric={"name": "exact_match", "success_threshold": 0.5})
    run_id = gen.runs(case, tape)[0]
    stricter = {"star_metric": {"name": "exact_match", "success_threshold": 0.9}}
    gen.get("case_update", f"evaluation_test_cases/{case}", body=stricter)
    execution.run(gen.evaluation(run_id))
    assert (gen.run(run_id)["pass_status"], gen.run(run_id)["test_case_version"]) == (True, 1)


def test_what_was_not_answered_makes_a_partial_success(gen: Gen, deployment: Any, execution: Any) -> None:
    deployment.recorded("gap", {"1": "1", "2": "2"})
    run_id = gen.runs(gen.case(), "gap")[0]
    execution.run(gen.evaluation(run_id))
    run = gen.run(run_id)
    assert run["status"] == "EVALUATION_RUN_PARTIALLY_SUCCESSFUL"
    result = run["run_level_metric_results"][0]
    assert result["number_value"] == 1.0
    assert "1 errored" in result["reasoning"]


def test_what_nobody_can_score_has_no_value_and_does_not_pass(gen: Gen, tape: str, execution: Any) -> None:
    case = gen.case(
        gen.dataset(b"query\nSay 1\nSay 2\nSay 3\n"),
        star_metric={"name": "exact_match", "success_threshold": 0},
    )
    run_id = gen.runs(case, tape)[0]
    execution.run(gen.evaluation(run_id))
    run = gen.run(run_id)
    assert run["status"] == "EVALUATION_RUN_PARTIALLY_SUCCESSFUL"
    assert run["star_metric_result"]["status"] == "EVALUATION_METRIC_RESULT_STATUS_FAILED"
    assert "3 unscored" in run["star_metric_result"]["error_description"]
    assert "pass_status" not in run


def test_too_many_errors_fail_a_run_and_say_why(gen: Gen, deployment: Any, execution: Any) -> None:
    deployment.recorded("mute", {"1": "1"})
    star = {"name": "exact_match", "success_threshold": 0}
    run_id = gen.runs(gen.case(star_metric=star), "mute")[0]
    execution.run(gen.evaluation(run_id))
    run = gen.run(run_id)
    assert run["status"] == "EVALUATION_RUN_FAILED"
    assert "no_recorded_answer" in run["error_description"]
    assert "pass_status" not in run


def test_a_run_that_was_cancelled_says_so(gen: Gen, tape: str, deployed: Application, caller: Caller) -> None:
    run_id = gen.runs(gen.case(), tape)[0]
    evaluations.cancel(deployed, caller, gen.evaluation(run_id).evaluation_id)
    run = gen.run(run_id)
    assert (run["status"], "finished_at" in run) == ("EVALUATION_RUN_CANCELLED", True)


def test_a_test_case_tells_its_runs_the_newest_first_and_counts_them(gen: Gen, tape: str) -> None:
    case = gen.case()
    path = f"evaluation_test_cases/{case}"
    one = gen.runs(case, tape, run_name="1")[0]
    gen.get("case_update", path, body={"metrics": ["exact_match"]})
    two = gen.runs(case, tape, run_name="2")[0]
    three = gen.runs(case, tape, run_name="3")[0]

    def listed(**query: str) -> list[str]:
        found = gen.get("case_runs", f"{path}/evaluation_runs", query=query)["evaluation_runs"]
        return [run["evaluation_run_uuid"] for run in found]

    assert listed() == [three, two, one]
    assert listed(evaluation_test_case_version="1") == [one]
    assert listed(evaluation_test_case_version="2") == [three, two]
    told = gen.get("case_get", path)["evaluation_test_case"]
    assert (told["total_runs"], told["latest_version_number_of_runs"]) == (3, 2)


def test_runs_in_a_list_are_what_they_are_alone(gen: Gen, tape: str, execution: Any) -> None:
    case = gen.case(star_metric={"name": "exact_match", "success_threshold": 0.5})
    made = [gen.runs(case, tape, run_name=name)[0] for name in "ab"]
    execution.run(gen.evaluation(made[0]))
    listed = gen.get("case_runs", f"evaluation_test_cases/{case}/evaluation_runs")["evaluation_runs"]
    assert listed == [gen.run(run_id) for run_id in reversed(made)]


def test_a_deleted_run_leaves_its_test_case_and_its_count(
    gen: Gen, tape: str, deployed: Application, caller: Caller
) -> None:
    case = gen.case()
    gone, kept = (gen.runs(case, tape, run_name=name)[0] for name in "ab")
    evaluations.delete(deployed, caller, gen.evaluation(gone).evaluation_id)
    listed = gen.get("case_runs", f"evaluation_test_cases/{case}/evaluation_runs")["evaluation_runs"]
    assert [run["evaluation_run_uuid"] for run in listed] == [kept]
    told = gen.get("case_get", f"evaluation_test_cases/{case}", query={})["evaluation_test_case"]
    assert (told["total_runs"], told["latest_version_number_of_runs"]) == (1, 1)
    assert gen.ask("run_get", f"evaluation_runs/{gone}").status == 404


def test_a_run_of_the_other_surface_has_no_test_case(
    gen: Gen, deployment: Any, deployed: Application, caller: Caller, execution: Any
) -> None:
    deployment.recorded("tape", {"q1": "1"})
    deployment.recorded("reel", {"q1": "2"})
    new = evaluations.CreateEvaluation(
        model_id="tape", model_id_2="reel", benchmark_id=deployment.benchmark(1).benchmark_id
    )
    evaluation = evaluations.create(deployed, caller, new)
    execution.run(evaluation)
    first, second = (gen.run(run.run_id) for run in evaluation.runs)
    assert [run["agent_uuid"] for run in (first, second)] == ["tape", "reel"]
    assert [run["run_level_metric_results"][0]["number_value"] for run in (first, second)] == [1.0, 0.0]
    assert not [name for name in first if name.startswith("test_case")]


def test_answers_that_are_marked_again_are_no_run_of_the_test_case(
    gen: Gen, tape: str, deployed: Application, caller: Caller, execution: Any
) -> None:
    case = gen.case()
    evaluation = gen.evaluation(gen.runs(case, tape)[0])
    execution.run(evaluation)
    new = evaluations.CreateEvaluation(answers_from=evaluation.evaluation_id)
    again = evaluations.create(deployed, caller, new)
    assert "test_case_uuid" not in gen.run(again.runs[0].run_id)
    listed = gen.get("case_runs", f"evaluation_test_cases/{case}/evaluation_runs")["evaluation_runs"]
    assert len(listed) == 1


def test_another_organizations_run_is_not_found(gen: Gen, tape: str) -> None:
    run_id = gen.runs(gen.case(), tape)[0]
    for case, path in (("run_get", ""), ("prompt_list", "/results"), ("prompt_get", "/results/1")):
        asked = gen.ask(case, f"evaluation_runs/{run_id}{path}", organization="umbrella")
        assert (asked.status, asked.json["id"]) == (404, "not_found")


@pytest.mark.parametrize("run_id", ["..%2f..%2forgs", "%2e%2e", "a%00b", "x" * 200, UNKNOWN])
def test_nothing_is_found_under_ids_that_cannot_be(gen: Gen, run_id: str) -> None:
    for case, path in (("run_get", ""), ("prompt_list", "/results"), ("prompt_get", "/results/1")):
        assert gen.ask(case, f"evaluation_runs/{run_id}{path}").status == 404


def test_a_limit_is_told_with_the_time_to_wait(gen: Gen, tape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise LimitExceeded("full", retry_after_seconds=30)

    monkeypatch.setattr("marksheet.test_cases.run", full)
    answer = gen.ask("run_create")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "30")


def test_metrics_of_a_run_are_those_of_its_test_case(gen: Gen, tape: str, execution: Any) -> None:
    case = gen.case(gen.dataset(ROWS), metrics=[metric_id("includes"), "levenshtein"])
    run_id = gen.runs(case, tape)[0]
    execution.run(gen.evaluation(run_id))
    told = {m["metric_uuid"]: m["metric_name"] for m in gen.run(run_id)["run_level_metric_results"]}
    assert told == {metric_id("includes"): "includes", metric_id("levenshtein"): "levenshtein"}
