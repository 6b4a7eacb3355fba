"""The bytes of Bedrock's Converse and of Titan's embeddings, both ways."""

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Answer
from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers import Embedding
from marksheet.providers.bedrock_wire import (
    converse_path,
    decode_converse,
    decode_embeddings,
    decode_error,
    encode_converse,
    encode_embedding,
    invoke_path,
)
from tests.stubs.bedrock_stub import converse_body, error_body

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def error_for(status: int, kind: str = "", message: str = "no", retry_after: str | None = None) -> ModelError:
    headers = {"x-amzn-ErrorType": f"{kind}:http://internal/"} if kind else {}
    headers |= {"Retry-After": retry_after} if retry_after else {}
    return decode_error(status, headers, error_body(message, kind)[0], asked=["Why?"], now=NOW)


def test_a_models_name_is_one_part_of_the_path():
    arn = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.x-v1:0"
    assert converse_path(arn) == (
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A111122223333%3Ainference-profile%2Fus.x-v1%3A0/converse"
    )
    assert invoke_path("a.b-v2:0") == "/model/a.b-v2%3A0/invoke"


def test_a_request_holds_what_was_set_and_nothing_else():
    asked = [{"role": "user", "content": "Hi"}]
    turns = [{"role": "user", "content": [{"text": "Hi"}]}]
    assert json.loads(encode_converse({"model": "m", "max_attempts": 3}, asked)) == {"messages": turns}
    settings = {"temperature": 0.0, "top_p": 1.0, "max_tokens": 5, "stop": ["\n"], "extra_body": {"k": 1}}
    assert json.loads(encode_converse(settings, asked)) == {
        "messages": turns,
        "inferenceConfig": {"temperature": 0.0, "topP": 1.0, "maxTokens": 5, "stopSequences": ["\n"]},
        "additionalModelRequestFields": {"k": 1},
    }


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "role": st.sampled_from(["system", "user", "assistant"]),
                "content": st.sampled_from(["", " \n", "a", "b"]),
            }
        )
    )
)
def test_turns_alternate_and_no_text_is_blank_or_lost(messages):
    body = json.loads(encode_converse({}, messages))
    roles = [turn["role"] for turn in body["messages"]]
    assert all(one != other for one, other in pairwise(roles))
    sent = [block["text"] for turn in body["messages"] for block in turn["content"]]
    sent += [block["text"] for block in body.get("system", [])]
    assert sorted(sent) == sorted(m["content"] for m in messages if m["content"].strip())


def test_an_answer_brings_text_tokens_reason_and_latency():
    assert decode_converse(converse_body("42"), 1.5) == Answer("42", 1.5, 11, 7, "stop")


@pytest.mark.parametrize(
    ("stop_reason", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("content_filtered", "content_filter"),
        ("guardrail_intervened", "content_filter"),
        ("refusal", "refusal"),
        ("tool_use", "tool_calls"),
        ("malformed_model_output", "malformed_model_output"),
    ],
)
def test_stop_reasons_are_in_the_words_of_the_other_providers(stop_reason, reason):
    assert decode_converse(converse_body("x", stop_reason), 0.1).finish_reason == reason


@pytest.mark.parametrize(
    ("body", "text", "reason"),
    [
        (converse_body([], "content_filtered"), "", "content_filter"),
        (converse_body([], "max_tokens"), "", "length"),
        (converse_body([], "refusal"), "", "refusal"),
        (converse_body(""), "", "stop"),
        (converse_body([{"reasoningContent": {}}, {"text": "4"}, {"text": "2"}]), "42", "stop"),
        (converse_body("\ud83d"), "\ufffd", "stop"),
        (b'{"output": {"message": {"content": [{"text": "x"}]}}, "stopReason": 4}', "x", None),
    ],
)
def test_the_many_forms_of_an_answer(body, text, reason):
    answer = decode_converse(body, 0.1)
    assert (answer.text, answer.finish_reason) == (text, reason)


@pytest.mark.parametrize("usage", [None, "much", {"inputTokens": True, "outputTokens": -1}, {}, []])
def test_tokens_that_are_no_counts_are_unknown(usage):
    body = {**json.loads(converse_body("x")), "usage": usage}
    answer = decode_converse(json.dumps(body).encode(), 0.1)
    assert (answer.prompt_tokens, answer.completion_tokens) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        b"3",
        b"[]",
        b"{}",
        b'{"output": 4}',
        b'{"output": {"message": null}}',
        b'{"output": {"message": {"content": 4}}}',
        b'{"output": {"message": {"content": [4]}}}',
        converse_body([]),
        converse_body([{"text": 4}]),
        converse_body([{"reasoningContent": {}}]),
        converse_body([], "malformed_model_output"),
    ],
)
def test_a_wrong_shape_is_a_bad_response(body):
    with pytest.raises(TransientModelError) as caught:
        decode_converse(body, 0.1)
    assert caught.value.code == "bad_response"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"output": ', b"[" * 100_000])
