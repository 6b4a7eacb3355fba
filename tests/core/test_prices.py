"""What tokens cost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Model, ProviderName, Status
from marksheet.prices import COMPLETION_PRICE, PROMPT_PRICE, cost, has_price

BOTH = {PROMPT_PRICE: 0.15, COMPLETION_PRICE: 0.6}
PROMPTS = {PROMPT_PRICE: 0.02}


def model(provider: ProviderName, **settings: float) -> Model:
    return Model("acme", "m", provider, settings, Status.READY, "")


def test_a_call_costs_its_tokens_at_their_prices_to_the_last_digit():
    assert cost(BOTH, 11, 7) == Decimal("0.00000585")


def test_a_price_may_be_a_whole_number_or_a_decimal():
    assert cost({PROMPT_PRICE: 3, COMPLETION_PRICE: Decimal("0.1")}, 1_000_000, 1_000_000) == Decimal("3.1")


def test_what_is_free_costs_nothing_whatever_is_not_known_of_it():
    assert cost({PROMPT_PRICE: 0, COMPLETION_PRICE: 0}, 11, None) == 0


@pytest.mark.parametrize(
    ("settings", "prompt_tokens", "completion_tokens"),
    [({}, 11, 7), (BOTH, None, 7), (BOTH, 11, None), (PROMPTS, 11, 7), ({COMPLETION_PRICE: 1}, 11, 7)],
)
def test_what_is_not_known_is_never_free(settings, prompt_tokens, completion_tokens):
    assert cost(settings, prompt_tokens, completion_tokens) is None


@pytest.mark.parametrize("completion_tokens", [None, 0])
def test_embeddings_cost_their_prompts(completion_tokens):
    assert cost(PROMPTS, 500, completion_tokens) == Decimal("0.00001")


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), max_size=20),
    st.decimals(0, 1000, places=6),
    st.decimals(0, 1000, places=6),
)
def test_a_sum_of_costs_is_the_cost_of_the_sum(calls, prompt_price, completion_price):
    settings = {PROMPT_PRICE: float(prompt_price), COMPLETION_PRICE: float(completion_price)}
    together = cost(settings, sum(p for p, _ in calls), sum(c for _, c in calls))
    assert sum((cost(settings, p, c) for p, c in calls), Decimal(0)) == together


@pytest.mark.parametrize("provider", [ProviderName.OPENAI, ProviderName.BEDROCK])
def test_a_model_has_a_price_when_both_are_known_and_one_that_embeds_when_one_is(provider):
    assert has_price(model(provider, **BOTH))
    assert not has_price(model(provider, **PROMPTS))
    assert not has_price(model(provider))
    assert has_price(model(provider, **PROMPTS), embeds=True)
    assert not has_price(model(provider), embeds=True)


def test_recorded_answers_cost_nothing():
    assert has_price(model(ProviderName.RECORDED))
