"""Test cases: what their routes take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, RootModel

from marksheet.dialects.digitalocean import case_requests as requests
from marksheet_openapi.agent_datasets import AgentDataset
from marksheet_openapi.agent_metrics import AgentMetric, Uuid
from marksheet_openapi.agent_runs import AgentRun, Version
from marksheet_openapi.bodies import Body, Count, Identifier, Share, Time, absent
from marksheet_openapi.operations import READ, WRITE, Described, Operation
from marksheet_openapi.surfaces import AGENTS

_TAG = "Agent evaluations"


class MetricList(RootModel[Annotated[list[Identifier], Field(max_length=requests.MOST_METRICS)]]):
    """UUIDs of metrics; names are taken too."""


class MetricObject(Body):
    """The same within an object."""

    metric_uuids: Annotated[list[Identifier], Field(max_length=requests.MOST_METRICS)]


class ToldStar(Body):
    """The metric that decides whether a run passes, and from which value on; it has one of the thresholds."""

    metric_uuid: Uuid
    name: str
    success_threshold: Share = absent()
    success_threshold_pct: Annotated[int, Field(ge=0, le=100)] = absent()


class AgentTestCase(Body):
    """A version of a test case."""

    test_case_uuid: Uuid
    name: str
    description: str = absent()
    version: Version
    dataset: AgentDataset = absent()
    """Absent once it is deleted."""
    dataset_uuid: Uuid
    dataset_name: str
    metrics: list[AgentMetric]
    star_metric: ToldStar = absent()
    total_runs: Count
    latest_version_number_of_runs: Count
    created_at: Time
    updated_at: Time


class OneTestCase(Body):
    """A test case."""

    evaluation_test_case: AgentTestCase


class TestCaseList(Body):
    """The latest versions of test cases, oldest first, of many the newest 250."""

    evaluation_test_cases: list[AgentTestCase]


class TestCaseCreated(Body):
    """The test case, or the one that the same request made a few minutes ago."""

    test_case_uuid: Uuid


class TestCaseChanged(Body):
    """The version that says so now."""

    test_case_uuid: Uuid
    version: Version


class RunList(Body):
    """The runs of a test case, newest first, of many the newest 200."""

    evaluation_runs: list[AgentRun]


_METRICS = Described(
    "What marks the answers: a list, or an object with the list in `metric_uuids`. Without any it is what "
    "marks the dataset's benchmark.",
    MetricList | MetricObject,
)

OPERATIONS = {
    "create_test_case": Operation(
        _TAG,
        "Create a test case",
        "The same request within ten minutes is answered with the same test case.",
        surface=AGENTS,
        scope=WRITE,
        bodies=(requests.CaseRequest,),
        fields={"metrics": _METRICS},
        request_examples={
            "starred": {
                "name": "support",
                "dataset_uuid": "65e5ab64-ccf0-5307-9b61-16bfd4ca95c3",
                "metrics": ["afeb6cdf-c54f-57b9-96e2-002e02a53965"],
                "star_metric": {
                    "metric_uuid": "afeb6cdf-c54f-57b9-96e2-002e02a53965",
                    "success_threshold_pct": 80,
                },
            }
        },
        answer=TestCaseCreated,
        examples=("case_created",),
    ),
    "list_test_cases": Operation(_TAG, "List test cases", surface=AGENTS, scope=READ, answer=TestCaseList),
    "list_test_cases_of_workspace": Operation(
        _TAG,
        "List the test cases of a workspace",
        "Those that were created with this `workspace_uuid` or `agent_workspace_name`.",
        surface=AGENTS,
        scope=READ,
        parameters=(
            {
                "name": "workspace_uuid",
                "in": "path",
                "required": True,
                "description": "A label of the organization's own.",
                "schema": {"type": "string", "minLength": 1},
            },
        ),
        answer=TestCaseList,
    ),
    "get_test_case": Operation(
        _TAG,
        "Get a test case",
        surface=AGENTS,
        scope=READ,
        query=requests.CaseVersionRequest,
        answer=OneTestCase,
        examples=("case",),
    ),
    "update_test_case": Operation(
        _TAG,
        "Change a test case",
        "Makes the next version, unless nothing changes. What is left out stays.",
        surface=AGENTS,
        scope=WRITE,
        bodies=(requests.CaseChangeRequest,),
        fields={
            "metrics": _METRICS,
            "name": "Another name.",
            "description": "Another description; empty takes it away.",
            "dataset_uuid": "Another dataset.",
            "star_metric": "Another star metric.",
        },
        answer=TestCaseChanged,
        refusals={409: "It was changed meanwhile."},
        examples=("case_changed",),
    ),
    "list_runs_of_test_case": Operation(
        _TAG,
        "List the runs of a test case",
        surface=AGENTS,
        scope=READ,
        query=requests.CaseVersionRequest,
        answer=RunList,
        examples=("run_list",),
    ),
}
