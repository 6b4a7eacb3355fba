"""Asking the models that scorers ask: runs a scorer's inquiry against the judge it names."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from marksheet import prices
from marksheet.domain import Judging, Score
from marksheet.errors import ModelError
from marksheet.providers import open_provider
from marksheet.providers.calling import Calls
from marksheet.scoring.scorer import Chat, Embed, Inquiry, Reply
from marksheet.scoring.verdicts import CUT_OFF

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from marksheet.application import Application
    from marksheet.domain import Answer, Model, Question
    from marksheet.scoring.scorer import AskingScorer

ResultT = TypeVar("ResultT")

_CUT = frozenset({"length", "max_tokens"})


@dataclass(slots=True)
class Tally:
    """What the judges of one trial have used so far."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)
    latency_seconds: float | None = None
    """Of all calls together, where it is known."""

    def add(
        self,
        model: Model,
        prompt_tokens: int | None,
        completion_tokens: int | None,
        latency_seconds: float | None,
    ) -> None:
        """Count one call."""
        cost = prices.cost(model.settings, prompt_tokens, completion_tokens)
        self.calls += 1
        if latency_seconds is not None:
            self.latency_seconds = (self.latency_seconds or 0.0) + latency_seconds
        self.prompt_tokens += prompt_tokens or 0
        self.completion_tokens += completion_tokens or 0
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost

    def judging(self) -> Judging | None:
        """The tally as a trial keeps it; None when nobody was asked."""
        if not self.calls:
            return None
        return Judging(self.calls, self.prompt_tokens, self.completion_tokens, self.cost_usd)


class Judges:
    """Models that are asked by scorers and graders, each with a retry layer and an in-flight share of its
    own.
    """

    def __init__(
        self,
        app: Application,
        models: Mapping[str, Model],
        *,
        shares: Mapping[str, int],
        secrets: Mapping[str, str | None],
    ) -> None:
        """`shares` are the calls this worker may have open, by the judge's model id; `secrets` their keys."""
        self._models = models
        self._providers = {
            model_id: open_provider(
                judge,
                secret=secrets.get(model_id),
                read=app.store.objects.read,
                allow_private=app.settings.allow_private_endpoints,
                bedrock_endpoint=app.settings.aws_endpoint_url_bedrock_runtime,
            )
            for model_id, judge in self._models.items()
        }
        self._calls = {
            model_id: Calls(
                provider,
                max_in_flight=shares.get(model_id, 1),
                max_attempts=int(self._models[model_id].settings.get("max_attempts", 1)),
            )
            for model_id, provider in self._providers.items()
        }

    async def score(
        self, scorer: AskingScorer, question: Question, answer: Answer, tally: Tally, *, give_up_at: float
    ) -> Score:
        """The score of a scorer that asks. A judge that does not answer leaves the answer unscored, and so
        does a scorer that fails.
        """
        try:
            inquiry = scorer.inquire(question, answer)
            return await self.run(scorer.model, inquiry, tally, give_up_at=give_up_at)
        except ModelError as error:
            return Score(None, f"the judge gave no answer: {error.code}")
        except Exception as error:
            return Score(None, f"the scorer failed: {type(error).__name__}")

    async def run(
        self,
        model_id: str,
        inquiry: Generator[Inquiry, Reply, ResultT],
        tally: Tally,
        *,
        give_up_at: float,
    ) -> ResultT:
        """Ask what an inquiry wants to know, until it has its result. Raises `ModelError`."""
        try:
            wanted = next(inquiry)
            while True:
                wanted = inquiry.send(await self.ask(model_id, wanted, tally, give_up_at=give_up_at))
        except StopIteration as done:
            result: ResultT = done.value
            return result
        finally:
            inquiry.close()

    async def close(self) -> None:
        """Let all connections go."""
        for provider in self._providers.values():
            await provider.close()

    async def ask(self, model_id: str, wanted: Inquiry, tally: Tally, *, give_up_at: float) -> Reply:
        """A model's reply to one inquiry. Raises `ModelError`."""
        provider, calls = self._providers[model_id], self._calls[model_id]
        match wanted:
            case Chat(messages, sampling):
                answer = await calls.call(
                    lambda: provider.chat(messages, sampling=sampling), give_up_at=give_up_at
                )
                used = (answer.prompt_tokens, answer.completion_tokens, answer.latency_seconds)
                tally.add(self._models[model_id], *used)
                # A verdict at the end of a reply that was cut off may lack its own end.
                return answer.text + CUT_OFF if answer.finish_reason in _CUT else answer.text
            case Embed(texts):
                embedding = await calls.call(lambda: provider.embed(texts), give_up_at=give_up_at)
                used = (embedding.prompt_tokens, 0, embedding.latency_seconds)
                tally.add(self._models[model_id], *used)
                return embedding.vectors
