"""Routes of test cases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from marksheet import benchmarks
from marksheet.benchmarks import NewBenchmark
from marksheet.domain import Role, ScorerSpec
from marksheet.scoring.metric_ids import metric_id
from tests.functions.runs_api.conftest import Gen

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller
    from tests.deployment import Clock

PATH = "evaluation_test_cases"
UNKNOWN = "019b7ca9-8ca0-774e-9ba1-bcabc8446f25"


def seen(gen: Gen, case: str, **query: str) -> Any:
    return gen.get("case_get", f"{PATH}/{case}", query=query)["evaluation_test_case"]


def metrics(case: Any) -> list[str]:
    return [metric["metric_name"] for metric in case["metrics"]]


def test_a_test_case_says_what_it_was_made_with(gen: Gen, exact: str) -> None:
    dataset = gen.dataset()
    case = gen.case(
        dataset,
        name="support",
        description="What support is asked.",
        metrics=[metric_id("token_f1"), exact],
        star_metric={"metric_uuid": exact, "name": "", "success_threshold_pct": 80},
    )
    told = seen(gen, case)
    assert (told["test_case_uuid"], told["version"]) == (case, 1)
    assert (told["name"], told["description"]) == ("support", "What support is asked.")
    assert (told["dataset_uuid"], told["dataset_name"]) == (dataset, "sums")
    assert told["dataset"] == gen.get("dataset_list")["evaluation_datasets"][0]
    assert metrics(told) == ["token_f1", "exact_match"]
    assert told["star_metric"] == {"metric_uuid": exact, "name": "exact_match", "success_threshold_pct": 80}
    assert (told["total_runs"], told["latest_version_number_of_runs"]) == (0, 0)


def test_without_metrics_it_is_marked_as_its_benchmark_is(
    gen: Gen, deployed: Application, caller: Caller
) -> None:
    """So a scorer that needs options, such as a judge's model, is used from here too."""
    specs = (
        ScorerSpec("exact_match", Role.CORRECTNESS),
        ScorerSpec("json_schema", options={"schema": {"type": "object"}}, label="shape"),
    )
    new = NewBenchmark(name="judged", scorers=specs)
    benchmarks.upload(deployed, caller, new, b'[{"question": "a", "answer": "b"}]', "json")
    dataset = gen.get("dataset_list")["evaluation_datasets"][0]["dataset_uuid"]
    case = gen.case(dataset, star_metric={"name": "shape", "success_threshold": 1})
    assert metrics(seen(gen, case)) == ["exact_match", "shape"]
    assert seen(gen, case)["star_metric"]["success_threshold"] == 1.0
    chosen = gen.case(dataset, metrics=[metric_id("shape")])
    assert metrics(seen(gen, chosen)) == ["shape"]


