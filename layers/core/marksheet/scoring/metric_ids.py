"""Metrics by UUID, and which scorers are a metric by their name alone."""

from __future__ import annotations

import uuid
from functools import cache

from marksheet.domain import ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring.table import SCORERS, build

_NAMESPACE = uuid.UUID("6d61726b-7368-4565-8074-2e6d65747269")


@cache
def metric_id(name: str) -> str:
    """The UUID (version 5) that stands for a metric: the same everywhere and always."""
    return str(uuid.uuid5(_NAMESPACE, name))


@cache
def scorers_without_options() -> tuple[str, ...]:
    """The scorers that need no option, such as a judge's model, to be said."""
    return tuple(name for name in SCORERS if _needs_nothing(name))


def _needs_nothing(name: str) -> bool:
    try:
        build(ScorerSpec(name))
    except InvalidRequest:
        return False
    return True
