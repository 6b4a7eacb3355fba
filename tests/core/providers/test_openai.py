"""The OpenAI provider against a server that misbehaves."""

import asyncio
import json
import socket
import subprocess
import sys
import tracemalloc
import urllib.request
from pathlib import Path

import pytest

from marksheet.domain import Answer, Benchmark, Model, ProviderName, Question, Status
from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers import Embedding, open_provider
from marksheet.providers.openai import OpenAIProvider
from tests.stubs import openai_stub
from tests.stubs.openai_stub import OpenAIStub, Rule

ROOT = Path(__file__).resolve().parents[3]
SECRET = "sk-very-secret-0123456789"
PROMPT = "What is six times seven? answer: 42"


def provider(base_url: str, *, secret: str | None = SECRET, allow_private: bool = True, **settings):
    return OpenAIProvider(
        {"base_url": base_url, "model": "stub", "timeout_seconds": 5.0, "max_in_flight": 8, **settings},
        system_prompt=None,
        prompt_template=None,
        secret=secret,
        allow_private=allow_private,
    )


def ask(base_url: str, *prompts: str, **settings) -> list[Answer | BaseException]:
    """Asks one after the other over one provider."""

    async def scene() -> list[Answer | BaseException]:
        asked = provider(base_url, **settings)
        found: list[Answer | BaseException] = []
        for number, prompt in enumerate(prompts or [PROMPT], 1):
            try:
                found.append(await asked.ask(Question(number, str(number), prompt), 1))
            except ModelError as error:
                found.append(error)
        await asked.close()
        return found

    return asyncio.run(scene())


def error_under(rule: Rule, **settings) -> ModelError:
    with OpenAIStub([rule]) as stub:
        (error,) = ask(stub.base_url, **settings)
    assert isinstance(error, ModelError)
    assert SECRET not in error.message
    assert PROMPT not in error.message
    return error


def answer_under(rule: Rule) -> Answer:
    with OpenAIStub([rule]) as stub:
        (answer,) = ask(stub.base_url)
    assert isinstance(answer, Answer)
    return answer


def test_an_answer_brings_its_tokens_and_its_latency():
    answer = answer_under(Rule("latency", delay=0.05))
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("42", 11, 7)
    assert answer.latency_seconds >= 0.05


def test_a_request_is_as_the_settings_the_benchmark_and_the_trial_want_it():
    benchmark = Benchmark(
        organization="acme",
        benchmark_id="b",
        version=1,
        name="b",
        status=Status.READY,
        question_count=1,
        sha256="",
        questions_key="",
        scorers=(),
        created_at="",
        prompt_template="Q: {question}",
        system_prompt="Be brief.",
    )

    async def scene(base_url: str) -> None:
        settings = {"base_url": base_url, "model": "m", "seed": 5, "temperature": 0, "system_prompt": "You."}
        model = Model("acme", "m", ProviderName.OPENAI, settings, Status.READY, "")
        opened = open_provider(
            model, benchmark=benchmark, secret=None, read=lambda *_: b"", allow_private=True
        )
        await opened.prepare([], 1)
        await opened.ask(Question(1, "1", "Why?"), 2)
        await opened.close()

    with OpenAIStub() as stub:
        asyncio.run(scene(stub.base_url))
        assert stub.script.bodies == [
            {
                "model": "m",
                "messages": [
                    {"role": "system", "content": "You.\n\nBe brief."},
                    {"role": "user", "content": "Q: Why?"},
                ],
                "temperature": 0,
                "seed": 6,
            }
        ]
        assert stub.stats()["authorizations"] == {"": 1}


def test_the_key_is_sent_as_a_bearer_token():
    with OpenAIStub() as stub:
        ask(stub.base_url)
        assert stub.stats()["authorizations"] == {f"Bearer {SECRET}": 1}


def test_a_conversation_is_sent_as_it_is():
    turns = [
        {"role": "system", "content": "You judge."},
        {"role": "user", "content": "First."},
        {"role": "assistant", "content": "No."},
        {"role": "user", "content": "Again. answer: B"},
    ]

    async def scene(base_url: str) -> Answer:
        asked = provider(base_url, system_prompt="not part of it", seed=5)
        answer = await asked.chat(turns, trial=3)
        await asked.close()
        return answer

    with OpenAIStub() as stub:
        answer = asyncio.run(scene(stub.base_url))
        assert stub.script.bodies == [{"model": "stub", "messages": turns, "seed": 7}]
    assert (answer.text, answer.prompt_tokens) == ("B", 11)


