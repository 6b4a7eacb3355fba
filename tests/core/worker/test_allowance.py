from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from marksheet.worker.allowance import Allowance


class Purse:
    """A budget in memory, and how often it was drawn from."""

    def __init__(self, left: Decimal) -> None:
        self.amount = left
        self.draws = 0

    def draw(self, _evaluation: Any, amount: Decimal) -> tuple[Decimal, Decimal]:
        self.draws += 1
        taken = amount if self.amount >= amount else Decimal(0)
        self.amount -= taken
        return taken, self.amount

    def put_back(self, _evaluation: Any, amount: Decimal) -> None:
        self.amount += amount


def allowance(purse: Purse, expected: str = "0.01") -> Allowance:
    return Allowance(purse, None, Decimal(expected))  # type: ignore[arg-type]


def spend(worker: Allowance, costs: list[Decimal]) -> int:
    """Hold and settle trial after trial; how many got money."""

    async def run() -> int:
        for number, cost in enumerate(costs):
            held = await worker.hold()
            if held is None:
                return number
            worker.settle(held, cost)
        return len(costs)

    return asyncio.run(run())


def test_trials_are_paid_for_until_the_money_is_gone() -> None:
    purse = Purse(Decimal("0.1"))
    worker = allowance(purse)
    assert spend(worker, [Decimal("0.01")] * 50) == 10
    worker.close()
    assert purse.amount == 0


def test_what_was_not_spent_goes_back() -> None:
    purse = Purse(Decimal(1))
    worker = allowance(purse)
    spend(worker, [Decimal("0.004")] * 5)
    worker.close()
    assert purse.amount == Decimal("0.98")


def test_trials_that_cost_more_than_expected_are_taken_from_what_is_left() -> None:
    purse = Purse(Decimal(1))
    worker = allowance(purse)
    spend(worker, [Decimal("0.3")])
    worker.close()
    assert purse.amount == Decimal("0.7")


def test_a_cost_nobody_knows_counts_as_what_was_held() -> None:
    purse = Purse(Decimal(1))
    worker = allowance(purse)

    async def run() -> None:
        held = await worker.hold()
        assert held is not None
        worker.settle(held, None)

    asyncio.run(run())
    worker.close()
    assert purse.amount == Decimal("0.99")


def test_two_workers_together_spend_no_more_than_there_is() -> None:
    purse = Purse(Decimal("0.1"))
    workers = [allowance(purse), allowance(purse)]
    paid = [spend(worker, [Decimal("0.01")] * 50) for worker in workers]
    assert sum(paid) == 10


def test_far_from_the_end_the_budget_is_seldom_drawn_from() -> None:
    purse = Purse(Decimal(1000))
    spend(allowance(purse), [Decimal("0.01")] * 1000)
    assert purse.draws < 10


def test_a_guess_that_is_too_high_does_not_stop_what_can_be_paid() -> None:
    purse = Purse(Decimal("0.1"))
    worker = allowance(purse, "5")
    assert spend(worker, [Decimal("0.01")] * 50) == 10


def test_trials_under_way_are_waited_for_before_the_money_counts_as_gone() -> None:
    purse = Purse(Decimal("0.1"))
    worker = allowance(purse, "0.05")

    async def trial() -> bool:
        held = await worker.hold()
        if held is None:
            return False
        await asyncio.sleep(0)
        worker.settle(held, Decimal("0.01"))
        return True

    async def run() -> int:
        return sum(await asyncio.gather(*(trial() for _ in range(30))))

    assert asyncio.run(run()) == 10


def test_an_evaluation_that_costs_nothing_never_runs_out() -> None:
    assert spend(allowance(Purse(Decimal("0.000001")), "0"), [Decimal(0)] * 100) == 100


@given(
    st.decimals("0.01", 10, places=6),
    st.lists(st.decimals("0.000001", "0.5", places=6), min_size=1, max_size=60),
)
def test_nothing_is_lost_and_nothing_appears(budget: Decimal, costs: list[Decimal]) -> None:
    purse = Purse(budget)
    worker = allowance(purse)
    paid = spend(worker, costs)
    worker.close()
    assert purse.amount == budget - sum(costs[:paid])


@given(st.decimals("0.01", 10, places=6), st.decimals("0.000001", "0.5", places=6))
def test_with_one_price_the_budget_is_overspent_by_less_than_a_trial(budget: Decimal, cost: Decimal) -> None:
    purse = Purse(budget)
    worker = allowance(purse, "0.001")
    spend(worker, [cost] * 2000)
    worker.close()
    assert purse.amount > -cost
