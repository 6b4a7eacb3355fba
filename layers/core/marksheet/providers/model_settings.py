"""The settings a model may be registered with, by provider."""

from __future__ import annotations

import re
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)

from marksheet.domain import ProviderName
from marksheet.errors import InvalidRequest, Problem
from marksheet.prices import PROMPT_PRICE
from marksheet.providers import DEFAULT_MAX_ATTEMPTS, DEFAULT_MAX_IN_FLIGHT, DEFAULT_TIMEOUT_SECONDS
from marksheet.providers.endpoints import check_base_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

MAX_EXTRA_BODY_BYTES = 8 << 10
MAX_SYSTEM_PROMPT_CHARACTERS = 64 << 10
MAX_PRICE = 100_000

_OWN_BODY_FIELDS = frozenset(
    {
        *("model", "messages", "stream", "n", "temperature", "top_p", "max_tokens", "seed", "stop"),
        *("input", "encoding_format"),
    }
)
_PRICE = re.compile(r"\d{1,6}(\.\d{1,9})?", re.ASCII)
_BEDROCK_MODEL = r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$"
_REGION = r"^[a-z]{2}(-[a-z]+){1,2}-\d{1,2}$"


def _check_base_url(value: str, info: ValidationInfo) -> str:
    return check_base_url(value, allow_private=bool(info.context))


def _check_extra_body(value: dict[str, Any]) -> dict[str, Any]:
    if own := sorted(value.keys() & _OWN_BODY_FIELDS):
        raise ValueError(f'must not hold "{own[0]}"; it has a setting of its own, or none')
    try:
        size = len(orjson.dumps(value))
    except TypeError as error:
        raise ValueError("must be JSON") from error
    if size > MAX_EXTRA_BODY_BYTES:
        raise ValueError(f"has {size:,} bytes of JSON; {MAX_EXTRA_BODY_BYTES:,} are allowed")
    return value


def _read_price(value: object) -> object:
    """A price as a number whose shortest text is the price as given: a float holds 15 digits."""
    allowed = f"must be US dollars from 0 to {MAX_PRICE:,} with at most 9 decimal places, such as 0.15"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(allowed)
    text = value if isinstance(value, str) else f"{Decimal(str(value)):f}"
    if not _PRICE.fullmatch(text) or Decimal(text) > MAX_PRICE:
        raise ValueError(allowed)
    return float(text)


def _check_completion_price(value: float | None, info: ValidationInfo) -> float | None:
    if value is not None and info.data.get(PROMPT_PRICE, value) is None:
        raise ValueError(f"needs {PROMPT_PRICE} as well")
    return value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())


Price = Annotated[float | None, BeforeValidator(_read_price)]


class _AskedSettings(_Settings):
    """Settings of every provider that calls a model."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    stop: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=256)]],
            Field(min_length=1, max_length=16),
            BeforeValidator(_as_list),
        ]
        | None
    ) = None
    system_prompt: Annotated[str, Field(max_length=MAX_SYSTEM_PROMPT_CHARACTERS)] | None = None
    """The model's own; the benchmark's comes after it in the same message."""
    extra_body: Annotated[dict[str, Any], AfterValidator(_check_extra_body)] | None = None
    """Further fields of every request that the model takes: {"max_completion_tokens": 500}; for Bedrock they
    are `additionalModelRequestFields`.
    """
    timeout_seconds: Annotated[float, Field(ge=1, le=600)] = DEFAULT_TIMEOUT_SECONDS
    """For one attempt, from connecting to the last byte of the answer."""
    max_in_flight: Annotated[int, Field(ge=1, le=1000)] = DEFAULT_MAX_IN_FLIGHT
    """Questions an evaluation has open at the endpoint at the same time, over all its workers."""
    max_attempts: Annotated[int, Field(ge=1, le=10)] = DEFAULT_MAX_ATTEMPTS
    """Calls for one answer, those not counted that the endpoint throttled."""
    usd_per_million_prompt_tokens: Price = None
    usd_per_million_completion_tokens: Annotated[Price, AfterValidator(_check_completion_price)] = None
    """A model that only embeds has no price for these."""


class OpenAISettings(_AskedSettings):
    """Settings of provider `openai`: any endpoint that speaks OpenAI's chat completions."""

    base_url: Annotated[str, AfterValidator(_check_base_url)]
    """What comes before /chat/completions, used as it is given: https://host.example/v1"""
    model: Annotated[str, Field(min_length=1, max_length=256)]
    """The model's name at the endpoint."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    """Seed of the first trial; the k-th gets k - 1 more, as equal seeds would make the trials one."""


class BedrockSettings(_AskedSettings):
    """Settings of provider `bedrock`: a model that Converse takes. It is called with the deployment's own
    role.
    """

    model: Annotated[str, Field(min_length=1, max_length=2048, pattern=_BEDROCK_MODEL)]
    """A model id, or the id or ARN of an inference profile."""
    region: Annotated[str, Field(pattern=_REGION)] | None = None
    """Where it is called; the deployment's Region if not given."""


class RecordedSettings(_Settings):
    """Settings of provider `recorded`."""

    max_in_flight: int | None = Field(default=None, ge=1, le=1000, exclude=True)
    """Accepted, so that settings can be shared between providers, and ignored."""


_MODELS: Mapping[ProviderName, type[_Settings]] = {
    ProviderName.BEDROCK: BedrockSettings,
    ProviderName.OPENAI: OpenAISettings,
    ProviderName.RECORDED: RecordedSettings,
}


def validate(
    provider: ProviderName,
    settings: Mapping[str, Any],
    *,
    allow_private: bool,
    location: tuple[str | int, ...],
) -> dict[str, Any]:
    """See `providers.validate_settings`."""
    model = _MODELS[provider]
    try:
        return model.model_validate(dict(settings), context=allow_private).model_dump(exclude_none=True)
    except ValidationError as error:
        problems = [_problem(found, tuple(model.model_fields), location) for found in error.errors()]
        raise InvalidRequest(problems) from error


def _problem(found: ErrorDetails, allowed: tuple[str, ...], location: tuple[str | int, ...]) -> Problem:
    message = found["msg"].removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        name = str(found["loc"][-1])
        near = get_close_matches(name, allowed, 1)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        message = f"unknown setting{hint}; allowed: {', '.join(allowed)}"
    return Problem((*location, *found["loc"]), message, found["type"])
