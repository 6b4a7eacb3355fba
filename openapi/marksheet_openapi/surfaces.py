"""The surfaces of the API: which function answers, and how each says what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marksheet_openapi.bodies import AgentsError, Error, GradingError, Problems, Reason

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Surface:
    """One dialect's way to refuse."""

    prefix: str
    """Before the names of its shared answers."""
    error: type[BaseModel]
    invalid: type[BaseModel]
    """Of a request that is wrong."""
    invalid_status: int
    scheme: str
    """Of the key, in the answer to a request without a good one."""
    golden: str
    """The folder of its golden files."""


NUGEN = Surface("", Error, Problems, 422, "Bearer", "nugen")
GRADING = Surface("Grading", GradingError, GradingError, 400, "Api-Key", "doteval")
TRACES = Surface("Traces", Reason, Problems, 422, 'Basic realm="marksheet"', "weave")
AGENTS = Surface("Agents", AgentsError, AgentsError, 400, "Bearer", "digitalocean")
SURFACES = (NUGEN, GRADING, TRACES, AGENTS)
