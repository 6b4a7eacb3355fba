"""What an evaluation would take: the values that an estimate is made of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """What one model will be asked, and what for."""

    model_id: str
    role: str
    """"answers" or "judges"."""
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal | None
    """None where the model has no price."""
    seconds: float
    based_on: str | None
    """The earlier evaluation whose lengths and latency were taken."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an evaluation will take: one entry per model that is called."""

    models: tuple[ModelEstimate, ...]

    @property
    def unpriced(self) -> list[str]:
        """The models whose cost is not known."""
        return sorted({model.model_id for model in self.models if model.cost_usd is None})

    @property
    def cost_usd(self) -> Decimal | None:
        """All together; None where one is not known."""
        costs = [model.cost_usd for model in self.models if model.cost_usd is not None]
        return sum(costs, Decimal(0)) if len(costs) == len(self.models) else None

    @property
    def seconds(self) -> float:
        """Until the last answer, if nothing throttles: runs and judges work side by side."""
        return max((model.seconds for model in self.models), default=0.0)
