"""Runs of agents, which are models here, and their prompts: what their routes take and answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from marksheet.dialects.digitalocean import run_requests as requests
from marksheet_openapi.agent_metrics import MetricResult, Text64, Uuid
from marksheet_openapi.bodies import Body, CallIdentifier, Count, Identifier, Time, absent
from marksheet_openapi.operations import READ, WRITE, Operation
from marksheet_openapi.surfaces import AGENTS

_TAG = "Agent evaluations"
Version = Annotated[int, Field(ge=1)]
RunStatus = Literal[
    "EVALUATION_RUN_QUEUED",
    "EVALUATION_RUN_RUNNING_DATASET",
    "EVALUATION_RUN_EVALUATING_RESULTS",
    "EVALUATION_RUN_CANCELLED",
    "EVALUATION_RUN_SUCCESSFUL",
    "EVALUATION_RUN_PARTIALLY_SUCCESSFUL",
    "EVALUATION_RUN_FAILED",
]
PagePath = Annotated[str, Field(pattern=r"^/v2/gen-ai/[^?]+\?page=[0-9]+&per_page=[0-9]+$")]


class AgentRun(Body):
    """A model over a dataset, wherever it was started; what says nothing is left out."""

    evaluation_run_uuid: CallIdentifier
    run_name: str = absent()
    status: RunStatus
    error_description: str = absent()
    agent_uuid: Identifier
    """The model's id, which is its name as well."""
    agent_name: Identifier
    agent_deployment_name: Identifier
    queued_at: Time
    started_at: Time = absent()
    finished_at: Time = absent()
    run_level_metric_results: list[MetricResult] = absent()
    """Once there are results."""
    test_case_uuid: Uuid = absent()
    """Of a run that was started from one, as are the next fields."""
    test_case_name: str = absent()
    test_case_description: str = absent()
    test_case_version: Version = absent()
    evaluation_test_case_workspace_uuid: str = absent()
    star_metric_result: MetricResult = absent()
    pass_status: bool = absent()
    """Whether the star metric reaches its threshold; absent where that cannot be said."""


class OneRun(Body):
    """A run."""

    evaluation_run: AgentRun


class RunsStarted(Body):
    """A run for each model: those of `agent_uuids` in their order, then those of `agent_deployment_names`."""

    evaluation_run_uuids: Annotated[list[Uuid], Field(min_length=1)]


class PromptChunk(Body):
    """A part of the context of a question."""

    text: str
    source_name: str = absent()
    """The document it was cited from."""
    index_uuid: Identifier = absent()
    """That document's dataset."""
    chunk_used: bool = absent()
    """Whether the answer has any of its words; absent without an answer."""
    chunk_usage_pct: Annotated[float, Field(ge=0, le=100)] = absent()


class Prompt(Body):
    """A question with the first answer to it, and its values over all answers."""

    prompt_id: Annotated[int, Field(ge=1)]
    input: str
    ground_truth: str = absent()
    output: str = absent()
    """Absent where nothing was answered."""
    input_tokens: Text64 = absent()
    output_tokens: Text64 = absent()
    prompt_chunks: list[PromptChunk] = absent()
    prompt_level_metric_results: list[MetricResult]
    trace_id: str
    """Of the trial, on the surface of traces."""


class OnePrompt(Body):
    """A prompt."""

    prompt: Prompt


class PageLinks(Body):
    """Paths below the API's address, with their queries."""

    first: PagePath
    last: PagePath
    next: PagePath = absent()
    previous: PagePath = absent()


class Links(Body):
    """Of the other pages."""

    pages: PageLinks


class Meta(Body):
    """Where this page is."""

    page: Annotated[int, Field(ge=1)]
    pages: Count
    total: Count
    """Prompts there are; none before the run has results."""


class PromptPage(Body):
    """A page of a run's prompts, in the order of the dataset."""

    evaluation_run: AgentRun
    prompts: list[Prompt]
    links: Links
    meta: Meta


OPERATIONS = {
    "create_runs": Operation(
        _TAG,
        "Run models on a test case",
        "An evaluation for each. The same request within ten minutes is answered with the same runs; another "
        "`run_name` makes it another request.",
        surface=AGENTS,
        scope=WRITE,
        bodies=(requests.RunRequest,),
        request_examples={
            "two": {
                "test_case_uuid": "019b7ca9-8ca0-774e-9ba1-bcabc8446f25",
                "agent_uuids": ["llama", "gpt"],
                "run_name": "nightly",
            }
        },
        answer=RunsStarted,
        refusals={409: "A run that the same request started some minutes ago was deleted."},
        examples=("runs_started",),
    ),
    "get_run": Operation(
        _TAG,
        "Get a run",
        surface=AGENTS,
        scope=READ,
        answer=OneRun,
        examples=("run_over", "run_queued"),
    ),
    "list_prompts": Operation(
        _TAG,
        "List the prompts of a run with their results",
        "There are none before the run has results.",
        surface=AGENTS,
        scope=READ,
        query=requests.PageRequest,
        answer=PromptPage,
        refusals={413: "The prompts of this page do not fit an answer; ask for fewer."},
        examples=("results_page",),
    ),
    "get_prompt": Operation(
        _TAG,
        "Get the result of a prompt",
        surface=AGENTS,
        scope=READ,
        parameters=(
            {
                "name": "prompt_id",
                "in": "path",
                "required": True,
                "description": "The question's place in the dataset, from 1.",
                "schema": {"type": "integer", "minimum": 1},
            },
        ),
        answer=OnePrompt,
        refusals={413: "The prompt does not fit an answer."},
        examples=("prompt",),
    ),
}
