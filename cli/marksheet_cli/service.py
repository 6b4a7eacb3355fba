"""One deployment, seen by one API key: how requests are sent, repeated and answered.

The clients of the surfaces build on it: `client` (/api/v3), `grading_client` and `dataset_client` (/v1).
A method of theirs sends one request and gives back the decoded JSON body, or the rows of a list over all its
pages; what goes wrong becomes a CommandError with the exit code that fits. Files travel in `transfers`.
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.refusals import Json, decode, unreachable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from typing import Self

    from marksheet_cli.connection import Connection

REPEATED_AFTER_SECONDS = (0.5, 2.0)
"""Pauses before a request that may be repeated is sent again."""
LONGEST_RETRY_AFTER_SECONDS = 30.0
TIMEOUT = httpx.Timeout(35.0, connect=10.0)
"""API Gateway itself gives up after 30 s."""
PAGE = 100
"""Rows asked for at once, where a list has pages."""
_WORTH_REPEATING = frozenset({429, 502, 503, 504})


@functools.cache
def trusted_certificates() -> ssl.SSLContext:
    """What connections are checked against; reading it takes longer than a small request."""
    return httpx.create_ssl_context()


class Service:
    """The base of the clients. Use as a context manager."""

    def __init__(self, connection: Connection, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.connection = connection
        self._sleep = sleep
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {connection.api_key}", "Accept": "application/json"},
            timeout=TIMEOUT,
            trust_env=not connection.loopback,
            verify=trusted_certificates(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def _send(self, method: str, path: str, *, repeatable: bool | None = None, **request: Any) -> Json:
        """Send, repeat what may be repeated, and decode. Raises CommandError."""
        may_repeat = method == "GET" if repeatable is None else repeatable
        for pause in self._pauses() if may_repeat else (None,):
            try:
                response = self._http.request(method, self.connection.url + path, **request)
            except httpx.ConnectError as error:
                raise unreachable(self.connection.url, error) from error
            except httpx.RequestError as error:
                if pause is None:
                    raise unreachable(self.connection.url, error) from error
                self._sleep(pause)
                continue
            except UnicodeEncodeError as error:
                message = f"{error.object[error.start : error.end]!r} is no character that can be sent"
                raise CommandError(message, code=ExitCode.USAGE) from error
            if response.status_code not in _WORTH_REPEATING or pause is None:
                return decode(response)
            self._sleep(_retry_after(response, pause))
        raise AssertionError("the last pause is None")

    def _all_rows(self, path: str, name: str) -> list[Json]:
        """The rows of a list that has pages, from the first page to the last. Raises CommandError."""
        rows: list[Json] = []
        query: dict[str, Any] = {"limit": PAGE}
        while True:
            page = self._send("GET", path, params=query)
            rows += rows_of(page, name)
            token = page.get("next_page_token")
            if not token:
                return rows
            query = {"limit": PAGE, "page_token": token}

    def _open(
        self, path: str, query: Mapping[str, str] | None = None
    ) -> AbstractContextManager[httpx.Response]:
        """A file's answer, opened: 200 with the file, or 307 to where it lies; never followed."""
        return self._http.stream("GET", self.connection.url + path, params=query, follow_redirects=False)

    @staticmethod
    def _pauses() -> Iterator[float | None]:
        yield from REPEATED_AFTER_SECONDS
        yield None


def rows_of(body: Json, name: str) -> list[Json]:
    """A list of the answer. Raises CommandError (UNAVAILABLE) where it has none of this name."""
    rows = body.get(name)
    if isinstance(rows, list):
        return [row for row in rows if isinstance(row, dict)]
    raise CommandError(
        f"the service's answer has no list {name!r}",
        hint="is the deployment older or newer than this command?",
        code=ExitCode.UNAVAILABLE,
    )


def segment(identifier: str) -> str:
    """An identifier as one path segment, which can neither be empty nor lead elsewhere."""
    if not identifier.strip("."):
        raise CommandError(f"{identifier!r} is no identifier", code=ExitCode.USAGE)
    return quote(identifier, safe=":")


def _retry_after(response: httpx.Response, otherwise: float) -> float:
    try:
        asked = float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return otherwise
    return min(max(asked, 0.0), LONGEST_RETRY_AFTER_SECONDS)
