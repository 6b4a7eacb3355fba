from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from marksheet.domain import Answer, Judging, Model, ProviderName, Question, Score, Status
from marksheet.errors import PermanentModelError
from marksheet.prices import COMPLETION_PRICE, PROMPT_PRICE
from marksheet.providers import NO_SAMPLING
from marksheet.scoring.scorer import Chat, Embed, Inquiry, Reply
from marksheet.scoring.verdicts import CUT_OFF
from marksheet.worker import judging
from marksheet.worker.judging import Judges, Tally

QUESTION, ANSWER = Question(1, "q1", "Say 1"), Answer("1")
FOREVER = float("inf")


class ScriptedJudge:
    """A judge that answers the length of what it is asked, or fails."""

    def __init__(self) -> None:
        self.failure: PermanentModelError | None = None
        self.closed = False
        self.sampling: list[Mapping[str, Any]] = []

    async def chat(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        trial: int = 1,
        sampling: Mapping[str, Any] = NO_SAMPLING,
    ) -> Answer:
        self.sampling.append(sampling)
        if self.failure:
            raise self.failure
        return Answer(str(len(messages[0]["content"])), prompt_tokens=100, completion_tokens=10)

    async def embed(self, texts: Sequence[str]) -> Any:
        return SimpleNamespace(vectors=[[1.0, 0.0]] * len(texts), prompt_tokens=7, latency_seconds=0.1)

    async def close(self) -> None:
        self.closed = True


class Asks:
    """A scorer that asks what it is told to, and scores the number of replies."""

    model = "judge"

    def __init__(self, *inquiries: Inquiry) -> None:
        self.inquiries = inquiries

    def inquire(self, question: Question, answer: Answer) -> Generator[Inquiry, Reply, Score]:
        replies = []
        for inquiry in self.inquiries:
            replies.append((yield inquiry))
        return Score(1.0, str(replies))


class Breaks:
    model = "judge"

    def inquire(self, question: Question, answer: Answer) -> Generator[Inquiry, Reply, Score]:
        yield CHAT
        raise ZeroDivisionError("the answer was: 42")


CHAT = Chat([{"role": "user", "content": "12345"}])


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> ScriptedJudge:
    scripted = ScriptedJudge()
    monkeypatch.setattr(judging, "open_provider", lambda *_, **__: scripted)
    return scripted


def judges(app: Any, **prices: float) -> Judges:
    settings = {"max_in_flight": 2, "max_attempts": 1, **prices}
    model = Model("acme", "judge", ProviderName.OPENAI, settings, Status.READY, "2026-01-01T00:00:00Z")
    return Judges(app, {"judge": model}, shares={"judge": 1}, secrets={})


@pytest.fixture
def app() -> Any:
    return SimpleNamespace(
        store=SimpleNamespace(objects=SimpleNamespace(read=None)),
        settings=SimpleNamespace(allow_private_endpoints=True, aws_endpoint_url_bedrock_runtime=None),
    )


def score(asked: Judges, scorer: Any, tally: Tally) -> Score:
    async def run() -> Score:
        return await asked.score(scorer, QUESTION, ANSWER, tally, give_up_at=FOREVER)

    return asyncio.run(run())


def test_a_scorer_is_handed_every_reply_in_turn(app: Any, judge: ScriptedJudge) -> None:
    tally = Tally()
    found = score(judges(app), Asks(CHAT, Embed(["a", "b"])), tally)
    assert found == Score(1.0, "['5', [[1.0, 0.0], [1.0, 0.0]]]")


def test_the_sampling_that_an_inquiry_wants_reaches_the_model(app: Any, judge: ScriptedJudge) -> None:
    wanted = {"temperature": 0, "seed": 7}
    score(judges(app), Asks(CHAT, Chat(CHAT.messages, wanted)), Tally())
    assert judge.sampling == [{}, wanted]


def test_what_judges_use_is_added_up_with_its_price(app: Any, judge: ScriptedJudge) -> None:
    tally = Tally()
    asked = judges(app, **{PROMPT_PRICE: 1, COMPLETION_PRICE: 10})
    score(asked, Asks(CHAT, CHAT), tally)
    assert tally.judging() == Judging(2, 200, 20, Decimal("0.0004"))


def test_without_a_price_the_cost_is_unknown_and_not_nothing(app: Any, judge: ScriptedJudge) -> None:
    tally = Tally()
    score(judges(app), Asks(CHAT), tally)
    assert tally.judging() == Judging(1, 100, 10, None)


def test_nobody_asked_leaves_no_trace(app: Any, judge: ScriptedJudge) -> None:
    tally = Tally()
    score(judges(app), Asks(), tally)
    assert tally.judging() is None


def test_a_judge_that_gives_no_answer_leaves_the_answer_unscored(app: Any, judge: ScriptedJudge) -> None:
    judge.failure = PermanentModelError("no", code="http_401", fatal=True)
    assert score(judges(app), Asks(CHAT), Tally()) == Score(None, "the judge gave no answer: http_401")


def test_a_scorer_that_breaks_costs_its_score_and_tells_nothing(app: Any, judge: ScriptedJudge) -> None:
    assert score(judges(app), Breaks(), Tally()) == Score(None, "the scorer failed: ZeroDivisionError")


def test_closing_lets_the_judges_go(app: Any, judge: ScriptedJudge) -> None:
    asyncio.run(judges(app).close())
    assert judge.closed


def test_a_reply_that_was_cut_off_is_marked_as_such(
    app: Any, judge: ScriptedJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut(messages: Any, **_: Any) -> Answer:
        return Answer("VERDICT: 1", finish_reason="length")

    monkeypatch.setattr(judge, "chat", cut)
    found = score(judges(app), Asks(CHAT), Tally())
    assert found.reason == str(["VERDICT: 1" + CUT_OFF])
