"""A registration of a model: one body for each provider, which judges the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, create_model

from marksheet.dialects.nugen.model_requests import RegisterModelRequest
from marksheet.domain import ProviderName
from marksheet.providers.model_settings import _MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator


def registrations() -> tuple[type[BaseModel], ...]:
    """`RegisterModelRequest` once for every provider, with the provider's settings."""
    return tuple(_registrations())


def _registrations() -> Iterator[type[BaseModel]]:
    for provider, settings in _MODELS.items():
        needed = any(info.is_required() for info in settings.model_fields.values())
        fields: dict[str, Any] = {
            "provider": (Literal[provider.value], ...),
            "settings": (settings, ...) if needed else (settings, {}),
        }
        if provider is ProviderName.RECORDED:
            fields["api_key"] = (None, None)
        yield create_model(
            f"Register{settings.__name__.removesuffix('Settings')}Model",
            __base__=RegisterModelRequest,
            __doc__=f"A model of provider `{provider.value}`.",
            **fields,
        )
