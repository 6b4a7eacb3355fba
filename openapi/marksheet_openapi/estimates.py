"""What an evaluation would take, and what it may."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from marksheet_openapi.bodies import Body, Count, Dollars, Identifier, Seconds


class ModelEstimate(Body):
    """What one model would take."""

    model_id: Identifier
    role: str
    """What it is asked for: answers, or marks."""
    calls: Count
    prompt_tokens: Count
    completion_tokens: Count
    cost_usd: Dollars | None
    seconds: Seconds
    based_on: str | None
    """The evaluation that the figures are taken from."""


class Estimate(Body):
    """What an evaluation would take. Nothing was created, and no model was called."""

    dry_run: Literal[True]
    benchmark_id: Identifier
    benchmark_version: Annotated[int, Field(ge=1)]
    questions: Count
    trials: Count
    calls: Count
    prompt_tokens: Count
    completion_tokens: Count
    cost_usd: Dollars | None
    """Null where a model has no price."""
    unpriced: list[Identifier]
    """The models that have none."""
    seconds: Seconds
    models: list[ModelEstimate]
    message: str


class Budget(Body):
    """What models and judges may cost together, and what they did."""

    max_cost_usd: Dollars
    spent_usd: Dollars
