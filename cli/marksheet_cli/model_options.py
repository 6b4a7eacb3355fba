"""From what `models add` was given to what registers a model."""

import json
import os
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from marksheet_cli.exits import CommandError, ExitCode


class Provider(StrEnum):
    """How a model is reached."""

    BEDROCK = "bedrock"
    OPENAI = "openai"
    RECORDED = "recorded"


def asked_model(
    model_id: str, kind: Provider, answers: Path | None, settings: dict[str, Any], api_key_env: str | None
) -> dict[str, Any]:
    """The request that registers a model which is called; an endpoint's key is read from the environment,
    never from an option.
    """
    if answers:
        raise CommandError("--answers belongs to --provider recorded", code=ExitCode.USAGE)
    needed = ("model",) if kind is Provider.BEDROCK else ("base_url", "model")
    missing = [option for option in needed if option not in settings]
    if missing:
        option = "--" + missing[0].replace("_", "-")
        raise CommandError(
            f"{option} is missing",
            hint="an endpoint needs --base-url and --model, a model of Bedrock --provider bedrock and "
            "--model, recorded answers --answers FILE",
            code=ExitCode.USAGE,
        )
    request: dict[str, Any] = {"model_id": model_id, "provider": kind.value, "settings": settings}
    if api_key_env:
        if kind is Provider.BEDROCK:
            message = "--api-key-env has no meaning for Bedrock, which the deployment's role may call"
            raise CommandError(message, code=ExitCode.USAGE)
        key = os.environ.get(api_key_env)
        if not key:
            raise CommandError(f"the environment variable {api_key_env} is not set", code=ExitCode.USAGE)
        request["api_key"] = key
    return request


def only_answers(answers: Path | None, settings: dict[str, Any], api_key_env: str | None) -> Path:
    """The answers file; refuses what would have no effect on answers that exist already."""
    if answers is None:
        raise CommandError("a recorded model needs --answers FILE", code=ExitCode.USAGE)
    if settings or api_key_env:
        option = "--" + next(iter(settings), "api_key_env").replace("_", "-")
        raise CommandError(f"{option} has no meaning for recorded answers", code=ExitCode.USAGE)
    return answers


def json_object(option: str, text: str | None) -> dict[str, Any] | None:
    """The JSON object that an option holds. Raises CommandError (USAGE)."""
    if text is None:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        raise CommandError(f"{option} is no JSON: {error}", code=ExitCode.USAGE) from error
    if not isinstance(value, dict):
        raise CommandError(f"{option} is no JSON object", code=ExitCode.USAGE)
    return value


def price(settings: dict[str, Any]) -> str:
    """A model's prices for a million prompt and completion tokens; a dash for what is not known."""
    names = ("usd_per_million_prompt_tokens", "usd_per_million_completion_tokens")
    told = [f"{Decimal(str(settings[name])).normalize():f}" if name in settings else "-" for name in names]
    return "-" if told == ["-", "-"] else " / ".join(told)
