"""What arrives at the stub service, and what it answers."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Request(NamedTuple):
    """What arrived."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Reply(NamedTuple):
    """What is answered."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012
