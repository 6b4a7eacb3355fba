"""The Bedrock provider against a server that checks its signatures and misbehaves."""

import asyncio
import random
import socket
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest
from botocore.config import Config

from marksheet import aws
from marksheet.domain import Answer, Benchmark, Model, ProviderName, Question, Status
from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers import open_provider
from marksheet.providers.bedrock import BedrockProvider
from marksheet.providers.calling import Calls
from tests.core.providers.virtual_time import FAR
from tests.stubs.bedrock_stub import BedrockStub, Rule
from tests.stubs.openai_stub import vector

ROOT = Path(__file__).resolve().parents[3]
ACCESS_KEY, SECRET_KEY = "AKIAVERYKNOWNKEY1234", "s3cr3t/of+the/role"
TOKEN = "token-of-the-session-0123456789"
MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
TITAN = "amazon.titan-embed-text-v2:0"
PROMPT = "What is six times seven? answer: 42"


@pytest.fixture(autouse=True)
def role(monkeypatch):
    """Credentials as a Lambda has them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    aws.session.cache_clear()
    yield
    aws.session.cache_clear()


def stub(*rules: Rule, **options) -> BedrockStub:
    return BedrockStub(rules, secret_key=SECRET_KEY, **options)


def provider(endpoint: str, **settings) -> BedrockProvider:
    settings = {"model": MODEL, "timeout_seconds": 5.0, "max_in_flight": 8, **settings}
    return BedrockProvider(settings, system_prompt=None, prompt_template=None, endpoint=endpoint)


def ask(endpoint: str, *prompts: str, **settings) -> list[Answer | ModelError]:
    """Asks one after the other over one provider."""

    async def scene() -> list[Answer | ModelError]:
        asked = provider(endpoint, **settings)
        found: list[Answer | ModelError] = []
        for number, prompt in enumerate(prompts or [PROMPT], 1):
            try:
                found.append(await asked.ask(Question(number, str(number), prompt), 1))
            except ModelError as error:
                found.append(error)
        await asked.close()
        return found

    return asyncio.run(scene())


def embed(endpoint: str, *texts: str, **settings):
    async def scene():
        asked = provider(endpoint, **{"model": TITAN, **settings})
        try:
            return await asked.embed(texts)
        finally:
            await asked.close()

    return asyncio.run(scene())


def error_under(rule: Rule, **settings) -> ModelError:
    with stub(rule) as server:
        (error,) = ask(server.origin, **settings)
    assert isinstance(error, ModelError)
    for secret in (ACCESS_KEY, SECRET_KEY, TOKEN, PROMPT, "arn:", "Signature"):
        assert secret not in error.message
    return error


def answer_under(rule: Rule) -> Answer:
    with stub(rule) as server:
        (answer,) = ask(server.origin)
    assert isinstance(answer, Answer)
    return answer


def test_an_answer_brings_its_tokens_and_its_latency():
    answer = answer_under(Rule("latency", delay=0.05))
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("42", 11, 7)
    assert answer.latency_seconds >= 0.05


@pytest.mark.parametrize(
    "model",
    [
        MODEL,
        "amazon.nova-lite-v1:0",
        "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/ab12",
    ],
)
def test_the_stub_takes_what_botocores_own_client_sends_and_what_we_send(model):
    """So both sign in the same way, and the stub checks signatures as AWS does."""
    with stub() as server:
        config = Config(retries={"total_max_attempts": 1})
        session = botocore.session.get_session()
        theirs = session.create_client("bedrock-runtime", endpoint_url=server.origin, config=config)
        turns = [{"role": "user", "content": [{"text": PROMPT}]}]
        assert theirs.converse(modelId=model, messages=turns)["stopReason"] == "end_turn"
        (ours,) = ask(server.origin, model=model)
        assert ours.text == "42"
        assert [body["messages"] for body in server.script.bodies] == [turns, turns]
        assert len({call.path for call in server.script.calls}) == 1


def test_a_request_signed_with_another_secret_is_refused_and_its_answer_names_no_credential(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    aws.session.cache_clear()
    with stub() as server:
        (error,) = ask(server.origin)
        assert server.stats()["calls"] == 0
    assert (error.code, error.fatal, error.message) == ("http_403", True, "Bedrock refuses the credentials")


def test_a_request_is_as_the_settings_and_the_benchmark_want_it():
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
    settings = {
        "model": MODEL,
        "region": "us-west-2",
        "temperature": 0,
        "max_tokens": 50,
        "stop": ["\n"],
        "system_prompt": "You.",
        "extra_body": {"top_k": 5},
    }

    async def scene(endpoint: str) -> None:
        model = Model("acme", "m", ProviderName.BEDROCK, settings, Status.READY, "")
        opened = open_provider(
            model,
            benchmark=benchmark,
            secret=None,
            read=lambda *_: b"",
            allow_private=True,
            bedrock_endpoint=endpoint,
        )
        await opened.prepare([], 1)
        await opened.ask(Question(1, "1", "Why?"), 2)
        await opened.close()

    with stub() as server:
        asyncio.run(scene(server.origin))
        (call,) = server.script.calls
    assert call.body == {
        "messages": [{"role": "user", "content": [{"text": "Q: Why?"}]}],
        "system": [{"text": "You.\n\nBe brief."}],
        "inferenceConfig": {"temperature": 0, "maxTokens": 50, "stopSequences": ["\n"]},
        "additionalModelRequestFields": {"top_k": 5},
    }
    assert call.path == f"/model/{MODEL}/converse"
    assert "/us-west-2/bedrock/aws4_request" in call.headers["authorization"]


@pytest.mark.parametrize(("allow_private", "calls"), [(True, 1), (False, 0)])
def test_another_endpoint_than_awss_is_for_a_laptop_alone(allow_private, calls):
    async def scene(endpoint: str) -> None:
        model = Model("acme", "m", ProviderName.BEDROCK, {"model": MODEL}, Status.READY, "")
        benchmark = Benchmark(*("acme", "b", 1, "b", Status.READY, 1, "", "", ()), created_at="")
        opened = open_provider(
            model,
            benchmark=benchmark,
            secret=None,
            read=lambda *_: b"",
            allow_private=allow_private,
            bedrock_endpoint=endpoint,
        )
        if not allow_private:
            with pytest.raises(TransientModelError, match="cannot be reached"):
                await opened.ask(Question(1, "1", "?"), 1)
        else:
            await opened.ask(Question(1, "1", "?"), 1)
        await opened.close()

    asked_for = []

    def nobody(host, *_, **__):
        asked_for.append(host)
        raise socket.gaierror

    with stub() as server, pytest.MonkeyPatch.context() as patch:
        if not allow_private:
            patch.setattr(socket, "getaddrinfo", nobody)
        asyncio.run(scene(server.origin))
        assert server.stats()["calls"] == calls
    assert asked_for == ([] if allow_private else ["bedrock-runtime.eu-central-1.amazonaws.com"])


def test_a_conversation_is_sent_turn_by_turn():
    async def scene(endpoint: str) -> Answer:
        asked = provider(endpoint, system_prompt="not part of it")
        answer = await asked.chat(
            [
                {"role": "system", "content": "You judge."},
                {"role": "user", "content": "First."},
                {"role": "assistant", "content": ""},
                {"role": "user", "content": "Again. answer: B"},
            ]
        )
        await asked.close()
        return answer

    with stub() as server:
        assert asyncio.run(scene(server.origin)).text == "B"
        (call,) = server.script.calls
    assert call.body == {
        "messages": [{"role": "user", "content": [{"text": "First."}, {"text": "Again. answer: B"}]}],
        "system": [{"text": "You judge."}],
    }


def test_a_conversation_may_have_sampling_of_its_own_as_far_as_converse_has_it():
    async def scene(endpoint: str) -> None:
        asked = provider(endpoint, temperature=1.0, max_tokens=5)
        sampling = {
            "temperature": 0,
            "top_p": 0.5,
            "max_tokens": 9,
            "seed": 7,
            "reasoning_effort": "low",
        }
        await asked.chat([{"role": "user", "content": "answer: B"}], sampling=sampling)
        await asked.close()

    with stub() as server:
        asyncio.run(scene(server.origin))
        (call,) = server.script.calls
    assert call.body == {
        "messages": [{"role": "user", "content": [{"text": "answer: B"}]}],
        "inferenceConfig": {"temperature": 0, "topP": 0.5, "maxTokens": 9},
    }


@pytest.mark.parametrize(
    ("rule", "text", "reason"),
    [
        (Rule("refusal", text="I must not."), "I must not.", "refusal"),
        (Rule("content_filter"), "", "content_filter"),
        (Rule("guardrail", text="Sorry."), "Sorry.", "content_filter"),
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
    ("rule", "code", "throttled"),
    [
        (Rule("throttle"), "http_429", True),
        (Rule("status", status=429, kind="ModelNotReadyException"), "http_429", True),
        (Rule("status", status=400, kind="ServiceQuotaExceededException"), "http_400", True),
        (Rule("status", status=503), "http_503", False),
        (Rule("status", status=500), "http_500", False),
        (Rule("status", status=408), "http_408", False),
        (Rule("status", status=424), "http_424", False),
        (Rule("cut"), "connection_cut", False),
        (Rule("drop"), "connection_cut", False),
        (Rule("broken"), "bad_json", False),
        (Rule("wrong_types"), "bad_response", False),
        (Rule("empty"), "bad_response", False),
        (Rule("raw", text="<html>"), "bad_json", False),
    ],
)
def test_what_may_pass_is_transient(rule, code, throttled):
    error = error_under(rule)
    assert isinstance(error, TransientModelError)
    assert (error.code, error.throttled) == (code, throttled)


@pytest.mark.parametrize(
    ("rule", "code", "fatal"),
    [
        (Rule("status", status=400), "http_400", False),
        (Rule("status", status=403), "http_403", True),
        (Rule("status", status=404), "http_404", True),
        (Rule("redirect", text="http://169.254.169.254/latest"), "http_307", True),
        (Rule("big", size=9_000_000), "response_too_large", False),
        (Rule("endless", status=200), "response_too_large", False),
        (Rule("gzip_bomb", size=200_000_000), "response_too_large", False),
    ],
)
def test_what_stays_is_permanent(rule, code, fatal):
    error = error_under(rule)
    assert isinstance(error, PermanentModelError)
    assert (error.code, error.fatal) == (code, fatal)


@pytest.mark.parametrize("rule", [Rule("hang"), Rule("drip", delay=0.01), Rule("latency", delay=3.0)])
def test_hanging_and_dripping_end_at_the_deadline(rule):
    assert error_under(rule, timeout_seconds=0.3).code == "timeout"


@pytest.mark.parametrize("status", [403, 404])
def test_of_refused_access_nothing_is_passed_on(status):
    denied = (
        "User: arn:aws:sts::111122223333:assumed-role/marksheet-ScoreShardRole/x is not authorized to "
        "perform: bedrock:InvokeModel on resource: arn:aws:bedrock:eu-central-1::foundation-model/x"
    )
    message = error_under(Rule("status", status=status, text=denied)).message
    assert message in {"Bedrock refuses access to the model", "Bedrock does not know the model"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_tokens is too large", "Bedrock answered 400: max_tokens is too large"),
        ("no model arn:aws:bedrock:x:1:y/z here", "Bedrock answered 400: no model *** here"),
        ("you said: {prompt}", "Bedrock answered 400"),
        ("header was {authorization}", "Bedrock answered 400: header was ***"),
    ],
)
def test_bedrocks_own_words_come_without_prompt_arn_and_signature(text, message):
    assert error_under(Rule("status", status=400, text=text)).message.startswith(message)


def test_after_a_few_refusals_the_model_is_not_called_any_more():
    async def scene(endpoint: str) -> list:
        asked = provider(endpoint)
        calls = Calls(asked, max_in_flight=8, max_attempts=6)
        questions = (calls.answer(Question(n, str(n), "?"), 1, give_up_at=FAR) for n in range(200))
        found = await asyncio.gather(*questions, return_exceptions=True)
        await asked.close()
        return found

    with stub(Rule("status", status=403)) as server:
        results = asyncio.run(scene(server.origin))
        assert server.stats()["calls"] <= 8 + 3
    assert {(error.code, error.message) for error in results} == {
        ("http_403", "Bedrock refuses access to the model")
    }


def test_throttling_is_ridden_out():
    async def scene(endpoint: str) -> list[Answer]:
        asked = provider(endpoint)
        calls = Calls(asked, max_in_flight=8, max_attempts=2, sleep=lambda _: asyncio.sleep(0))
        random.seed(1)
        found = await asyncio.gather(
            *(calls.answer(Question(n, str(n), f"{n} answer: {n}"), 1, give_up_at=FAR) for n in range(40))
        )
        await asked.close()
        return found

    with stub(Rule("throttle", times=5, retry_after="0")) as server:
        answers = asyncio.run(scene(server.origin))
        assert server.stats()["calls"] == 45
    assert [answer.text for answer in answers] == [str(n) for n in range(40)]


def test_titan_embeds_each_text_and_counts_the_tokens_of_all():
    with stub() as server:
        found = embed(server.origin, "a b", "c", extra_body={"normalize": True})
        calls = list(server.script.calls)
    assert found.vectors == (tuple(vector("a b")), tuple(vector("c")))
    assert found.prompt_tokens == 10
    assert found.latency_seconds > 0
    assert [call.body for call in calls] == [
        {"inputText": "a b", "normalize": True},
        {"inputText": "c", "normalize": True},
    ]
    assert {call.path for call in calls} == {f"/model/{TITAN}/invoke"}


def test_another_models_embeddings_are_unknown_and_it_is_not_called():
    with stub() as server:
        with pytest.raises(PermanentModelError) as caught:
            embed(server.origin, "a", model=MODEL)
        assert server.stats()["calls"] == 0
    assert (caught.value.code, caught.value.fatal) == ("no_embeddings", True)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Rule("throttle"), "http_429"),
        (Rule("status", status=400), "http_400"),
        (Rule("wrong_types"), "bad_response"),
        (Rule("broken"), "bad_json"),
        (Rule("raw", text="[]"), "bad_response"),
    ],
)
def test_what_goes_wrong_with_embeddings_is_told_as_with_answers(rule, code):
    with stub(rule) as server, pytest.raises(ModelError) as caught:
        embed(server.origin, "a")
    assert caught.value.code == code


def test_the_stub_as_a_process_prints_its_port():
    command = [sys.executable, "-m", "tests.stubs.bedrock_stub", "--secret-key", SECRET_KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            (answer,) = ask(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.terminate()
    assert answer.text == "42"
