"""Models of Amazon Bedrock, by Converse, with the function's own role and no key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from marksheet.errors import PermanentModelError
from marksheet.prompts import messages as prompt
from marksheet.providers import DEFAULT_MAX_IN_FLIGHT, DEFAULT_TIMEOUT_SECONDS, NO_SAMPLING
from marksheet.providers.bedrock_wire import (
    converse_path,
    decode_converse,
    decode_embeddings,
    decode_error,
    embeds,
    encode_converse,
    encode_embedding,
    invoke_path,
)
from marksheet.providers.http import EndpointClient
from marksheet.signing import Signer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Answer, Question
    from marksheet.errors import ModelError
    from marksheet.providers import Embedding
    from marksheet.providers.http import Response


class BedrockProvider:
    """One model in one Region, with connections of its own.

    `endpoint` is where Bedrock is; empty for AWS's own.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        system_prompt: str | None,
        prompt_template: str | None,
        endpoint: str,
    ) -> None:
        self._settings = settings
        self._system_prompt = system_prompt
        self._prompt_template = prompt_template
        self._model: str = settings["model"]
        self._signer = Signer("bedrock", settings.get("region"))
        self._client = EndpointClient(
            endpoint.rstrip("/") or f"https://bedrock-runtime.{self._signer.region}.amazonaws.com",
            timeout_seconds=float(settings.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS)),
            max_connections=int(settings.get("max_in_flight", DEFAULT_MAX_IN_FLIGHT)),
            # The host is not a tenant's choice, and has a private address where a VPC has an endpoint for it.
            public_only=False,
        )

    async def prepare(self, questions: Sequence[Question], trials: int) -> None:
        """Nothing is needed."""

    async def ask(self, question: Question, trial: int) -> Answer:
        """One request; Converse has no seed, so trials differ by the model's temperature alone. What goes
        wrong is a `ModelError`, with neither prompt nor credential nor ARN in its message.
        """
        messages = prompt(self._system_prompt, self._prompt_template, self._settings, question)
        body = encode_converse(self._settings, messages)
        return await self._converse(body, [question.question, *_texts(messages)])

    async def chat(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        trial: int = 1,
        sampling: Mapping[str, Any] = NO_SAMPLING,
    ) -> Answer:
        """One request with these messages and nothing else; Converse has neither seed nor reasoning effort.
        Raises as `ask` does.
        """
        return await self._converse(
            encode_converse({**self._settings, **sampling}, messages), _texts(messages)
        )

    async def embed(self, texts: Sequence[str]) -> Embedding:
        """A request for each text, one after the other, as Titan takes them. Raises as `ask` does."""
        if not embeds(self._model):
            raise PermanentModelError(
                "of Bedrock's models only Amazon Titan's text embeddings can embed here",
                code="no_embeddings",
                fatal=True,
            )
        path = invoke_path(self._model)
        responses = []
        for text in texts:
            response = await self._post(path, encode_embedding(self._settings, text))
            if response.status != 200:
                raise _error(response, [text])
            responses.append(response)
        return decode_embeddings(
            [response.body for response in responses],
            sum(response.latency_seconds for response in responses),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _converse(self, body: bytes, asked: Sequence[str]) -> Answer:
        response = await self._post(converse_path(self._model), body)
        if response.status == 200:
            return decode_converse(response.body, response.latency_seconds)
        raise _error(response, asked)

    async def _post(self, path: str, body: bytes) -> Response:
        return await self._client.post(path, body, self._signer.sign(self._client.base_url + path, body))


def _error(response: Response, asked: Sequence[str]) -> ModelError:
    return decode_error(response.status, response.headers, response.body, asked=asked, now=datetime.now(UTC))


def _texts(messages: Sequence[Mapping[str, str]]) -> list[str]:
    return [message["content"] for message in messages]
