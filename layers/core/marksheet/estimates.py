"""What an evaluation would take: the values of an estimate, and what is assumed where nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from marksheet import prices

if TYPE_CHECKING:
    from marksheet.domain import EvalSpec, Evaluation, Model, Run

CHARACTERS_PER_TOKEN = 4
"""Of English text, for the tokenizers in use; other languages and code take up to twice as many."""
USUAL_COMPLETION_TOKENS = 256
"""Of an answer, where the model's earlier evaluations do not say and `max_tokens` is not lower."""
USUAL_LATENCY_SECONDS = 2.0
USUAL_PROMPT_TOKENS = 300
"""Of a question, where it has not been looked at."""


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


def completion_tokens(model: Model) -> int:
    """How long an answer probably gets, in tokens."""
    most = model.settings.get("max_tokens")
    return min(USUAL_COMPLETION_TOKENS, int(most)) if most else USUAL_COMPLETION_TOKENS


def expected_trial_cost(evaluation: Evaluation, run: Run) -> Decimal:
    """What a trial is thought to cost before any has, in US dollars: the answer, and what its judges read
    and write.
    """
    asked = list(evaluation.judges_of(run).values())
    if evaluation.eval_spec is not None:
        asked = _asked_of_a_row(evaluation, evaluation.eval_spec)
    elif run == evaluation.pairs:
        asked *= 2  # in both orders
    elif evaluation.calls_model(run):
        asked.append(run.model)
    costs = map(_cost_of_a_call, asked)
    return sum((cost for cost in costs if cost is not None), Decimal(0))


def _asked_of_a_row(job: Evaluation, spec: EvalSpec) -> list[Model]:
    """Whom a job's graders ask about one row, a model once for every call. Which of its models a formula asks
    how often is not looked at: all of its calls are thought to go to the dearest.
    """
    from marksheet.grading import graders_of

    asked: list[Model] = []
    for grader in graders_of(spec, job.judge):
        models = [job.judges[model_id] for model_id in grader.models]
        if models:
            dearest = max(models, key=lambda model: _cost_of_a_call(model) or Decimal(0))
            asked += [dearest] * grader.calls
    return asked


def _cost_of_a_call(model: Model) -> Decimal | None:
    return prices.cost(model.settings, USUAL_PROMPT_TOKENS, completion_tokens(model))
