"""The API function as the gateway calls it, with its events from files and its use cases played or real."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools import Logger
from evaluations_api import benchmarks, evaluations, models, results, schedules
from evaluations_api.handler import handler

from tests import contract

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Answer:
    """What the gateway would send on."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class PlayedUseCase:
    """Stands where a use case is: gives back or raises what it was told, and remembers how it was called."""

    result: Any
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def __call__(self, _app: object, *arguments: Any, **options: Any) -> Any:
        self.calls.append((arguments, options))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def event(load_event: Callable[[str, str], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An event file's content; keyword arguments replace its top-level fields."""

    def load(case: str, **changes: Any) -> dict[str, Any]:
        return load_event("evaluations_api", case) | changes

    return load


@pytest.fixture
def call() -> Callable[[dict[str, Any]], Answer]:
    """Sends an event through the function, and its response through JSON, as the gateway does.

    Every answer is held against the OpenAPI document.
    """

    def send(event: dict[str, Any]) -> Answer:
        response = json.loads(json.dumps(handler(event, None)))
        body = response["body"] or ""
        content = base64.b64decode(body) if response["isBase64Encoded"] else body.encode()
        contract.check(
            event["requestContext"]["http"]["method"],
            event["rawPath"],
            response["statusCode"],
            response["headers"],
            content,
        )
        return Answer(response["statusCode"], response["headers"], content)

    return send


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function logs, as JSON lines."""
    stream = io.StringIO()
    # A name of its own: loggers of one name share their handlers for the life of the process.
    fresh = Logger(service=f"test-{id(stream)}", stream=stream)
    monkeypatch.setattr("evaluations_api.handler.logger", lambda: fresh)
    return stream


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
