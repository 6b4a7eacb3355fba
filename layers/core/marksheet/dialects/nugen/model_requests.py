"""What requests about models ask for."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from marksheet.dialects.fields import ModelId
from marksheet.dialects.reading import StrictModel, of_form, read_object, validate
from marksheet.domain import ProviderName


class RegisterModelRequest(StrictModel):
    """`POST /api/v3/models`. The provider's settings are judged by the provider, not here."""

    model_id: ModelId
    provider: ProviderName = Field(strict=False)
    settings: dict[str, Any] = Field(default_factory=dict)
    api_key: str | None = Field(
        default=None,
        pattern=of_form(r"^[\x21-\x7e]{1,4096}$", "1 to 4096 visible ASCII characters without spaces"),
        repr=False,
    )
    """Goes into an HTTP header one day, so it has only visible ASCII characters. Never part of an answer."""


def decode_register_model(body: bytes) -> RegisterModelRequest:
    """The body of a registration. Raises InvalidRequest."""
    return validate(RegisterModelRequest, read_object(body), "body")
