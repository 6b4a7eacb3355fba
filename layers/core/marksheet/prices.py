"""What a model's tokens cost. Money is decimal: a price times a number of tokens is exact.

Prices are settings of a model: numbers whose shortest text is the price as it was given (`model_settings`
takes no others), so that nothing is lost on their way through JSON and the table.
"""

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


def has_price(model: Model, *, embeds: bool = False) -> bool:
    """Whether it is known what the model costs. Recorded answers cost nothing; a model that only embeds needs
    no price for completions.
    """
    if model.provider is ProviderName.RECORDED:
        return True
    return PROMPT_PRICE in model.settings and (embeds or COMPLETION_PRICE in model.settings)


def cost(
    settings: Mapping[str, Any], prompt_tokens: int | None, completion_tokens: int | None
) -> Decimal | None:
    """US dollars of one call; None where a price or a token count is missing that is needed for it.

    Tokens without a price are never free. `completion_tokens` None counts as none where the model has no
    price for them, as embeddings have none.
    """
    prompt_price, completion_price = settings.get(PROMPT_PRICE), settings.get(COMPLETION_PRICE)
    if prompt_price is None or prompt_tokens is None:
        return None
    dollars = prompt_tokens * _decimal(prompt_price)
    if completion_tokens and completion_price is not None:
        dollars += completion_tokens * _decimal(completion_price)
    elif completion_tokens or (completion_tokens is None and completion_price):
        return None
    return dollars / _MILLION


def _decimal(price: float | Decimal) -> Decimal:
    return price if isinstance(price, Decimal) else Decimal(str(price))
