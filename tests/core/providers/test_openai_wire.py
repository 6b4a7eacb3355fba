"""The bytes of OpenAI's chat completions, both ways."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Answer
from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers import Embedding
from marksheet.providers.openai_wire import (
    decode_answer,
    decode_embeddings,
    decode_error,
    encode_chat,
    encode_embeddings,
)
from tests.stubs.openai_stub import completion, embeddings

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PROMPT = "Explain in your own words why the lighthouse of Skerryvore was built where it stands."
SECRET = "sk-very-secret-0123456789"


def error_for(
    status: int, body: bytes = b"", retry_after: str | None = None, asked: str = PROMPT
) -> ModelError:
    return decode_error(status, retry_after, body, asked=["Be brief.", asked], secret=SECRET, now=NOW)


def said(message: object) -> bytes:
    return json.dumps({"error": {"message": message, "type": "x", "code": None}}).encode()


def test_a_request_holds_what_was_set_and_nothing_else():
    messages = [{"role": "user", "content": "Hi"}]
    assert json.loads(encode_chat({"model": "m", "max_attempts": 3}, messages, 1)) == {
        "model": "m",
        "messages": messages,
    }
    settings = {"model": "m", "temperature": 0.0, "top_p": 1.0, "max_tokens": 5, "stop": ["\n"]}
    body = json.loads(encode_chat({**settings, "extra_body": {"think": False}}, messages, 1))
    assert body == {**settings, "messages": messages, "think": False}


def test_sampling_of_a_call_stands_before_every_setting():
    settings = {
        "model": "m",
        "temperature": 1.0,
        "max_tokens": 5,
        "seed": 1,
        "extra_body": {"reasoning_effort": "high", "think": False},
    }
    sampling = {"temperature": 0, "top_p": 0.5, "max_tokens": 9, "seed": 7, "reasoning_effort": "low"}
    body = json.loads(encode_chat(settings, [], 2, sampling))
    assert body == {"model": "m", "messages": [], "think": False, **sampling, "seed": 8}


def test_a_limit_of_sampling_goes_by_the_name_that_the_model_takes():
    settings = {"model": "m", "extra_body": {"max_completion_tokens": 500}}
    body = json.loads(encode_chat(settings, [], 1, {"max_tokens": 9}))
    assert body == {"model": "m", "messages": [], "max_completion_tokens": 9}


def test_the_seed_moves_with_the_trial():
    seeds = [json.loads(encode_chat({"model": "m", "seed": 7}, [], trial))["seed"] for trial in (1, 2, 3)]
    assert seeds == [7, 8, 9]


def test_an_answer_brings_text_tokens_reason_and_latency():
    assert decode_answer(completion("42"), 1.5) == Answer("42", 1.5, 11, 7, "stop")


@pytest.mark.parametrize(
    ("body", "text", "reason"),
    [
        (completion(""), "", "stop"),
        (completion(None, "length"), "", "length"),
        (completion(None, "content_filter"), "", "content_filter"),
        (completion("part of it", "content_filter"), "part of it", "content_filter"),
        (completion(None, refusal="I must not."), "I must not.", "refusal"),
        (completion("", refusal="I must not."), "I must not.", "refusal"),
        (completion("4", refusal=None), "4", "stop"),
        (completion([{"type": "text", "text": "4"}, {"type": "image"}, "2"]), "42", "stop"),
        (completion("x", None), "x", None),
        (b'{"choices": [{"message": {"content": "x"}, "finish_reason": ["stop"]}]}', "x", None),
        (b'{"choices": [{"message": {"content": "x"}, "finish_reason": "\\ud83d"}]}', "x", "\ufffd"),
        (completion("\ud83d"), "\ufffd", "stop"),
        (b'{"choices": [{"message": {"content": "x"}, "logprobs": NaN}]}', "x", None),
    ],
)
def test_the_many_forms_of_an_answer(body, text, reason):
    answer = decode_answer(body, 0.1)
    assert (answer.text, answer.finish_reason) == (text, reason)


@pytest.mark.parametrize("usage", [None, "much", {"prompt_tokens": True, "completion_tokens": -1}, {}, []])
def test_tokens_that_are_no_counts_are_unknown(usage):
    body = json.loads(completion("x"))
    answer = decode_answer(json.dumps({**body, "usage": usage}).encode(), 0.1)
    assert (answer.prompt_tokens, answer.completion_tokens) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        b"3",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": "none"}',
        b'{"choices": [{"message": 4}]}',
        completion(None),
        completion(3),
        completion([]),
        b'{"choices": [4]}',
        b'{"error": "overloaded"}',
        b'{"choices": [{"message": {"content": null}, "finish_reason": {}}]}',
    ],
)
def test_a_wrong_shape_is_a_bad_response(body):
    with pytest.raises(TransientModelError) as caught:
        decode_answer(body, 0.1)
    assert caught.value.code == "bad_response"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"choices": [', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_told_apart(body):
    with pytest.raises(TransientModelError) as caught:
        decode_answer(body, 0.1)
    assert caught.value.code == "bad_json"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), st.lists, max_leaves=5))
def test_content_of_any_kind_is_an_answer_if_it_holds_text_and_else_a_bad_response(content):
    texts = [part for part in (content if isinstance(content, list) else [content]) if isinstance(part, str)]
    if texts:
        assert decode_answer(completion(content), 0.1).text == "".join(texts)
    else:
        with pytest.raises(TransientModelError, match="no text"):
            decode_answer(completion(content), 0.1)


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504, 520])
def test_states_that_pass_are_transient(status):
    error = error_for(status)
    assert isinstance(error, TransientModelError)
    assert (error.code, error.throttled) == (f"http_{status}", False)


@pytest.mark.parametrize(("status", "retry_after"), [(429, None), (429, "7"), (529, None), (503, "7")])
def test_throttling_is_told_from_failure(status, retry_after):
    error = error_for(status, retry_after=retry_after)
    assert isinstance(error, TransientModelError)
    assert error.throttled
    assert error.retry_after_seconds == (7 if retry_after else None)


@pytest.mark.parametrize("status", [301, 307, 401, 402, 403, 404, 405])
def test_what_every_request_would_meet_is_fatal(status):
    error = error_for(status)
    assert isinstance(error, PermanentModelError)
    assert error.fatal


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_one_request_meets_is_permanent_but_not_fatal(status):
    error = error_for(status)
    assert isinstance(error, PermanentModelError)
    assert not error.fatal


@pytest.mark.parametrize("field", ["code", "type"])
def test_a_quota_that_is_used_up_is_not_waited_for(field):
    error = error_for(429, json.dumps({"error": {field: "insufficient_quota"}}).encode(), "1")
    assert isinstance(error, PermanentModelError)
    assert (error.code, error.fatal) == ("insufficient_quota", True)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (said("context too long"), "the endpoint answered 400: context too long"),
        (b'{"error": "no such option"}', "the endpoint answered 400: no such option"),
        (b'{"detail": "no such field"}', "the endpoint answered 400: no such field"),
        (b'{"message": "no"}', "the endpoint answered 400: no"),
        (said("two\r\nlines\x00\x1b[31m"), "the endpoint answered 400: two lines [31m"),
        (said(3), "the endpoint answered 400"),
        (b"<html>busy</html>", "the endpoint answered 400"),
        (b"", "the endpoint answered 400"),
        (b'["x"]', "the endpoint answered 400"),
    ],
)
def test_the_endpoints_own_words_are_passed_on_in_one_short_line(body, message):
    assert error_for(400, body).message == message


@pytest.mark.parametrize("status", [401, 403])
def test_of_a_refused_key_nothing_is_passed_on(status):
    assert error_for(status, said("Incorrect key sk-ab***89")).message == "the endpoint refuses the key"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (PROMPT, f"cannot answer: {PROMPT}"),
        (PROMPT, f"flagged: {PROMPT[20:60]} ..."),
        (PROMPT.replace(" ", "\n"), f"flagged: {PROMPT}"),
        ("2+2?", "what is 2+2? supposed to mean"),
        ("2+2?", "I was told: Be brief."),
    ],
)
def test_a_message_that_repeats_the_prompt_is_not_passed_on(asked, message):
    assert error_for(400, said(message), asked=asked).message == "the endpoint answered 400"


def test_a_prompt_that_azures_filter_stops_tells_of_that_prompt_alone():
    error = error_for(400, json.dumps({"error": {"code": "content_filter", "message": "no"}}).encode())
    assert isinstance(error, PermanentModelError)
    assert (error.code, error.fatal) == ("content_filter", False)


def test_a_request_for_embeddings_holds_model_texts_and_further_fields_alone():
    settings = {"model": "m", "temperature": 0, "seed": 1, "extra_body": {"dimensions": 256}}
    assert json.loads(encode_embeddings(settings, ["a", "b"])) == {
        "model": "m",
        "input": ["a", "b"],
        "dimensions": 256,
    }


def test_embeddings_come_in_the_order_of_the_texts_with_tokens():
    body = json.loads(embeddings([[1, 0.5], [2, 0]], 12))
    body["data"].reverse()
    found = decode_embeddings(json.dumps(body).encode(), 2, 0.5)
    assert found == Embedding(((1.0, 0.5), (2.0, 0.0)), 0.5, 12)


@pytest.mark.parametrize(
    "body",
    [
        b"3",
        b"{}",
        b'{"data": {}}',
        b'{"data": [4]}',
        b'{"data": [{"index": 0}, {"index": 1}]}',
        b'{"data": [{"embedding": [1]}, {"embedding": [2]}]}',
        b'{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [2]}]}',
        b'{"data": [{"index": 1, "embedding": [1]}, {"index": 2, "embedding": [2]}]}',
        b'{"data": [{"index": "0", "embedding": [1]}, {"index": "1", "embedding": [2]}]}',
        b'{"data": [{"index": false, "embedding": [1]}, {"index": true, "embedding": [2]}]}',
        b'{"data": [{"index": [0], "embedding": [1]}]}',
        embeddings([[1.0]]),
        embeddings([[1.0], [2.0], [3.0]]),
        embeddings([[1.0], [1.0, 2.0]]),
        embeddings(["AAAA", "AAAA"]),
        b'{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}',
    ],
)
def test_embeddings_of_a_wrong_shape_are_a_bad_response(body):
    with pytest.raises(TransientModelError) as caught:
        decode_embeddings(body, 2, 0.1)
    assert caught.value.code == "bad_response"


@pytest.mark.parametrize("usage", [None, "much", {}, {"prompt_tokens": -1}])
def test_embeddings_without_a_count_have_unknown_tokens(usage):
    body = {**json.loads(embeddings([[1.0]])), "usage": usage}
    assert decode_embeddings(json.dumps(body).encode(), 1, 0.1).prompt_tokens is None
