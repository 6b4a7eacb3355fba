"""The API function as the gateway calls it, with its events from files over the use cases and moto."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from grading_api.handler import handler

from tests.functions.calling import Answer, send

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def event(load_event: Callable[[str, str], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An event file's content; keyword arguments replace its top-level fields."""

    def load(case: str, **changes: Any) -> dict[str, Any]:
        return load_event("grading_api", case) | changes

    return load


@pytest.fixture
def call() -> Callable[[dict[str, Any]], Answer]:
    """Sends an event through the function."""
    return lambda event: send(handler, event)