def test_a_conversation_may_have_sampling_of_its_own():
    turns = [{"role": "user", "content": "Judge. answer: B"}]

    async def scene(base_url: str) -> None:
        asked = provider(base_url, temperature=1.0, seed=5)
        await asked.chat(turns, sampling={"temperature": 0, "max_tokens": 9, "reasoning_effort": "low"})
        await asked.chat(turns)
        await asked.close()

    plain = {"model": "stub", "messages": turns, "temperature": 1.0, "seed": 5}
    with OpenAIStub() as stub:
        asyncio.run(scene(stub.base_url))
        assert stub.script.bodies == [
            {**plain, "temperature": 0, "max_tokens": 9, "reasoning_effort": "low"},
            plain,
        ]


def embed(base_url: str, *texts: str, **settings) -> Embedding:
    async def scene() -> Embedding:
        asked = provider(base_url, **settings)
        try:
            return await asked.embed(texts)
        finally:
            await asked.close()

    return asyncio.run(scene())


def test_embeddings_bring_a_vector_for_each_text_with_tokens_and_latency():
    with OpenAIStub(prompt_tokens=5) as stub:
        found = embed(stub.base_url, "a b", "c")
        assert stub.stats()["authorizations"] == {f"Bearer {SECRET}": 1}
    assert found.vectors == (tuple(openai_stub.vector("a b")), tuple(openai_stub.vector("c")))
    assert found.prompt_tokens == 5
    assert found.latency_seconds > 0


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Rule("throttle"), "http_429"),
        (Rule("status", status=404), "http_404"),
        (Rule("broken"), "bad_json"),
        (Rule("wrong_types"), "bad_response"),
        (Rule("cut"), "connection_cut"),
        (Rule("status", status=400, text="{prompt} is not allowed"), "http_400"),
    ],
)
def test_what_goes_wrong_with_embeddings_is_told_as_with_answers(rule, code):
    with OpenAIStub([rule]) as stub, pytest.raises(ModelError) as caught:
        embed(stub.base_url, "a text that must not be repeated to anybody")
    assert caught.value.code == code
    assert "repeated" not in caught.value.message


def test_one_connection_serves_many_questions():
    with OpenAIStub() as stub:
        answers = ask(stub.base_url, *(f"answer: {n}" for n in range(20)))
        assert [answer.text for answer in answers] == [str(n) for n in range(20)]
        assert stub.connections == 1


def test_many_questions_are_open_at_once():
    async def scene(base_url: str) -> None:
        asked = provider(base_url, max_in_flight=20)
        await asyncio.gather(*(asked.ask(Question(n, str(n), "answer: 1"), 1) for n in range(20)))
        await asked.close()

    with OpenAIStub(latency=0.1) as stub:
        asyncio.run(scene(stub.base_url))
        assert stub.stats()["max_in_flight"] == 20


@pytest.mark.parametrize(
    ("rule", "text", "reason"),
    [
        (Rule("refusal", text="I must not."), "I must not.", "refusal"),
        (Rule("content_filter"), "", "content_filter"),
        (Rule("parts", text="42"), "42", "stop"),
        (Rule("gzip", text="42"), "42", "stop"),
        (Rule("drip", text="42", delay=0.0), "42", "stop"),
        (Rule("reply", text="né ☃ 🙂"), "né ☃ 🙂", "stop"),
    ],
)
def test_unusual_answers_are_answers(rule, text, reason):
    answer = answer_under(rule)
    assert (answer.text, answer.finish_reason) == (text, reason)


def test_an_answer_of_five_megabytes_is_read():
    assert len(answer_under(Rule("big", size=5_000_000)).text) == 5_000_000


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Rule("status", status=500), "http_500"),
        (Rule("cut"), "connection_cut"),
        (Rule("drop"), "connection_cut"),
        (Rule("broken"), "bad_json"),
        (Rule("wrong_types"), "bad_response"),
        (Rule("empty"), "bad_response"),
        (Rule("raw", text="HTTP error"), "bad_json"),
    ],
)
def test_what_may_pass_is_transient(rule, code):
    error = error_under(rule)
    assert isinstance(error, TransientModelError)
    assert (error.code, error.throttled) == (code, False)


