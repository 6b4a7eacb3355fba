"""Events as files, a context as Lambda gives one, and the deployment on moto behind `application()`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from marksheet import application as application_module
from marksheet.application import Application, application

EVENTS = Path(__file__).resolve().parents[2] / "events"


@pytest.fixture
def load_event() -> Callable[[str, str], dict[str, Any]]:
    """An event file by function and case."""

    def load(function: str, case: str) -> dict[str, Any]:
        event: dict[str, Any] = json.loads((EVENTS / function / f"{case}.json").read_text())
        return event

    return load


class Context:
    """What Lambda hands to a handler beside the event."""

    function_name = "marksheet-test"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:marksheet-test"
    aws_request_id = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def deployed(app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """Makes `application()` give the deployment on moto to every handler."""
    application.cache_clear()
    monkeypatch.setattr(application_module, "build", lambda settings: app)
    monkeypatch.setenv("TABLE_NAME", app.settings.table_name)
    monkeypatch.setenv("BUCKET_NAME", app.settings.bucket_name)
    yield app
    application.cache_clear()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What an API function logs, as JSON lines."""
    stream = io.StringIO()
    # A name of its own: loggers of one name share their handlers for the life of the process.
    fresh = Logger(service=f"test-{id(stream)}", stream=stream)
    monkeypatch.setattr("surfaces.logger", lambda: fresh)
    return stream
