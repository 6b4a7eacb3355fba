from __future__ import annotations

from decimal import Decimal

import pytest

from bench.bill import CASES, COUNTED, MEMORY_MB, Case, Rates, bill, billed, rates
from bench.prices import TRANSITION
from tests.cloudformation import properties

NOTHING = dict.fromkeys(COUNTED, 0.0)


def figures(**known: float) -> dict[str, float]:
    return {**NOTHING, **known}


def test_the_rates_give_back_what_was_counted() -> None:
    counted = {
        kind: figures(puts=2 * 1 + 3 * lanes + 5 * shards)
        for kind, lanes, shards in (("short", 1, 20), ("long", 1, 40), ("wide", 20, 20))
    }
    found = rates(counted["short"], counted["long"], counted["wide"])
    assert (found.evaluation["puts"], found.lane["puts"], found.shard["puts"]) == (2, 3, 5)
    assert found.of("puts", 1, 20, 20) == counted["wide"]["puts"]


def test_noise_never_makes_a_rate_negative() -> None:
    found = rates(figures(score_cpu=2.0), figures(score_cpu=1.9), figures(score_cpu=1.8))
    assert min(*found.shard.values(), *found.lane.values(), *found.evaluation.values()) == 0


def test_a_transition_costs_its_price() -> None:
    found = Rates(evaluation=figures(transitions=5), lane=figures(transitions=4), shard=NOTHING)
    wide = Case("wide", 1000, 20)
    assert bill(found, wide, {})["transitions"] == (1000 * 5 + 20_000 * 4) * TRANSITION


def test_a_lane_that_needs_several_invocations_makes_more_transitions() -> None:
    found = Rates(evaluation=NOTHING, lane=NOTHING, shard=NOTHING)
    again = bill(found, Case("long", 1, 20), {})["transitions"]
    assert again == 20 * 2 * 3 * TRANSITION, "a lane of 2,000 seconds is invoked three times"


def test_lambda_bills_memory_by_time_and_every_call() -> None:
    assert billed(100.0, "score", 10) == Decimal("0.0006666700") + Decimal("0.0000020")


def test_waiting_for_the_model_is_most_of_what_lambda_bills() -> None:
    found = Rates(evaluation=NOTHING, lane=NOTHING, shard=NOTHING)
    amounts = [bill(found, case, {})["Lambda, workers"] for case in CASES]
    # 20 lanes of 2,000 s; 1,000 lanes of 44 s; 20,000 lanes of 5.7 s, at half a GB.
    for amount, seconds in zip(amounts, (40_000, 44_000, 114_000), strict=True):
        assert float(amount) == pytest.approx(seconds * 0.5 * 0.0000133334, rel=0.05)


def test_a_cold_start_is_charged_to_every_invocation_at_the_workers_share_of_a_core() -> None:
    found = Rates(evaluation=NOTHING, lane=NOTHING, shard=NOTHING)
    wide = Case("wide", 1000, 20)
    cold = bill(found, wide, {"score": 0.4})["Lambda, workers"]
    warm = bill(found, wide, {})["Lambda, workers"]
    assert float(cold - warm) == pytest.approx(20_000 * 0.4 * 1769 / 512 * 0.5 * 0.0000133334)


def test_requests_of_s3_and_the_table_cost_their_prices() -> None:
    shard = figures(puts=1, gets=2, write_units=5, read_units=1)
    found = Rates(evaluation=NOTHING, lane=NOTHING, shard=shard)
    amounts = bill(found, Case("wide", 1000, 20), {})
    assert float(amounts["S3"]) == pytest.approx(20_000 * (0.000005 + 2 * 0.0000004), rel=0.01)
    assert float(amounts["DynamoDB"]) == pytest.approx(20_000 * (5 * 0.000000625 + 0.000000125), rel=0.01)


@pytest.mark.parametrize(
    ("step", "function"),
    [("plan", "PlanEvaluation"), ("score", "ScoreShard"), ("finish", "FinishEvaluation")],
)
def test_functions_are_billed_by_the_memory_that_the_template_gives_them(step: str, function: str) -> None:
    assert MEMORY_MB[step] == properties(function)["MemorySize"]