def test_what_is_not_json_is_told_apart(body):
    with pytest.raises(TransientModelError) as caught:
        decode_converse(body, 0.1)
    assert caught.value.code == "bad_json"


def test_titan_is_sent_one_text_with_further_fields():
    settings = {"model": "m", "temperature": 0, "extra_body": {"dimensions": 256}}
    assert json.loads(encode_embedding(settings, "a")) == {"inputText": "a", "dimensions": 256}


def test_embeddings_of_many_bodies_are_one_with_all_their_tokens():
    bodies = [
        b'{"embedding": [1, 0.5], "inputTextTokenCount": 3}',
        b'{"embedding": [2, 0], "inputTextTokenCount": 4}',
    ]
    assert decode_embeddings(bodies, 0.5) == Embedding(((1.0, 0.5), (2.0, 0.0)), 0.5, 7)


def test_one_unknown_count_of_tokens_makes_their_sum_unknown():
    bodies = [b'{"embedding": [1], "inputTextTokenCount": 3}', b'{"embedding": [1]}']
    assert decode_embeddings(bodies, 0.5).prompt_tokens is None


@pytest.mark.parametrize(
    "body", [b"3", b"[]", b"{}", b'{"embedding": "x"}', b'{"embedding": []}', b'{"embedding": [NaN]}']
)
def test_an_embedding_of_a_wrong_shape_is_a_bad_response(body):
    with pytest.raises(TransientModelError) as caught:
        decode_embeddings([body], 0.1)
    assert caught.value.code == "bad_response"


def test_embeddings_of_two_dimensions_do_not_belong_together():
    with pytest.raises(TransientModelError, match="different dimensions"):
        decode_embeddings([b'{"embedding": [1]}', b'{"embedding": [1, 2]}'], 0.1)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, "InternalServerException"),
        (503, "ServiceUnavailableException"),
        (408, "ModelTimeoutException"),
        (424, "ModelErrorException"),
        (502, ""),
    ],
)
def test_states_that_pass_are_transient(status, kind):
    error = error_for(status, kind)
    assert isinstance(error, TransientModelError)
    assert (error.code, error.throttled) == (f"http_{status}", False)


@pytest.mark.parametrize(
    ("status", "kind", "retry_after"),
    [
        (429, "ThrottlingException", None),
        (429, "ModelNotReadyException", None),
        (429, "", "7"),
        (400, "ServiceQuotaExceededException", None),
        (503, "ServiceUnavailableException", "7"),
    ],
)
def test_throttling_is_told_from_failure(status, kind, retry_after):
    error = error_for(status, kind, retry_after=retry_after)
    assert isinstance(error, TransientModelError)
    assert (error.throttled, error.retry_after_seconds) == (True, 7 if retry_after else None)


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (403, "AccessDeniedException", "Bedrock refuses access to the model"),
        (403, "UnrecognizedClientException", "Bedrock refuses the credentials"),
        (403, "ExpiredTokenException", "Bedrock refuses the credentials"),
        (404, "ResourceNotFoundException", "Bedrock does not know the model"),
    ],
)
def test_what_every_request_would_meet_is_fatal_and_quotes_nothing(status, kind, message):
    error = error_for(status, kind, "User: arn:aws:iam::1:role/x")
    assert isinstance(error, PermanentModelError)
    assert (error.fatal, error.message) == (True, message)


def test_an_invalid_request_is_permanent_but_not_fatal():
    error = error_for(400, "ValidationException", "too many tokens")
    assert isinstance(error, PermanentModelError)
    assert (error.code, error.fatal, error.message) == (
        "http_400",
        False,
        "Bedrock answered 400: too many tokens",
    )


def test_the_name_of_an_error_may_be_in_its_body():
    body = b'{"__type": "ServiceQuotaExceededException", "message": "no"}'
    error = decode_error(400, {}, body, asked=[], now=NOW)
    assert isinstance(error, TransientModelError)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message": 4}', b'{"__type": 4}'])
def test_an_error_that_explains_nothing_is_told_by_its_status(body):
    assert decode_error(400, {}, body, asked=[], now=NOW).message == "Bedrock answered 400"
