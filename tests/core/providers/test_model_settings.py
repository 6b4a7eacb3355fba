"""The settings a model may be registered with."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import ProviderName
from marksheet.errors import InvalidRequest, Problem
from marksheet.prices import cost
from marksheet.providers import validate_settings
from marksheet.store.table import decode, encode

URL = "https://api.example.com/v1"


def check(settings: dict, provider: ProviderName = ProviderName.OPENAI, allow_private: bool = False) -> dict:
    return validate_settings(provider, settings, allow_private=allow_private, location=("body", "settings"))


def problems_of(settings: dict, provider: ProviderName = ProviderName.OPENAI) -> list[Problem]:
    with pytest.raises(InvalidRequest) as caught:
        check(settings, provider)
    return caught.value.problems


def test_defaults_are_filled_in_and_what_is_not_given_is_left_out():
    assert check({"base_url": f"{URL}/", "model": "m"}) == {
        "base_url": URL,
        "model": "m",
        "timeout_seconds": 60.0,
        "max_in_flight": 50,
        "max_attempts": 6,
    }


def test_every_setting_is_kept():
    given = {
        "base_url": URL,
        "model": "m",
        "temperature": 0,
        "top_p": 0.5,
        "max_tokens": 100,
        "seed": 7,
        "stop": ["\n"],
        "system_prompt": "Be brief.",
        "extra_body": {"reasoning": {"effort": "low"}},
        "timeout_seconds": 600,
        "max_in_flight": 1000,
        "max_attempts": 10,
        "usd_per_million_prompt_tokens": 0.15,
        "usd_per_million_completion_tokens": 0.6,
    }
    assert check(given) == given


def test_checked_settings_pass_again_unchanged():
    once = check({"base_url": URL, "model": "m", "stop": "\n"})
    assert check(once) == once
    assert once["stop"] == ["\n"]


def test_private_endpoints_need_permission():
    settings = {"base_url": "http://localhost:11434/v1", "model": "llama"}
    assert check(settings, allow_private=True)["base_url"] == "http://localhost:11434/v1"
    (problem,) = problems_of(settings)
    assert problem.location == ("body", "settings", "base_url")
    assert problem.message == "must begin with https://"


def test_all_problems_are_told_at_once():
    found = {problem.location[2]: problem for problem in problems_of({"temprature": 1})}
    assert set(found) == {"base_url", "model", "temprature"}
    assert found["base_url"].kind == "missing"
    assert found["temprature"].kind == "extra_forbidden"
    assert 'did you mean "temperature"?' in found["temprature"].message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", 3),
        ("model", ""),
        ("temperature", "0"),
        ("temperature", 2.1),
        ("temperature", math.nan),
        ("top_p", math.inf),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("seed", True),
        ("stop", []),
        ("stop", [1]),
        ("stop", [""]),
        ("system_prompt", "x" * 70_000),
        ("extra_body", []),
        ("extra_body", {"stream": True}),
        ("extra_body", {"messages": []}),
        ("extra_body", {"x": "y" * 9000}),
        ("timeout_seconds", 0.5),
        ("timeout_seconds", 601),
        ("max_in_flight", 0),
        ("max_in_flight", 1001),
        ("max_in_flight", 1e9),
        ("max_attempts", 11),
        ("api_key", "secret"),
        ("region", "us-east-1"),
        ("extra_body", {"input": []}),
        ("usd_per_million_prompt_tokens", -1),
        ("usd_per_million_prompt_tokens", "-1"),
        ("usd_per_million_prompt_tokens", True),
        ("usd_per_million_prompt_tokens", "1,5"),
        ("usd_per_million_prompt_tokens", "1e3"),
        ("usd_per_million_prompt_tokens", "1_0"),
        ("usd_per_million_prompt_tokens", "١"),
        ("usd_per_million_prompt_tokens", " 1"),
        ("usd_per_million_prompt_tokens", ""),
        ("usd_per_million_prompt_tokens", "NaN"),
        ("usd_per_million_prompt_tokens", math.nan),
        ("usd_per_million_prompt_tokens", math.inf),
        ("usd_per_million_prompt_tokens", 100_001),
        ("usd_per_million_prompt_tokens", 1e300),
        ("usd_per_million_prompt_tokens", 10**400),
        ("usd_per_million_prompt_tokens", "0.1234567891"),
        ("usd_per_million_prompt_tokens", 1e-10),
        ("usd_per_million_prompt_tokens", {}),
        ("usd_per_million_completion_tokens", 1),
    ],
)
def test_values_out_of_bounds_are_refused_by_field(name, value):
    (problem,) = problems_of({"base_url": URL, "model": "m", name: value})
    assert problem.location[:3] == ("body", "settings", name)
    assert "secret" not in problem.message


def test_recorded_models_have_no_settings_but_bear_a_limit():
    assert check({"max_in_flight": 10}, ProviderName.RECORDED) == {}
    (problem,) = problems_of({"base_url": URL}, ProviderName.RECORDED)
    assert problem.kind == "extra_forbidden"


BEDROCK = {"model": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"}


def test_a_bedrock_model_needs_its_name_alone():
    assert check(BEDROCK, ProviderName.BEDROCK) == {
        **BEDROCK,
        "timeout_seconds": 60.0,
        "max_in_flight": 50,
        "max_attempts": 6,
    }


def test_every_setting_of_a_bedrock_model_is_kept():
    given = {
        "model": "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/ab12",
        "region": "us-gov-west-1",
        "temperature": 1,
        "top_p": 0.5,
        "max_tokens": 100,
        "stop": ["\n"],
        "system_prompt": "Be brief.",
        "extra_body": {"top_k": 5},
        "timeout_seconds": 600,
        "max_in_flight": 1000,
        "max_attempts": 10,
        "usd_per_million_prompt_tokens": 3,
        "usd_per_million_completion_tokens": 15,
    }
    assert check(given, ProviderName.BEDROCK) == given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", ""),
        ("model", "a b"),
        ("model", "../x"),
        ("model", "x?y"),
        ("model", "x" * 2049),
        ("region", ""),
        ("region", "evil.example/"),
        ("region", "us-east-1.evil"),
        ("region", "us-east-1\n"),
        ("region", "US-EAST-1"),
        ("seed", 1),
        ("base_url", URL),
        ("api_key", "secret"),
    ],
)
def test_what_a_bedrock_model_does_not_take_is_refused_by_field(name, value):
    (problem,) = problems_of({**BEDROCK, name: value}, ProviderName.BEDROCK)
    assert problem.location[:3] == ("body", "settings", name)


@pytest.mark.parametrize(
    ("price", "kept"),
    [(0, 0), (3, 3), (0.15, 0.15), ("0.15", 0.15), ("10.50", 10.5), (100_000, 100_000), (1e-9, 1e-9)],
)
def test_a_price_is_a_number_or_a_decimal_text(price, kept):
    settings = {"base_url": URL, "model": "m", "usd_per_million_prompt_tokens": price}
    assert check(settings)["usd_per_million_prompt_tokens"] == kept


@given(st.decimals(min_value=0, max_value=100_000, places=9))
def test_no_digit_of_a_price_is_lost(price):
    settings = {"base_url": URL, "model": "m", "usd_per_million_prompt_tokens": f"{price:f}"}
    kept = check(settings)
    assert cost(decode(encode(kept)), 1_000_000, 0) == price
    assert check(kept) == kept


def test_an_embedding_model_has_no_price_for_completions():
    settings = {"base_url": URL, "model": "m", "usd_per_million_prompt_tokens": 1}
    assert "usd_per_million_completion_tokens" not in check(settings)


def test_a_price_for_completions_alone_is_half_a_price():
    settings = {"base_url": URL, "model": "m", "usd_per_million_completion_tokens": 1}
    (problem,) = problems_of(settings)
    assert problem.message == "needs usd_per_million_prompt_tokens as well"


def test_a_wrong_price_for_prompts_is_one_problem():
    prices = {"usd_per_million_prompt_tokens": "much", "usd_per_million_completion_tokens": 1}
    (problem,) = problems_of({"base_url": URL, "model": "m", **prices})
    assert "such as 0.15" in problem.message
