"""Metrics of test cases, and what they say of runs and prompts."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from marksheet_openapi.bodies import Body, absent
from marksheet_openapi.operations import READ, Operation
from marksheet_openapi.surfaces import AGENTS

Uuid = Annotated[
    str,
    Field(
        pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        json_schema_extra={"format": "uuid"},
    ),
]
Text64 = Annotated[str, Field(pattern="^[0-9]{1,20}$")]
"""An unsigned number of 64 bits as text."""
ValueType = Literal["METRIC_VALUE_TYPE_NUMBER", "METRIC_VALUE_TYPE_STRING"]


class AgentMetric(Body):
    """A scorer. Its values are from 0 to 1, the higher the better."""

    metric_uuid: Uuid
    """The same in every organization."""
    metric_name: str
    description: str
    metric_type: Literal["METRIC_TYPE_GENERAL_QUALITY"]
    category: Literal[
        "METRIC_CATEGORY_CORRECTNESS",
        "METRIC_CATEGORY_USER_OUTCOMES",
        "METRIC_CATEGORY_SAFETY_AND_SECURITY",
        "METRIC_CATEGORY_MODEL_FIT",
    ]
    metric_value_type: Literal["METRIC_VALUE_TYPE_NUMBER"]
    inverted: Literal[False]
    range_min: Annotated[float, Field(ge=0, le=0)]
    range_max: Annotated[float, Field(ge=1, le=1)]
    metric_rank: Annotated[int, Field(ge=1)]
    """Its place in the list."""
    is_metric_goal: Literal[True]
    """Whether it can be a star metric."""
    evaluation_scope: Literal["EVALUATION_SCOPE_AGENT"]
    source: Literal["EVALUATION_METRIC_SOURCE_BUILTIN"]


class AgentMetricList(Body):
    """The metrics that a test case can choose."""

    metrics: list[AgentMetric]


class MetricResult(Body):
    """What a metric says: a number or words, or why it says nothing."""

    metric_uuid: Uuid
    metric_name: str
    metric_value_type: ValueType
    number_value: float = absent()
    string_value: str = absent()
    reasoning: str = absent()
    error_description: str = absent()
    status: Literal["EVALUATION_METRIC_RESULT_STATUS_COMPLETED", "EVALUATION_METRIC_RESULT_STATUS_FAILED"]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        told: list[Any] = [self.number_value, self.string_value, self.error_description]
        assert sum(each is not None for each in told) == 1, "a number, words, or an error"
        assert (self.error_description is not None) == self.status.endswith("FAILED")
        assert (self.string_value is not None) == self.metric_value_type.endswith("STRING")
        return self


OPERATIONS = {
    "list_metrics": Operation(
        "Agent evaluations",
        "List the metrics of test cases",
        "Scorers that need no options; those that do are used through a benchmark that has them.",
        surface=AGENTS,
        scope=READ,
        answer=AgentMetricList,
    ),
}
