"""Any endpoint that speaks OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, llama.cpp, ..."""

from __future__ import annotations

import asyncio
import time
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.resolver import ThreadedResolver

from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.prompts import messages
from marksheet.providers import DEFAULT_MAX_IN_FLIGHT, DEFAULT_TIMEOUT_SECONDS
from marksheet.providers.endpoints import check_base_url
from marksheet.providers.openai_wire import decode_answer, decode_error, encode_request
from marksheet.providers.public_resolver import AddressRefused, PublicResolver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Answer, Question

MAX_RESPONSE_BYTES = 8 << 20
"""Most of an answer that is read, before and after decompression."""
MAX_ERROR_BYTES = 64 << 10
"""Most of an error's body that is read; the rest is left."""
CONNECT_SECONDS = 10.0


class OpenAIProvider:
    """One endpoint, with connections of its own.

    The key goes to the registered base URL and nowhere else: redirects are not followed and proxies of the
    environment are not used. Unless `allow_private`, every address connected to is checked to be public.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        system_prompt: str | None,
        prompt_template: str | None,
        secret: str | None,
        allow_private: bool,
    ) -> None:
        self._settings = settings
        self._system_prompt = system_prompt
        self._prompt_template = prompt_template
        self._secret = secret
        self._allow_private = allow_private
        self._url = f"{settings['base_url']}/chat/completions"
        self._timeout = float(settings.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS))
        self._session: aiohttp.ClientSession | None = None

    async def prepare(self, questions: Sequence[Question], trials: int) -> None:
        """Nothing is needed."""

    async def ask(self, question: Question, trial: int) -> Answer:
        """One request. What goes wrong is a `ModelError`, with neither prompt nor key in its message."""
        asked = messages(self._system_prompt, self._prompt_template, self._settings, question)
        session = self._session or self._open()
        began = time.perf_counter()
        try:
            async with (
                asyncio.timeout(self._timeout),
                session.post(
                    self._url, data=encode_request(self._settings, asked, trial), allow_redirects=False
                ) as response,
            ):
                if response.status == 200:
                    body = await _read_answer(response)
                    return decode_answer(body, time.perf_counter() - began)
                body = await _read_up_to(response, MAX_ERROR_BYTES)
        except TimeoutError:
            message = f"the endpoint gave no whole answer within {self._timeout:g} s"
            raise TransientModelError(message, code="timeout") from None
        except (aiohttp.ClientError, OSError) as error:
            # Not chained: what aiohttp raises can carry the request's headers.
            raise _unreachable(error) from None
        raise decode_error(
            response.status,
            response.headers.get("Retry-After"),
            body,
            asked=[question.question, *(message["content"] for message in asked)],
            secret=self._secret,
            now=datetime.now(UTC),
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """The session, made with the first question because it belongs to the running event loop."""
        if not self._allow_private:
            try:
                check_base_url(self._settings["base_url"], allow_private=False)
            except ValueError as error:
                raise _refused(f"the endpoint's URL {error}") from None
        # Identity, because an answer of a few kilobytes costs more to inflate than to receive.
        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "marksheet",
        }
        if self._secret is not None:
            headers["Authorization"] = f"Bearer {self._secret}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=int(self._settings.get("max_in_flight", DEFAULT_MAX_IN_FLIGHT)),
                resolver=ThreadedResolver() if self._allow_private else PublicResolver(),
            ),
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=min(CONNECT_SECONDS, self._timeout)),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self._session


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
