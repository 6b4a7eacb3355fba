"""What requests about test cases ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import unquote

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from marksheet.dialects.digitalocean.fields import Identifier, Label, PathLabel, read_request
from marksheet.dialects.fields import ONE_LINE
from marksheet.dialects.reading import StrictModel, validate
from marksheet.errors import InvalidRequest, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_METRICS = 16

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)]
Description = Annotated[str, Field(max_length=2_000)]


def _listed(value: Any) -> Any:
    """Metrics come as a list when a test case is made, and within an object when it is changed; both are
    taken in both.
    """
    if isinstance(value, dict) and value.keys() == {"metric_uuids"}:
        return value["metric_uuids"]
    if isinstance(value, dict):
        raise PydanticCustomError(
            "list_type", "Input should be a list of UUIDs, or an object whose one field metric_uuids is one"
        )
    return value


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise PydanticCustomError(
            "float_range",
            "Input should be a value from 0 to 1, as metrics have them; success_threshold_pct is in percent",
        )
    return value


Share = Annotated[float, AfterValidator(_share)]
Metrics = Annotated[list[Identifier], Field(max_length=MOST_METRICS), BeforeValidator(_listed)]
"""UUIDs of metrics; their names are taken too."""


class StarMetric(StrictModel):
    """The metric that decides whether a run passes, and from which value on it does."""

    metric_uuid: Label | None = None
    """Its UUID. One of UUID and name is enough."""
    name: Label | None = None
    """Its name, which is only looked at where there is no UUID."""
    success_threshold: Share | None = None
    """A value from 0 to 1, as the metrics have them."""
    success_threshold_pct: Annotated[int, Field(ge=0, le=100)] | None = None
    """The same in percent. One of the two is needed."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not (self.metric_uuid or self.name):
            raise PydanticCustomError("missing", "Field required: metric_uuid or name")
        if (self.success_threshold is None) == (self.success_threshold_pct is None):
            raise PydanticCustomError(
                "value_error", "Input should have one of success_threshold (0 to 1) and success_threshold_pct"
            )
        return self

    @property
    def threshold(self) -> float:
        """From 0 to 1."""
        if self.success_threshold is not None:
            return self.success_threshold
        return (self.success_threshold_pct or 0) / 100


class CaseRequest(StrictModel):
    """`POST /v2/gen-ai/evaluation_test_cases`."""

    name: Name
    """What it is called; several may have one name."""
    dataset_uuid: Identifier
    """What models are asked."""
    description: Description = ""
    """What it is for."""
    metrics: Metrics = Field(default=[])
    """What marks the answers; without any, what the dataset's benchmark is marked with."""
    star_metric: StarMetric | None = None
    """What decides whether a run passes."""
    workspace_uuid: PathLabel = ""
    """A label to list test cases by."""
    agent_workspace_name: Label = ""
    """Another one, in the same list."""


class CaseChangeRequest(StrictModel):
    """`PUT /v2/gen-ai/evaluation_test_cases/{test_case_uuid}`: what is left out stays."""

    test_case_uuid: Label = ""
    """That of the path, if it is told again."""
    name: Name | None = None
    dataset_uuid: Identifier | None = None
    description: Description | None = None
    metrics: Metrics | None = None
    star_metric: StarMetric | None = None


class CaseVersionRequest(BaseModel):
    """The query of routes that look at a version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    evaluation_test_case_version: int | None = Field(default=None, ge=1, le=999_999)
    """A version's number; without it the latest one, or the runs of all."""


def decode_case(body: bytes) -> CaseRequest:
    """A test case that is to be made. Raises InvalidRequest."""
    return read_request(CaseRequest, body)


def decode_case_change(body: bytes, case_id: str) -> CaseChangeRequest:
    """What is to be changed of a test case. Raises InvalidRequest."""
    request = read_request(CaseChangeRequest, body)
    if request.test_case_uuid not in ("", case_id):
        message = "is not the test case of the path; leave it out"
        raise InvalidRequest(Problem(("body", "test_case_uuid"), message))
    return request


def decode_label(text: str) -> str:
    """A label from a path, percent-encoded or not."""
    return unquote(text)


def decode_case_version(query: Mapping[str, str]) -> int | None:
    """Which version is asked for. Raises InvalidRequest."""
    return validate(CaseVersionRequest, query, "query").evaluation_test_case_version
