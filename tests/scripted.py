"""A model that answers as a test says, in the place of every provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from marksheet.domain import Answer, Model, ProviderName, Question
from marksheet.providers import NO_SAMPLING, open_provider
from marksheet.worker import answering, judging

Messages = Sequence[Mapping[str, str]]


class ScriptedModel:
    """Answers questions by `reply` and chats by `verdict`, and counts both. Tokens are always 100 and 10."""

    def __init__(self) -> None:
        self.reply: Callable[[Question, int], str] = lambda question, trial: question.expected_answer or ""
        self.verdict: Callable[[Messages], str] = lambda messages: "no verdict"
        self.asked: Counter[tuple[str, int]] = Counter()
        self.chats: list[Messages] = []

    async def prepare(self, questions: Sequence[Question], trials: int) -> None:
        return None

    async def ask(self, question: Question, trial: int) -> Answer:
        self.asked[question.question_id, trial] += 1
        return Answer(
            self.reply(question, trial), latency_seconds=0.01, prompt_tokens=100, completion_tokens=10
        )

    async def chat(
        self, messages: Messages, *, trial: int = 1, sampling: Mapping[str, Any] = NO_SAMPLING
    ) -> Answer:
        self.chats.append(messages)
        return Answer(self.verdict(messages), latency_seconds=0.01, prompt_tokens=100, completion_tokens=10)

    async def embed(self, texts: Sequence[str]) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        return None


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """In the place of every model that is called and of every judge."""
    scripted = ScriptedModel()

    def opened(model: Model, **given: Any) -> Any:
        recorded = model.provider is ProviderName.RECORDED
        return open_provider(model, **given) if recorded else scripted

    monkeypatch.setattr(answering, "open_provider", opened)
    monkeypatch.setattr(judging, "open_provider", opened)
    return scripted
