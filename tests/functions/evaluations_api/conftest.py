"""The API function as the gateway calls it, with its events from files and its use cases played or real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from evaluations_api import benchmarks, evaluations, models, results, schedules
from evaluations_api.handler import handler

from tests.functions.calling import Answer, PlayedUseCase, send

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def event(load_event: Callable[[str, str], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An event file's content; keyword arguments replace its top-level fields."""

    def load(case: str, **changes: Any) -> dict[str, Any]:
        return load_event("evaluations_api", case) | changes

    return load


@pytest.fixture
def call() -> Callable[[dict[str, Any]], Answer]:
    """Sends an event through the function."""
    return lambda event: send(handler, event)


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Puts an application where the routes find theirs."""

    def put(app: Any) -> None:
        for routes in (benchmarks, evaluations, results, models, schedules):
            monkeypatch.setattr(routes, "application", lambda: app)

    return put


@pytest.fixture
def play(
    monkeypatch: pytest.MonkeyPatch, application: Callable[[Any], None]
) -> Callable[[str, Any], PlayedUseCase]:
    """Puts a played use case in the place of `<module>.<function>` of the core."""
    application(None)

    def put(name: str, result: Any) -> PlayedUseCase:
        played = PlayedUseCase(result)
        monkeypatch.setattr(f"marksheet.{name}", played)
        return played

    return put
