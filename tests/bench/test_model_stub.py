from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.questions import MARKER
from marksheet.domain import Answer, Question
from marksheet.providers.openai import OpenAIProvider

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port() -> Iterator[int]:
    command = [sys.executable, "-m", "bench.model_stub"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


async def ask(base_url: str, texts: list[str]) -> list[Answer]:
    provider = OpenAIProvider(
        {"base_url": base_url, "model": "stub", "max_in_flight": 10},
        system_prompt=None,
        prompt_template=None,
        secret=None,
        allow_private=True,
    )
    try:
        questions = [Question(number, f"q{number}", text) for number, text in enumerate(texts, 1)]
        return await asyncio.gather(*(provider.ask(question, 1) for question in questions))
    finally:
        await provider.close()


def test_it_answers_with_what_the_question_carries_and_counts_the_calls(port: int) -> None:
    texts = [f"What? {MARKER}number {n}" for n in range(20)]
    answers = asyncio.run(ask(f"http://127.0.0.1:{port}/1/v1", texts))
    assert [answer.text for answer in answers] == [f"number {n}" for n in range(20)]
    assert {(answer.prompt_tokens, answer.completion_tokens) for answer in answers} == {(83, 17)}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=10) as stats:
        assert json.load(stats)["calls"] == 20
