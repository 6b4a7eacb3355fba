"""What a model's tokens cost. Money is decimal: a price times a number of tokens is exact."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from marksheet.domain import ProviderName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Model

PROMPT_PRICE = "usd_per_million_prompt_tokens"
COMPLETION_PRICE = "usd_per_million_completion_tokens"
_MILLION = Decimal(1_000_000)


def has_price(model: Model) -> bool:
    """Whether it is known what the model costs. Recorded answers cost nothing."""
    return model.provider is ProviderName.RECORDED or PROMPT_PRICE in model.settings


def cost(
    settings: Mapping[str, Any], prompt_tokens: int | None, completion_tokens: int | None
) -> Decimal | None:
    """US dollars of one call; None without a price or without token counts.

    `completion_tokens` None counts as none where the model has no price for them, as embeddings have none.
    """
    prompt_price, completion_price = settings.get(PROMPT_PRICE), settings.get(COMPLETION_PRICE, 0)
    if prompt_price is None or prompt_tokens is None or (completion_tokens is None and completion_price):
        return None
    dollars = prompt_tokens * _decimal(prompt_price) + (completion_tokens or 0) * _decimal(completion_price)
    return dollars / _MILLION


def _decimal(price: float | Decimal) -> Decimal:
    return price if isinstance(price, Decimal) else Decimal(str(price))
