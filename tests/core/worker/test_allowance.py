from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from marksheet.worker.allowance import Allowance


class Purse:
    """A budget in memory, how often it was drawn from, and what is out with workers."""

    def __init__(self, left: Decimal) -> None:
        self.amount = left
        self.out = Decimal(0)
        self.draws = 0

    def draw(self, _evaluation: Any, amount: Decimal) -> tuple[Decimal, Decimal]:
        assert amount > 0
        self.draws += 1
        taken = amount if self.amount >= amount else Decimal(0)
        self.amount -= taken
        self.out += taken
        return taken, self.amount

    def put_back(self, _evaluation: Any, amount: Decimal, drawn: Decimal) -> None:
        self.amount += amount
        self.out -= drawn

    def balance(self, _evaluation: Any) -> tuple[Decimal, Decimal]:
        return self.amount, self.out


def allowance(
    purse: Purse, expected: str | Decimal = "0.01", *, trials: int = 1000, patience: float = 60
) -> Allowance:
    return Allowance(
        purse,  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]
        Decimal(expected),
        trials=trials,
        patience=patience,
        pause=0,
    )


async def trials_of(worker: Allowance, costs: Sequence[Decimal], in_flight: int = 1) -> list[Decimal]:
    """What the trials came to that got money, with so many under way at a time."""
    waiting = list(costs)
    paid: list[Decimal] = []

    async def work() -> None:
        while waiting:
            cost = waiting.pop(0)
            held = await worker.hold()
            if held is not None:
                await asyncio.sleep(0)
                paid.append(cost)
                worker.settle(held, cost)

    await asyncio.gather(*(work() for _ in range(in_flight)))
    return paid


async def side_by_side(
    purse: Purse, lanes: Sequence[Sequence[Decimal]], *, expected: str | Decimal = "0.01", in_flight: int = 5
) -> list[list[Decimal]]:
    """What each of several workers on one budget paid for."""

    async def lane(costs: Sequence[Decimal]) -> list[Decimal]:
        worker = allowance(purse, expected, trials=len(costs))
        paid = await trials_of(worker, costs, in_flight)
        await worker.close()
        return paid

    return list(await asyncio.gather(*map(lane, lanes)))


def spend(worker: Allowance, costs: Sequence[Decimal]) -> int:
    """Hold and settle trial after trial; how many got money."""

    async def run() -> int:
        paid = await trials_of(worker, costs)
        await worker.close()
        return len(paid)

    return asyncio.run(run())


def test_trials_are_paid_for_until_the_money_is_gone() -> None:
    purse = Purse(Decimal("0.1"))
    worker = allowance(purse)
    assert spend(worker, [Decimal("0.01")] * 50) == 10
    assert purse.amount == 0


def test_what_was_not_spent_goes_back() -> None:
    purse = Purse(Decimal(1))
    worker = allowance(purse)
    spend(worker, [Decimal("0.004")] * 5)
    assert purse.amount == Decimal("0.98")


def test_trials_that_cost_more_than_expected_are_taken_from_what_is_left() -> None:
    purse = Purse(Decimal(1))
    worker = allowance(purse)
    spend(worker, [Decimal("0.3")])
    assert purse.amount == Decimal("0.7")


def test_a_cost_nobody_knows_counts_as_what_was_held() -> None:
    purse = Purse(Decimal(1))
    worker = allowance(purse)

    async def run() -> None:
        held = await worker.hold()
        assert held is not None
        worker.settle(held, None)
        await worker.close()

    asyncio.run(run())
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


def test_trials_that_cost_nothing_leave_the_price_open() -> None:
    purse = Purse(Decimal("0.1"))
    worker = allowance(purse, "5")
    assert spend(worker, [Decimal(0)] * 3 + [Decimal("0.01")] * 50) == 13


def test_trials_under_way_are_waited_for_before_the_money_counts_as_gone() -> None:
    worker = allowance(Purse(Decimal("0.1")), "0.05")
    assert len(asyncio.run(trials_of(worker, [Decimal("0.01")] * 30, in_flight=30))) == 10


def test_an_evaluation_that_costs_nothing_never_runs_out() -> None:
    assert spend(allowance(Purse(Decimal("0.000001")), "0"), [Decimal(0)] * 100) == 100


costs_of_a_trial = st.decimals("0.000001", "0.5", places=6)


costs_of_any_trial = st.one_of(st.just(Decimal(0)), costs_of_a_trial)


@given(
    st.decimals("0.01", 10, places=6),
    st.lists(costs_of_any_trial, min_size=1, max_size=60),
    st.decimals("0.0001", 20, places=6),
)
def test_nothing_is_lost_and_nothing_appears(budget: Decimal, costs: list[Decimal], guess: Decimal) -> None:
    purse = Purse(budget)
    worker = allowance(purse, guess)
    paid = spend(worker, costs)
    assert purse.amount == budget - sum(costs[:paid])


