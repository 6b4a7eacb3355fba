"""Requests to a model's endpoint: POSTs over connections that are kept, with limits on time and size, and
what can go wrong with them as `ModelError`.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers.endpoints import check_base_url
from marksheet.providers.public_resolver import AddressRefused, PublicResolver

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RESPONSE_BYTES = 8 << 20
"""Most of an answer that is read, before and after decompression."""
MAX_ERROR_BYTES = 64 << 10
"""Most of an error's body that is read; the rest is left."""
CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Response:
    """What an endpoint answered: the whole body of a 200, the beginning of any other."""

    status: int
    headers: Mapping[str, str]
    """By name, whatever its case."""
    body: bytes
    latency_seconds: float
    """From sending the request to having read the body."""


class EndpointClient:
    """Connections to one origin.

    What is sent goes to that origin and nowhere else: redirects are not followed, and proxies, cookies and
    passwords of the environment are not used. With `public_only` the base URL must look public and every
    address connected to is checked to be.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_seconds: float,
        max_connections: int,
        headers: Mapping[str, str] | None = None,
        public_only: bool,
    ) -> None:
        self.base_url = base_url
        self._timeout = timeout_seconds
        self._max_connections = max_connections
        self._headers = headers or {}
        self._public_only = public_only
        self._urls: dict[str, URL] = {}
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
        """Send JSON to the base URL followed by `path`, both as they are.

        Raises `TransientModelError` for what may pass (no whole answer within the timeout, no connection, a
        cut one), else `PermanentModelError`. Neither URL nor headers nor body are in its message.
        """
        session = self._session or self._open()
        url = self._urls.get(path) or self._urls.setdefault(path, URL(self.base_url + path, encoded=True))
        began = time.perf_counter()
        try:
            async with (
                asyncio.timeout(self._timeout),
                session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                read = _read_answer if response.status == 200 else _read_error
                content = await read(response)
                return Response(response.status, response.headers, content, time.perf_counter() - began)
        except TimeoutError:
            message = f"the endpoint gave no whole answer within {self._timeout:g} s"
            raise TransientModelError(message, code="timeout") from None
        except (aiohttp.ClientError, OSError) as error:
            # Not chained: what aiohttp raises can carry the request's headers.
            raise _unreachable(error) from None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """The session, made with the first request because it belongs to the running event loop."""
        if self._public_only:
            try:
                check_base_url(self.base_url, allow_private=False)
            except ValueError as error:
                raise _refused(f"the endpoint's URL {error}") from None
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._max_connections,
                resolver=PublicResolver() if self._public_only else ThreadedResolver(),
            ),
            # Identity, because an answer of a few kilobytes costs more to inflate than to receive.
            headers={
                "Content-Type": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": "marksheet",
                **self._headers,
            },
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=min(CONNECT_SECONDS, self._timeout)),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self._session


async def _read_error(response: aiohttp.ClientResponse) -> bytes:
    return await _read_up_to(response, MAX_ERROR_BYTES)


async def _read_answer(response: aiohttp.ClientResponse) -> bytes:
    body = await _read_up_to(response, MAX_RESPONSE_BYTES)
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        body = _inflate(body)
    elif encoding != "identity":
        raise TransientModelError("the endpoint's response has an unknown encoding", code="bad_response")
    if len(body) > MAX_RESPONSE_BYTES:
        raise PermanentModelError(
            f"the endpoint's response is larger than {MAX_RESPONSE_BYTES >> 20} MiB",
            code="response_too_large",
        )
    return body


async def _read_up_to(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, or something between `most` and a network read more of it."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            break
    return bytes(body)


def _inflate(body: bytes) -> bytes:
    """Decompressed, as far as an answer may reach: the rest of a decompression bomb is never made."""
    # 32 + 15: gzip or zlib, whichever its header says, with the largest window.
    inflater = zlib.decompressobj(32 + 15)
    try:
        inflated = inflater.decompress(body, MAX_RESPONSE_BYTES + 1)
    except zlib.error:
        raise TransientModelError(
            "the endpoint's response cannot be decompressed", code="bad_response"
        ) from None
    return inflated


def _unreachable(error: Exception) -> ModelError:
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, AddressRefused):
        return _refused("the endpoint's host has an address that is not public")
    if isinstance(error, aiohttp.ClientSSLError):
        return PermanentModelError("no secure connection to the endpoint is possible", code="tls", fatal=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        return TransientModelError("the endpoint cannot be reached", code="unreachable")
    return TransientModelError("the connection to the endpoint was cut", code="connection_cut")


def _refused(message: str) -> PermanentModelError:
    return PermanentModelError(message, code="endpoint_refused", fatal=True)
