"""An API function called as the gateway calls it, every answer held against the OpenAPI document."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests import contract


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


def send(handler: Callable[[Any, Any], Mapping[str, Any]], event: dict[str, Any]) -> Answer:
    """What becomes of an event, and its response through JSON."""
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
