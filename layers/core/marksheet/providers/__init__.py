"""How models are reached: one small Protocol, a settings check, and a door that imports only what it must."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from marksheet.domain import Answer, Benchmark, Model, ProviderName, Question

Read = Callable[[str, int | None, int | None], bytes]
"""A stored object's bytes from a position up to another (None, None: all of them). `KeyError` when absent."""

DEFAULT_MAX_IN_FLIGHT = 50
DEFAULT_MAX_ATTEMPTS = 6
DEFAULT_TIMEOUT_SECONDS = 60.0
NO_SAMPLING: Mapping[str, Any] = MappingProxyType({})
"""The model's settings hold as they are."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """What a provider brings back for texts to be compared."""

    vectors: Sequence[Sequence[float]]
    """One for each text, in the texts' order; finite numbers, all of one dimension."""
    latency_seconds: float | None = None
    prompt_tokens: int | None = None
    attempts: int = 1
    """Calls made for it, the successful one included."""


class Provider(Protocol):
    """Asks one model. Every call is one attempt; `calling.Calls` decides about further ones.

    What goes wrong is a `TransientModelError` or a `PermanentModelError`.
    """

    async def prepare(self, questions: Sequence[Question], trials: int) -> None:
        """Load what these trials need. Earlier calls' questions may still be asked, each trial once."""

    async def ask(self, question: Question, trial: int) -> Answer:
        """One attempt at a prepared question."""
        ...

    async def chat(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        trial: int = 1,
        sampling: Mapping[str, Any] = NO_SAMPLING,
    ) -> Answer:
        """One attempt at a conversation, each message with `role` (system, user, assistant) and `content`.

        `sampling` has settings that hold for this attempt, in place of the model's own: `temperature`,
        `top_p`, `seed`, `max_tokens`, `reasoning_effort`. What the provider does not know is left out.
        """
        ...

    async def embed(self, texts: Sequence[str]) -> Embedding:
        """One attempt at the vectors of some texts."""
        ...

    async def close(self) -> None:
        """Let connections go. The provider is not used afterwards."""


def validate_settings(
    provider: ProviderName,
    settings: Mapping[str, Any],
    *,
    allow_private: bool,
    location: tuple[str | int, ...],
) -> dict[str, Any]:
    """The settings of a model as they are stored: checked, defaults filled in, values that are None left out.

    `allow_private` permits endpoints that are not on the public internet. Raises `InvalidRequest` with a
    problem per field, each at `location` and the field's path.
    """
    # pydantic is a third of a worker's start, and workers only read settings that were checked here.
    from marksheet.providers.model_settings import validate

    return validate(provider, settings, allow_private=allow_private, location=location)


def open_provider(
    model: Model,
    *,
    benchmark: Benchmark | None = None,
    secret: str | None,
    read: Read,
    allow_private: bool,
    bedrock_endpoint: str = "",
) -> Provider:
    """The provider of a registered model; `secret` is the endpoint's key and is held in memory only. The
    `benchmark` says how its questions are put; who only talks or embeds needs none.

    `bedrock_endpoint` is where Bedrock is on a laptop; without `allow_private` it is always AWS's.
    """
    system_prompt = benchmark.system_prompt if benchmark else None
    prompt_template = benchmark.prompt_template if benchmark else None
    match model.provider:
        case ProviderName.BEDROCK:
            from marksheet.providers.bedrock import BedrockProvider

            return BedrockProvider(
                model.settings,
                system_prompt=system_prompt,
                prompt_template=prompt_template,
                endpoint=bedrock_endpoint if allow_private else "",
            )
        case ProviderName.OPENAI:
            from marksheet.providers.openai import OpenAIProvider

            return OpenAIProvider(
                model.settings,
                system_prompt=system_prompt,
                prompt_template=prompt_template,
                secret=secret,
                allow_private=allow_private,
            )
        case ProviderName.RECORDED:
            from marksheet.providers.recorded import RecordedProvider

            return RecordedProvider(model.answers_key, read)
