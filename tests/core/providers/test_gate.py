"""How many calls may be open at the same time."""

import asyncio

from marksheet.providers.gate import Gate
from tests.core.providers.virtual_time import now, run


def gate(most: int, draw: float = 0.0) -> Gate:
    return Gate(most, clock=now, sleep=asyncio.sleep, draw=lambda: draw)


async def soon() -> None:
    """Lets every task that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def line_up(g: Gate, names: str, entered: list[str], *, first: bool = False) -> list[asyncio.Task]:
    async def one(name: str) -> None:
        await g.enter(first=first)
        entered.append(name)

    tasks = [asyncio.create_task(one(name)) for name in names]
    await soon()
    return tasks


def test_slots_are_given_in_order_of_arrival_and_never_more_than_there_are():
    async def scene() -> None:
        g, entered = gate(2), []
        await line_up(g, "abcd", entered)
        assert entered == ["a", "b"]
        g.leave()
        await soon()
        assert entered == ["a", "b", "c"]
        g.leave()
        g.leave()
        await soon()
        assert entered == ["a", "b", "c", "d"]

    run(scene())


def test_who_comes_again_goes_first():
    async def scene() -> None:
        g, entered = gate(1), []
        await line_up(g, "ab", entered)
        await line_up(g, "c", entered, first=True)
        g.leave()
        await soon()
        assert entered == ["a", "c"]

    run(scene())


def test_one_who_leaves_the_queue_costs_no_slot():
    async def scene() -> None:
        g, entered = gate(1), []
        _, waiting, _ = await line_up(g, "abc", entered)
        waiting.cancel()
        await soon()
        g.leave()
        await soon()
        assert entered == ["a", "c"]

    run(scene())


def test_one_who_is_cancelled_with_a_slot_just_given_passes_it_on():
    async def scene() -> None:
        g, entered = gate(1), []
        _, waiting, _ = await line_up(g, "abc", entered)
        g.leave()
        waiting.cancel()
        await soon()
        assert entered == ["a", "c"]

    run(scene())


def test_a_throttled_call_pauses_everyone_then_one_goes_ahead():
    async def scene() -> None:
        g, entered = gate(4), []
        await g.enter(first=False)
        began = now()
        g.throttled(began, 10.0)
        g.leave()
        await line_up(g, "abc", entered)
        assert entered == []
        await asyncio.sleep(9.9)
        assert entered == []
        await asyncio.sleep(0.2)
        assert entered == ["a"]
        g.answered(now())
        g.leave()
        await soon()
        assert entered == ["a", "b", "c"]

    run(scene())


def test_a_call_turned_away_while_others_come_through_takes_half_a_slot_and_pauses_nobody():
    async def scene() -> None:
        g, entered = gate(4), []
        for _ in range(10):
            g.answered(now())
        g.throttled(now(), None)
        g.throttled(now(), 0.0)
        await line_up(g, "abcd", entered)
        assert entered == ["a", "b", "c"]

    run(scene())


def test_when_most_calls_are_turned_away_everyone_pauses():
    async def scene() -> None:
        g, entered = gate(4), []
        for _ in range(10):
            g.answered(now())
        for _ in range(10):
            g.throttled(now(), None)
        await line_up(g, "ab", entered)
        assert entered == []
        await asyncio.sleep(60)
        assert entered == ["a"]

    run(scene())


def test_calls_that_were_open_together_cut_the_limit_once():
    async def scene() -> None:
        g = gate(8)
        await asyncio.sleep(1)
        for _ in range(8):
            g.throttled(0.0, 1.0)
        assert g.allowed == 1
        await asyncio.sleep(2)
        g.answered(now())
        assert g.allowed == 4

    run(scene())


def test_an_outage_of_many_pauses_cuts_the_limit_once():
    async def scene() -> None:
        g = gate(8)
        for _ in range(10):
            g.throttled(now(), 1.0)
            await asyncio.sleep(2)
        g.answered(now())
        assert g.allowed == 4

    run(scene())


def test_an_answer_to_a_call_from_before_the_pause_does_not_open_the_gate():
    async def scene() -> None:
        g = gate(8)
        await asyncio.sleep(1)
        g.throttled(0.5, 10.0)
        g.answered(0.5)
        assert g.allowed == 1

    run(scene())


def test_the_limit_grows_by_one_for_every_limits_worth_of_answers():
    async def scene() -> None:
        g = gate(4)
        g.throttled(now(), 0.0)
        grown = []
        for _ in range(20):
            g.answered(now())
            grown.append(g.allowed)
        assert grown[0] == 2
        assert grown == sorted(grown)
        assert grown[-1] == 4
        assert grown.index(3) in {1, 2}

    run(scene())


def test_the_limit_never_falls_below_one():
    async def scene() -> None:
        g = gate(1)
        for _ in range(5):
            g.throttled(now(), 0.0)
            await asyncio.sleep(0.1)
            g.answered(now())
            assert g.allowed == 1

    run(scene())


def test_pauses_nobody_asked_for_double_up_to_a_bound():
    async def pause_of(g: Gate) -> float:
        began = now()
        g.throttled(began, None)
        await g.enter(first=False)
        g.leave()
        return now() - began

    async def scene() -> None:
        g = gate(1, draw=1.0)
        assert [await pause_of(g) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]

    run(scene())


def test_a_longer_pause_replaces_a_shorter_one_and_not_the_reverse():
    async def scene() -> None:
        g = gate(1)
        g.throttled(now(), 5.0)
        g.throttled(now(), 20.0)
        g.throttled(now(), 1.0)
        await g.enter(first=False)
        assert now() == 20

    run(scene())


def test_opening_wide_ends_a_pause():
    async def scene() -> None:
        g, entered = gate(1), []
        g.throttled(now(), 1000.0)
        await line_up(g, "a", entered)
        g.open_wide()
        await soon()
        assert entered == ["a"]
        assert now() < 1

    run(scene())
