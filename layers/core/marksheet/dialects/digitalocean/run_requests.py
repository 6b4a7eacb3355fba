"""What requests about runs ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from marksheet.dialects.digitalocean.fields import LARGEST_NUMBER, Identifier, Label, read_request
from marksheet.dialects.fields import ModelId
from marksheet.dialects.reading import StrictModel, validate
from marksheet.errors import InvalidRequest, NotFound, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_AGENTS = 20
"""Models that one request may run."""
LARGEST_PAGE = 200
USUAL_PAGE = 20

_ORDINAL = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)

Agents = Annotated[list[ModelId], Field(max_length=MOST_AGENTS)]


class RunRequest(StrictModel):
    """`POST /v2/gen-ai/evaluation_runs`: a run for each agent."""

    test_case_uuid: Identifier
    """What they are asked: the test case's latest version."""
    agent_uuids: Agents = Field(default=[])
    """Ids of registered models."""
    agent_deployment_names: Agents = Field(default=[])
    """The same: models have one kind of id."""
    run_name: Label = ""
    """What the runs are called."""

    @property
    def agents(self) -> tuple[tuple[tuple[str | int, ...], str], ...]:
        """Where in the request each model is named, and its id."""
        fields = (("agent_uuids", self.agent_uuids), ("agent_deployment_names", self.agent_deployment_names))
        return tuple(
            ((field, position), agent) for field, agents in fields for position, agent in enumerate(agents)
        )


class PageRequest(BaseModel):
    """The query of `GET /v2/gen-ai/evaluation_runs/{evaluation_run_uuid}/results`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: int = Field(default=1, ge=1, le=LARGEST_NUMBER)
    """Which page, from 1; there are no prompts on those after the last."""
    per_page: int = Field(default=USUAL_PAGE, ge=1, le=LARGEST_PAGE)
    """Prompts a page."""


def decode_run(body: bytes) -> RunRequest:
    """Which models are to be run on what. Raises InvalidRequest, also for a model that is named twice."""
    request = read_request(RunRequest, body)
    if not 1 <= len(request.agents) <= MOST_AGENTS:
        message = f"name 1 to {MOST_AGENTS} models in agent_uuids and agent_deployment_names together"
        raise InvalidRequest(Problem(("body", "agent_uuids"), message))
    first: dict[str, tuple[str | int, ...]] = {}
    for location, agent in request.agents:
        if agent in first:
            raise InvalidRequest(Problem(("body", *location), f"names {agent!r} again; each model runs once"))
        first[agent] = location
    return request


def decode_page(query: Mapping[str, str]) -> PageRequest:
    """Which page of a run's prompts is asked for. Raises InvalidRequest."""
    return validate(PageRequest, query, "query")


def decode_prompt_id(text: str) -> int:
    """A prompt's number from a path. Raises NotFound for one that cannot be."""
    if not _ORDINAL.fullmatch(text):
        raise NotFound("Prompt", text)
    return int(text)