def test_the_star_metric_decides_between_right_and_wrong(gen: Gen, deployed: Application) -> None:
    star = {"metric_uuid": metric_id("includes"), "success_threshold": 0.5}
    case = gen.case(metrics=[metric_id("valid_json"), metric_id("includes")], star_metric=star)
    found = deployed.store.evaluation_cases.find("acme", case)
    assert found is not None
    assert [(spec.name, spec.role) for spec in found.scorers] == [
        ("valid_json", Role.EXTRA),
        ("includes", Role.CORRECTNESS),
    ]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"dataset_uuid": UNKNOWN}, "dataset_uuid"),
        ({"dataset_uuid": "../x"}, "dataset_uuid"),
        ({"metrics": [UNKNOWN]}, "metrics[0]"),
        ({"metrics": ["llm_judge"]}, "metrics[0]"),
        ({"metrics": ["exact_match", metric_id("cost_limit")]}, "metrics[1]"),
        ({"metrics": ["exact_match", metric_id("exact_match")]}, "metrics[1]: names exact_match again"),
        ({"workspace_uuid": "a/b"}, "workspace_uuid: Input should be a label without /"),
        ({"metrics": "exact_match"}, "metrics"),
        ({"metrics": {"uuids": []}}, "metrics"),
        ({"metrics": [7]}, "metrics[0]"),
        ({"star_metric": {"name": "exact_match"}}, "star_metric"),
        ({"star_metric": {"success_threshold": 1}}, "star_metric"),
        ({"star_metric": {"name": "bleu", "success_threshold": 1}}, "star_metric.name"),
        ({"star_metric": {"metric_uuid": UNKNOWN, "success_threshold": 1}}, "star_metric.metric_uuid"),
        ({"star_metric": {"name": "a", "success_threshold": 80.0}}, "star_metric.success_threshold"),
        ({"star_metric": {"name": "a", "success_threshold": "1"}}, "star_metric.success_threshold"),
        ({"star_metric": {"name": "a", "success_threshold": True}}, "star_metric.success_threshold"),
        ({"star_metric": {"name": "a", "success_threshold_pct": 101}}, "star_metric.success_threshold_pct"),
        ({"star_metric": {"name": "a", "success_threshold_pct": 0.5}}, "star_metric.success_threshold_pct"),
        (
            {"star_metric": {"name": "a", "success_threshold": 1, "success_threshold_pct": 100}},
            "star_metric",
        ),
        ({"status": "READY"}, "status"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(gen: Gen, fields: Any, path: str) -> None:
    body = {"name": "case", "dataset_uuid": gen.dataset(), **fields}
    answer = gen.ask("case_create", body=body)
    assert (answer.status, answer.json["id"]) == (400, "invalid_request")
    assert answer.json["message"].startswith(path), answer.json["message"]
    assert gen.get("case_list") == {"evaluation_test_cases": []}


def test_a_metric_that_needs_options_says_how_it_is_had(gen: Gen) -> None:
    body = {"name": "case", "dataset_uuid": gen.dataset(), "metrics": [metric_id("judge_correctness")]}
    message = gen.ask("case_create", body=body).json["message"]
    assert "judge_correctness needs options" in message
    assert "POST /api/v3/benchmark/upload" in message


def test_the_same_request_again_gives_the_same_test_case_for_ten_minutes(gen: Gen, clock: Clock) -> None:
    dataset = gen.dataset()
    first = gen.case(dataset)
    clock.at += timedelta(minutes=9)
    assert gen.case(dataset) == first
    clock.at += timedelta(minutes=2)
    assert gen.case(dataset) != first


def test_requests_that_differ_or_come_with_another_key_are_not_the_same(gen: Gen) -> None:
    dataset = gen.dataset()
    body = {"name": "case", "dataset_uuid": dataset}
    made = {
        gen.case(dataset),
        gen.case(dataset, description="x"),
        gen.get("case_create", body=body, key_id="zzzzzzzzzzzzzzzz")["test_case_uuid"],
    }
    assert len(made) == 3


def test_the_order_of_fields_makes_no_other_request(gen: Gen) -> None:
    dataset = gen.dataset()
    first = gen.get("case_create", body={"name": "case", "dataset_uuid": dataset})
    assert gen.get("case_create", body=f'{{"dataset_uuid": "{dataset}",  "name": "case"}}') == first


def test_a_change_makes_the_next_version_and_keeps_what_it_does_not_name(gen: Gen, exact: str) -> None:
    case = gen.case(description="first", star_metric={"name": "exact_match", "success_threshold": 0.5})
    path = f"{PATH}/{case}"
    body = {"test_case_uuid": case, "metrics": {"metric_uuids": [exact]}}
    assert gen.get("case_update", path, body=body) == {"test_case_uuid": case, "version": 2}
    told = seen(gen, case)
    assert (told["version"], told["description"], metrics(told)) == (2, "first", ["exact_match"])
    assert told["star_metric"]["success_threshold"] == 0.5
    before = seen(gen, case, evaluation_test_case_version="1")
    assert (before["version"], metrics(before)) == (1, ["exact_match", "token_f1"])


def test_metrics_may_be_a_bare_list_in_a_change_too(gen: Gen, exact: str) -> None:
    case = gen.case()
    assert gen.get("case_update", f"{PATH}/{case}", body={"metrics": [exact]})["version"] == 2


def test_a_change_may_name_another_dataset(gen: Gen) -> None:
    case = gen.case()
    other = gen.dataset(b"query\nWho?\n", name="others")
    gen.get("case_update", f"{PATH}/{case}", body={"dataset_uuid": other})
    assert (seen(gen, case)["dataset_uuid"], seen(gen, case)["dataset_name"]) == (other, "others")


def test_a_change_that_changes_nothing_makes_no_version(gen: Gen) -> None:
    """Which is what a repeated request is."""
    case = gen.case(description="x")
    for _ in range(2):
        assert gen.get("case_update", f"{PATH}/{case}", body={"description": ""})["version"] == 2
    assert "description" not in seen(gen, case)


def test_metrics_without_the_star_metric_are_refused(gen: Gen) -> None:
    case = gen.case(star_metric={"name": "exact_match", "success_threshold": 0.5})
    answer = gen.ask("case_update", f"{PATH}/{case}", body={"metrics": ["token_f1"]})
    assert answer.status == 400
    assert answer.json["message"].startswith("star_metric: ")


def test_a_change_of_another_test_case_than_the_paths_is_refused(gen: Gen) -> None:
    case = gen.case()
    answer = gen.ask("case_update", f"{PATH}/{case}", body={"test_case_uuid": UNKNOWN})
    assert (answer.status, answer.json["message"].partition(":")[0]) == (400, "test_case_uuid")


@pytest.mark.parametrize("version", ["0", "-1", "two", "1e9", "9" * 30])
def test_a_version_that_cannot_be_is_refused(gen: Gen, version: str) -> None:
    case = gen.case()
    query = {"evaluation_test_case_version": version}
    assert gen.ask("case_get", f"{PATH}/{case}", query=query).status == 400


def test_a_version_that_there_is_not_is_not_found(gen: Gen) -> None:
    case = gen.case()
    query = {"evaluation_test_case_version": "2"}
    assert gen.ask("case_get", f"{PATH}/{case}", query=query).status == 404
    assert gen.ask("case_runs", f"{PATH}/{case}/evaluation_runs", query=query).status == 404


def test_test_cases_are_listed_and_found_by_their_workspace(gen: Gen) -> None:
    dataset = gen.dataset()
    one = gen.case(dataset, workspace_uuid="7d0c")
    two = gen.case(dataset, agent_workspace_name="my agents")
    three = gen.case(dataset)

    def listed(case: str, path: str) -> list[str]:
        found = gen.get(case, path)["evaluation_test_cases"]
        return [each["test_case_uuid"] for each in found]

    assert listed("case_list", PATH) == [one, two, three]
    assert listed("case_list_of_workspace", f"workspaces/7d0c/{PATH}") == [one]
    assert listed("case_list_of_workspace", f"workspaces/my%20agents/{PATH}") == [two]
    assert listed("case_list_of_workspace", f"workspaces/nobody/{PATH}") == []


def test_a_dataset_is_told_as_long_as_it_is_there_alone_and_in_lists(gen: Gen, deployment: Any) -> None:
    deployment.benchmark(2)
    dataset = gen.get("dataset_list")["evaluation_datasets"][0]
    case = gen.case(dataset["dataset_uuid"])
    # The benchmark's later version is another dataset.
    deployment.benchmark(3)
    assert seen(gen, case)["dataset"] == dataset
    assert gen.get("case_list")["evaluation_test_cases"] == [seen(gen, case)]


def test_a_test_case_outlives_its_dataset_but_does_not_run(gen: Gen, deployment: Any) -> None:
    deployment.recorded("tape", {"1": "1"})
    dataset = gen.dataset()
    case = gen.case(dataset)
    gen.get("dataset_delete", f"evaluation_datasets/{dataset}")
    told = seen(gen, case)
    assert told["dataset_name"] == "sums"
    assert "dataset" not in told
    answer = gen.ask("run_create", body={"test_case_uuid": case, "agent_uuids": ["tape"]})
    assert answer.status == 400
    assert answer.json["message"].startswith("test_case_uuid: ")


def test_another_organizations_test_case_is_not_found(gen: Gen) -> None:
    case = gen.case(workspace_uuid="w")
    for event, path in (
        ("case_get", f"{PATH}/{case}"),
        ("case_update", f"{PATH}/{case}"),
        ("case_runs", f"{PATH}/{case}/evaluation_runs"),
    ):
        body = {} if event == "case_update" else None
        assert gen.ask(event, path, body=body, organization="umbrella").status == 404
    for event, path in (("case_list", PATH), ("case_list_of_workspace", f"workspaces/w/{PATH}")):
        assert gen.get(event, path, organization="umbrella") == {"evaluation_test_cases": []}


@pytest.mark.parametrize("uuid", ["..%2f..%2forgs", "%2e%2e", "a%00b", "x" * 200, UNKNOWN])
def test_nothing_is_found_under_uuids_that_cannot_be(gen: Gen, uuid: str) -> None:
    assert gen.ask("case_get", f"{PATH}/{uuid}").status == 404
    assert gen.ask("case_runs", f"{PATH}/{uuid}/evaluation_runs").status == 404
