"""The settings a model may be registered with."""

import math

import pytest

from marksheet.domain import ProviderName
from marksheet.errors import InvalidRequest, Problem
from marksheet.providers import validate_settings

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
