"""Any endpoint that speaks OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, llama.cpp, ..."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from marksheet.prompts import messages as prompt
from marksheet.providers import DEFAULT_MAX_IN_FLIGHT, DEFAULT_TIMEOUT_SECONDS, NO_SAMPLING
from marksheet.providers.http import EndpointClient
from marksheet.providers.openai_wire import (
    decode_answer,
    decode_embeddings,
    decode_error,
    encode_chat,
    encode_embeddings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Answer, Question
    from marksheet.errors import ModelError
    from marksheet.providers import Embedding
    from marksheet.providers.http import Response


class OpenAIProvider:
    """One endpoint, with connections of its own; its key goes to the registered base URL and nowhere else."""

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
        self._client = EndpointClient(
            settings["base_url"],
            timeout_seconds=float(settings.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS)),
            max_connections=int(settings.get("max_in_flight", DEFAULT_MAX_IN_FLIGHT)),
            headers={} if secret is None else {"Authorization": f"Bearer {secret}"},
            public_only=not allow_private,
        )

    async def prepare(self, questions: Sequence[Question], trials: int) -> None:
        """Nothing is needed."""

    async def ask(self, question: Question, trial: int) -> Answer:
        """One request. What goes wrong is a `ModelError`, with neither prompt nor key in its message."""
        messages = prompt(self._system_prompt, self._prompt_template, self._settings, question)
        body = encode_chat(self._settings, messages, trial)
        return await self._chat(body, [question.question, *_texts(messages)])

    async def chat(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        trial: int = 1,
        sampling: Mapping[str, Any] = NO_SAMPLING,
    ) -> Answer:
        """One request with these messages and nothing else. Raises as `ask` does."""
        return await self._chat(encode_chat(self._settings, messages, trial, sampling), _texts(messages))

    async def embed(self, texts: Sequence[str]) -> Embedding:
        """One request for the vectors of these texts. Raises as `ask` does."""
        response = await self._client.post("/embeddings", encode_embeddings(self._settings, texts))
        if response.status == 200:
            return decode_embeddings(response.body, len(texts), response.latency_seconds)
        raise self._error(response, texts)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _chat(self, body: bytes, asked: Sequence[str]) -> Answer:
        response = await self._client.post("/chat/completions", body)
        if response.status == 200:
            return decode_answer(response.body, response.latency_seconds)
        raise self._error(response, asked)

    def _error(self, response: Response, asked: Sequence[str]) -> ModelError:
        return decode_error(
            response.status,
            response.headers.get("Retry-After"),
            response.body,
            asked=asked,
            secret=self._secret,
            now=datetime.now(UTC),
        )


def _texts(messages: Sequence[Mapping[str, str]]) -> list[str]:
    return [message["content"] for message in messages]