@pytest.mark.parametrize(
    ("rule", "code", "fatal"),
    [
        (Rule("status", status=401), "http_401", True),
        (Rule("status", status=404), "http_404", True),
        (Rule("status", status=400), "http_400", False),
        (Rule("quota"), "insufficient_quota", True),
        (Rule("redirect", text="http://169.254.169.254/latest"), "http_307", True),
        (Rule("big", size=9_000_000), "response_too_large", False),
        (Rule("gzip_bomb", size=200_000_000), "response_too_large", False),
    ],
)
def test_what_stays_is_permanent(rule, code, fatal):
    error = error_under(rule)
    assert isinstance(error, PermanentModelError)
    assert (error.code, error.fatal) == (code, fatal)


def test_throttling_carries_what_the_endpoint_asked_for():
    error = error_under(Rule("throttle", retry_after="12"))
    assert isinstance(error, TransientModelError)
    assert (error.code, error.throttled, error.retry_after_seconds) == ("http_429", True, 12)


@pytest.mark.parametrize("rule", [Rule("hang"), Rule("drip", delay=0.01), Rule("latency", delay=3.0)])
def test_hanging_and_dripping_end_at_the_deadline(rule):
    assert error_under(rule, timeout_seconds=0.3).code == "timeout"


def test_a_decompression_bomb_is_not_inflated():
    with OpenAIStub([Rule("gzip_bomb", size=200_000_000)]) as stub:
        ask(stub.base_url)
        tracemalloc.start()
        ask(stub.base_url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 40_000_000


def test_the_endpoints_words_come_without_prompt_and_key():
    rule = Rule("status", status=400, text="cannot do that")
    assert error_under(rule).message == "the endpoint answered 400: cannot do that"
    assert (
        error_under(Rule("status", status=400, text="bad: {prompt}")).message == "the endpoint answered 400"
    )
    assert "***" in error_under(Rule("status", status=400, text="bad: {authorization}")).message


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else():
    with OpenAIStub() as elsewhere, OpenAIStub([Rule("redirect", text=f"{elsewhere.base_url}/x")]) as stub:
        ask(stub.base_url)
        assert stub.stats()["calls"] == 1
        assert elsewhere.stats()["calls"] == 0


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with OpenAIStub() as stub:
        assert ask(stub.base_url)[0].text == "42"


def test_an_endpoint_that_is_not_there_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        (error,) = ask(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
    assert isinstance(error, TransientModelError)
    assert error.code == "unreachable"


def test_https_to_a_server_without_it_is_no_secure_connection():
    with OpenAIStub() as stub:
        (error,) = ask(stub.base_url.replace("http://", "https://"))
    assert (error.code, error.fatal) == ("tls", True)


@pytest.mark.parametrize("host", ["http://127.0.0.1:9", "https://2130706433", "https://[::1]"])
def test_on_aws_a_private_endpoint_is_refused_before_connecting(host):
    (error,) = ask(f"{host}/v1", allow_private=False)
    assert (error.code, error.fatal) == ("endpoint_refused", True)


def test_on_aws_a_public_name_that_leads_to_a_private_address_is_refused(monkeypatch):
    def lead_home(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lead_home)
    (error,) = ask("https://models.example.com/v1", allow_private=False)
    assert (error.code, error.fatal) == ("endpoint_refused", True)


def test_the_stub_tells_its_counters_over_http():
    with OpenAIStub([Rule("throttle", times=1)]) as stub:
        ask(stub.base_url, PROMPT, PROMPT, "answer: 1")
        with urllib.request.urlopen(f"http://{stub.host}:{stub.port}/_stats") as response:
            told = json.load(response)
    assert told == stub.stats()
    assert (told["calls"], told["in_flight"], told["max_in_flight"]) == (3, 0, 1)
    assert told["by_prompt"] == {PROMPT: 2, "answer: 1": 1}


def test_the_stub_as_a_process_prints_its_port_and_counts():
    command = [sys.executable, "-m", "tests.stubs.openai_stub", "--rule", '{"action": "reply"}']
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            port = int(process.stdout.readline())
            (answer,) = ask(f"http://127.0.0.1:{port}/v1")
        finally:
            process.terminate()
    assert answer.text == "no, said the stub"