@given(st.decimals("0.01", 10, places=6), costs_of_a_trial)
def test_with_one_price_the_budget_is_overspent_by_less_than_a_trial(budget: Decimal, cost: Decimal) -> None:
    purse = Purse(budget)
    spend(allowance(purse, "0.001"), [cost] * 50)
    assert purse.amount > -cost


def test_a_guess_above_the_budget_stops_no_worker_that_could_be_paid() -> None:
    purse = Purse(Decimal(10))
    paid = asyncio.run(side_by_side(purse, [[Decimal("0.01")] * 100] * 4, expected="20"))
    assert list(map(len, paid)) == [100] * 4
    assert purse.amount == 6


def test_a_budget_just_above_the_cost_is_enough_for_many_workers() -> None:
    purse = Purse(Decimal(21))
    paid = asyncio.run(side_by_side(purse, [[Decimal("0.01")] * 50] * 40))
    assert sum(map(len, paid)) == 2000


@settings(max_examples=30)
@given(
    budget=st.decimals("0.01", 5, places=6),
    cost=st.decimals("0.001", "0.1", places=6),
    guess=st.decimals("0.0001", 20, places=6),
    lanes=st.lists(st.integers(1, 25), min_size=1, max_size=5),
    in_flight=st.integers(1, 8),
)
def test_workers_stop_only_when_no_trial_can_be_paid_for_any_more(
    budget: Decimal, cost: Decimal, guess: Decimal, lanes: list[int], in_flight: int
) -> None:
    purse = Purse(budget)
    paid = asyncio.run(
        side_by_side(purse, [[cost] * count for count in lanes], expected=guess, in_flight=in_flight)
    )
    asked = sum(map(len, paid))
    assert purse.amount == budget - asked * cost
    assert purse.out == 0
    assert asked == sum(lanes) or purse.amount < cost
    # Too low a guess is made by every worker for what it has under way before it knows better.
    assert purse.amount > -cost * (1 if guess >= cost else in_flight * len(lanes))


@settings(max_examples=30)
@given(
    budget=st.decimals("0.01", 5, places=6),
    lanes=st.lists(st.lists(costs_of_any_trial, min_size=1, max_size=20), min_size=1, max_size=4),
    in_flight=st.integers(1, 8),
)
def test_costs_that_differ_are_overspent_by_what_is_under_way_at_most(
    budget: Decimal, lanes: list[list[Decimal]], in_flight: int
) -> None:
    purse = Purse(budget)
    paid = asyncio.run(side_by_side(purse, lanes, expected="0.25", in_flight=in_flight))
    spent = sum(map(sum, paid))
    assert purse.amount == budget - spent
    assert purse.amount >= -in_flight * len(lanes) * max(map(max, lanes))
    stopped = sum(map(len, paid)) < sum(map(len, lanes))
    # A worker stops when less is left than its trials have cost on the mean, which somebody has spent.
    assert not stopped or purse.amount <= budget / 2


def test_what_a_killed_worker_has_drawn_is_not_waited_for_for_ever() -> None:
    purse = Purse(Decimal(1))
    purse.draw(None, Decimal("0.9"))
    worker = allowance(purse, patience=0)
    assert spend(worker, [Decimal("0.01")] * 50) == 10
    assert (purse.amount, purse.out) == (Decimal(0), Decimal("0.9"))


def test_money_that_arrives_after_the_workers_time_is_over_goes_back() -> None:
    purse = Purse(Decimal(1))
    asked, answer = threading.Event(), threading.Event()
    draw = purse.draw

    def slowly(_evaluation: Any, amount: Decimal) -> tuple[Decimal, Decimal]:
        asked.set()
        answer.wait()
        return draw(_evaluation, amount)

    purse.draw = slowly  # type: ignore[method-assign]

    async def run() -> None:
        worker = allowance(purse)
        holding = asyncio.ensure_future(worker.hold())
        await asyncio.to_thread(asked.wait)
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
        answer.set()
        await worker.close()

    asyncio.run(run())
    assert (purse.draws, purse.amount, purse.out) == (1, Decimal(1), Decimal(0))


def test_workers_that_wait_for_money_are_let_go_at_the_end_of_their_time() -> None:
    purse = Purse(Decimal(1))
    purse.draw(None, Decimal(1))

    async def run() -> list[Any]:
        worker = allowance(purse)
        holding = [asyncio.ensure_future(worker.hold()) for _ in range(3)]
        await asyncio.sleep(0)
        for each in holding:
            each.cancel()
        found = await asyncio.gather(*holding, return_exceptions=True)
        await worker.close()
        return found

    assert [type(each) for each in asyncio.run(run())] == [asyncio.CancelledError] * 3
