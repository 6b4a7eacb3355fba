"""The API function as the gateway calls it, with its events from files over the use cases and moto."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from traces_api.handler import handler

from marksheet.keys import create_key
from tests.functions.calling import Answer, send
from tests.functions.traces_api.weave_project import WeaveProject

if TYPE_CHECKING:
    from collections.abc import Callable

    from marksheet.application import Application


@pytest.fixture
def event(load_event: Callable[[str, str], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An event file's content; keyword arguments replace its top-level fields."""

    def load(case: str, **changes: Any) -> dict[str, Any]:
        return load_event("traces_api", case) | changes

    return load


@pytest.fixture
def call() -> Callable[[dict[str, Any]], Answer]:
    """Sends an event through the function."""
    return lambda event: send(handler, event)


@pytest.fixture
def project(deployed: Application) -> WeaveProject:
    """A project of the organization `acme`, and a key for it."""
    return WeaveProject(create_key(deployed.store, organization="acme", now=datetime.now(UTC)).key)


@pytest.fixture
def stranger_project(deployed: Application) -> WeaveProject:
    """The project of the same name of another organization."""
    key = create_key(deployed.store, organization="umbrella", now=datetime.now(UTC)).key
    return WeaveProject(key, entity="umbrella")
