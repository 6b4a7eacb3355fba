"""Provider and retry layer together against an endpoint with every fault at once, on a clock in a hurry."""

import asyncio
import random
import time
from collections import Counter

import pytest

from marksheet.domain import Answer, Question
from marksheet.errors import ModelError
from marksheet.providers.calling import Calls
from marksheet.providers.openai import OpenAIProvider
from tests.core.providers.virtual_time import FAR
from tests.stubs.openai_stub import OpenAIStub, Rule, mix

HASTE = 100.0
"""Waits are so much shorter than they say."""


def put(stub: OpenAIStub, count: int, *, in_flight: int = 50) -> list[Answer | BaseException]:
    """So many questions, `in_flight` at a time, each an answer or the error in its place."""

    async def scene() -> list[Answer | BaseException]:
        provider = OpenAIProvider(
            {"base_url": stub.base_url, "model": "stub", "timeout_seconds": 1.0, "max_in_flight": in_flight},
            system_prompt=None,
            prompt_template=None,
            secret=None,
            allow_private=True,
        )
        calls = Calls(
            provider,
            max_in_flight=in_flight,
            max_attempts=6,
            clock=lambda: time.monotonic() * HASTE,
            sleep=lambda seconds: asyncio.sleep(seconds / HASTE),
            draw=random.Random(1).random,
        )
        asked = (
            calls.answer(Question(n, str(n), f"Question {n}, answer: {n}"), 1, give_up_at=FAR)
            for n in range(count)
        )
        found = await asyncio.gather(*asked, return_exceptions=True)
        await provider.close()
        return found

    return asyncio.run(scene())


def test_two_thousand_questions_are_all_accounted_for_at_little_more_than_a_call_each():
    rules = mix(throttled=0.05, failing=0.01, hanging=0.002, broken=0.002, for_good=0.01, seed=1)
    with OpenAIStub(rules) as stub:
        results = put(stub, 2000)
        stats = stub.stats()
        lost = {n for n in range(2000) if rules[0].drawn(0, f"Question {n}, answer: {n}", 1)}
    assert {n for n, result in enumerate(results) if not isinstance(result, Answer)} == lost
    assert len(lost) in range(10, 31)
    for n, result in enumerate(results):
        if n in lost:
            assert isinstance(result, ModelError)
            assert (result.code, result.message) == (
                "http_500",
                "the endpoint answered 500: no, said the stub",
            )
        else:
            assert result.text == str(n)
    assert stats["calls"] == sum(result.attempts for result in results)
    assert stats["calls"] <= 1.3 * 2000
    assert set(stats["by_action"]) == {"reply", "throttle", "status", "hang", "broken"}


def test_half_a_minute_of_throttling_is_ridden_out_without_a_storm():
    with OpenAIStub([Rule("throttle", seconds=30 / HASTE, retry_after="2")]) as stub:
        results = put(stub, 300)
        assert stub.stats()["calls"] <= 3 * 300
    assert Counter(type(result) for result in results) == {Answer: 300}


def test_one_question_of_fifty_that_hangs_is_the_only_one_lost():
    with OpenAIStub([Rule("hang", match="Question 33,")]) as stub:
        results = put(stub, 50)
        assert stub.stats()["by_prompt"]["Question 33, answer: 33"] == 3
    assert [n for n, result in enumerate(results) if not isinstance(result, Answer)] == [33]
    assert results[33].code == "timeout"


@pytest.mark.parametrize(("status", "calls"), [(401, 50 + 3), (400, 50 + 20)])
def test_a_refusal_that_is_the_same_for_all_is_not_met_by_all(status, calls):
    with OpenAIStub([Rule("status", status=status)]) as stub:
        results = put(stub, 1000)
        assert stub.stats()["calls"] <= calls
    assert {result.code for result in results} == {f"http_{status}"}


def test_the_same_prompts_meet_the_same_faults_again():
    rules = mix(throttled=0.2, failing=0.2, hanging=0.0, broken=0.1, for_good=0.1, seed=3)
    told = []
    for _ in range(2):
        with OpenAIStub(rules) as stub:
            results = put(stub, 100, in_flight=1)
            told.append((stub.stats()["by_action"], [type(result) for result in results]))
    assert told[0] == told[1]
