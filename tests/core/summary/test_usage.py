"""Tokens, time and money of a run."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Judging, Outcome, Trial
from marksheet.summary.usage import Usage

AMOUNTS = st.lists(st.decimals(0, 1000, places=12), min_size=1, max_size=50)


def trial(outcome=Outcome.RIGHT, **facts):
    return Trial(1, "q-1", 1, outcome, "text", {}, **facts)


def used(trials, *, free=False, right=1):
    usage = Usage(free=free)
    for one in trials:
        usage.add(one)
    return usage.tell(right)


def costing(dollars):
    return trial(cost_usd=None if dollars is None else Decimal(dollars))


def judged(dollars, calls=1):
    cost = None if dollars is None else Decimal(dollars)
    return trial(cost_usd=Decimal("0.01"), judging=Judging(calls, 100, 20, cost))


def test_latency_has_its_mean_its_quantiles_and_its_maximum():
    latency = used(trial(latency_seconds=float(seconds)) for seconds in range(1, 101))["latency_seconds"]
    assert list(latency) == ["count", "mean", "p50", "p95", "p99", "max"]
    assert (latency["count"], latency["mean"], latency["max"]) == (100, 50.5, 100.0)
    assert [latency[p] for p in ("p50", "p95", "p99")] == pytest.approx([50, 95, 99], rel=0.01)


def test_tokens_add_up_over_the_answers_that_have_them():
    trials = [trial(prompt_tokens=10, completion_tokens=3), trial(prompt_tokens=5), trial()]
    assert used(trials)["tokens"] == {"prompt": 15, "completion": 3}
    assert used([trial()])["tokens"] == {"prompt": None, "completion": None}


def test_dollars_are_exact_decimal_texts():
    cost = used([costing("0.1"), costing("0.2"), costing("0.000000000001")], right=3)["cost_usd"]
    assert cost["model"] == cost["total"] == "0.300000000001"
    assert (cost["judges"], cost["unknown_trials"]) == ("0", 0)


@given(AMOUNTS)
def test_no_sum_of_dollars_is_rounded(amounts):
    total = used(map(costing, amounts))["cost_usd"]["total"]
    assert "E" not in total
    assert Decimal(total) * 10**12 == sum(int(amount * 10**12) for amount in amounts)


def test_judges_are_paid_too():
    told = used([judged("0.002", calls=2), judged("0.003"), trial(cost_usd=Decimal("0.01"))])
    assert told["cost_usd"]["model"] == "0.03"
    assert told["cost_usd"]["judges"] == "0.005"
    assert told["cost_usd"]["total"] == "0.035"
    assert told["judging"] == {"calls": 3, "prompt_tokens": 200, "completion_tokens": 40}


def test_without_a_judge_there_is_no_judging():
    assert used([trial()])["judging"] is None


def test_a_right_answer_has_its_price():
    cost = used([costing("0.1"), costing("0.1"), costing("0.1")], right=7)["cost_usd"]
    assert cost["per_right_answer"] == "0.0428571"
    assert used([costing("0.1")], right=0)["cost_usd"]["per_right_answer"] is None


def test_a_trial_without_a_known_cost_is_counted_and_the_others_are_summed():
    cost = used([costing("0.25"), costing(None), costing("0.5"), judged(None)])["cost_usd"]
    assert (cost["model"], cost["judges"], cost["total"]) == ("0.76", None, None)
    assert (cost["unknown_trials"], cost["per_right_answer"]) == (2, None)


def test_a_model_without_a_price_is_not_free():
    cost = used([costing(None), trial(Outcome.ERRORED)])["cost_usd"]
    assert (cost["model"], cost["total"], cost["unknown_trials"]) == (None, None, 1)


def test_an_answer_that_never_came_costs_what_is_known_of_it():
    trials = [trial(Outcome.ERRORED), trial(Outcome.ERRORED, cost_usd=Decimal("0.5"))]
    assert used(trials)["cost_usd"]["model"] == "0.5"


def test_answers_that_were_brought_along_cost_nothing():
    cost = used([costing(None), costing("9"), judged("0.5")], free=True)["cost_usd"]
    assert (cost["model"], cost["total"], cost["unknown_trials"]) == ("0", "0.5", 0)


def test_nothing_asked_is_nothing_used():
    told = used([], right=0)
    assert told["latency_seconds"] is told["judging"] is None
    assert told["cost_usd"]["total"] == "0"
