"""What one worker may spend of its evaluation's budget.

A worker draws money ahead from the budget that all workers share, holds the expected cost of a trial before
it asks for it, and settles with what it did cost. What was drawn and not spent goes back at the end; what a
killed worker had drawn counts as spent, because nobody knows whether it was.
"""

from __future__ import annotations

import asyncio
import time
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from marksheet.estimates import expected_trial_cost

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from marksheet.application import Application
    from marksheet.domain import Evaluation, Run
    from marksheet.store.budgets import Budgets

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long a worker without money waits for what others have drawn while none of them is seen to do anything:
one that was killed gives nothing back.
"""
_SLICE = 64
"""A worker draws this part of what is left, and one trial's cost at least: far from the end it seldom draws,
near the end no worker holds much that another one could use."""
_SURPLUS = 4
"""A worker that has so many times what it would draw, because a first guess was too high, gives it back."""
_PLACES = Decimal("1e-12")


def open_allowance(
    app: Application, evaluation: Evaluation, run: Run, *, shards: int, seconds_left: float
) -> Allowance | None:
    """What a worker on so many shards of a run may spend; None where there is no budget."""
    if evaluation.max_cost_usd is None:
        return None
    return Allowance(
        app.store.budgets,
        evaluation,
        expected_trial_cost(evaluation, run),
        trials=shards * evaluation.shard_size * evaluation.trials,
        # Well within one invocation, or every next one would wait again for what a killed worker had.
        patience=min(PATIENCE_SECONDS, seconds_left / 4),
    )


class Allowance:
    """One worker's part of the budget; `expected` is what a trial is thought to cost until one has, `trials`
    how many the worker has at most. `patience` and `pause`, between two looks at what is left, are seconds.
    """

    def __init__(
        self,
        budgets: Budgets,
        evaluation: Evaluation,
        expected: Decimal,
        *,
        trials: int,
        patience: float = PATIENCE_SECONDS,
        pause: float = 1.0,
    ) -> None:
        self._budgets = budgets
        self._evaluation = evaluation
        self._expected = expected
        self._trials = trials
        self._patience = patience
        self._pause = pause
        self._free = Decimal(0)
        """Drawn, and neither held nor spent; below zero after trials that cost more than expected."""
        self._drawn = Decimal(0)
        """What the budget knows to be out with this worker."""
        self._left: Decimal | None = None
        """In the budget, when last seen."""
        self._settled = 0
        self._spent = Decimal(0)
        self._open = 0
        """Trials that are held for and not settled."""
        self._refused: Decimal | None = None
        """What the budget was found not to have any more."""
        self._over = False
        self._taking = asyncio.Lock()
        self._changed = asyncio.Event()
        self._writing: asyncio.Future[Any] | None = None
        """The latest change of the budget; it goes on when who wanted it is cancelled."""

    async def hold(self) -> Decimal | None:
        """Set aside what one trial is expected to cost, in US dollars; None when the money has run out.

        While trials under way, here or elsewhere, hold more than they may turn out to cost, it waits.
        """
        while not self._over:
            async with self._taking:
                held = await self._take()
                if held is not None:
                    self._open += 1
                    self._trials -= 1
                    return held
                waits = self._open > 0
                if waits:
                    self._changed.clear()
                elif not self._over:
                    self._over = not await self._others_gave_back()
            if waits:
                await self._changed.wait()
        self._changed.set()
        return None

    def settle(self, held: Decimal, cost: Decimal | None) -> None:
        """Replace what was held by what the trial cost; None, when that is not known, leaves it as held."""
        self._open -= 1
        self._changed.set()
        if cost is None:
            return
        self._free += held - cost
        if cost:
            self._settled += 1
            self._spent += cost

    async def close(self) -> None:
        """Give back what is free, or take what was spent beyond what was drawn. Nothing is held after it."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._give_back(self._free, self._drawn)

    async def _take(self) -> Decimal | None:
        """What a trial is expected to cost, out of what is free or else of the budget."""
        if self._over:
            return None
        expected = self._expected_cost()
        await self._give_back_surplus(expected)
        needed = expected - self._free
        if needed <= 0 or await self._draw(needed):
            self._free -= expected
            return expected
        if self._settled or self._open or self._left is None or self._left + self._free <= 0:
            return None
        # The guess may be too high: with what there is, one trial will show.
        if self._left > 0:
            await self._draw(self._left)
        held, self._free = self._free, Decimal(0)
        return held if held > 0 else None

    def _expected_cost(self) -> Decimal:
        mean = self._spent / self._settled if self._settled else self._expected
        # A mean may have more digits than sums of it would keep.
        return mean.quantize(_PLACES, ROUND_UP)

    async def _draw(self, needed: Decimal) -> bool:
        """Draw at least so much. Other workers draw too, so what is left is looked at again when they
        were faster.
        """
        while self._refused is None or needed < self._refused:
            slice_of_left = Decimal(0) if self._left is None else self._left / _SLICE
            # No more than its own trials will take, which nobody else could use while this worker is at work.
            own = self._expected_cost() * self._trials - self._free
            amount = max(needed, min(slice_of_left, own)).quantize(_PLACES, ROUND_UP)
            if await self._whole(self._draw_amount(amount)):
                return True
            if self._left is None or self._left < needed:
                self._refused = needed
        return False

    async def _draw_amount(self, amount: Decimal) -> bool:
        taken, self._left = await asyncio.to_thread(self._budgets.draw, self._evaluation, amount)
        self._free += taken
        self._drawn += taken
        return taken > 0

    async def _give_back_surplus(self, expected: Decimal) -> None:
        if not self._settled or self._left is None or self._free <= 0:
            return
        enough = max(expected, (self._left + self._free) / _SLICE)
        if self._free > _SURPLUS * enough:
            surplus = (self._free - enough).quantize(_PLACES)
            await self._whole(self._give_back(surplus, surplus))

    async def _give_back(self, amount: Decimal, drawn: Decimal) -> None:
        """Put an amount back, so that `drawn` is not out with this worker any more."""
        if amount or drawn:
            self._free -= amount
            self._drawn -= drawn
            await asyncio.to_thread(self._budgets.put_back, self._evaluation, amount, drawn)

    async def _others_gave_back(self) -> bool:
        """Wait, with nothing under way here, for money that other workers have drawn. False when there is
        none that could come back.
        """
        await self._whole(self._give_back(self._free, self._drawn))
        self._refused = None
        # A worker that knows no trial's cost yet goes on with whatever there is.
        enough = self._expected_cost() if self._settled else _PLACES
        seen, since = None, time.monotonic()
        while True:
            found = await asyncio.to_thread(self._budgets.balance, self._evaluation)
            self._left, out = found
            if self._left >= enough:
                return True
            if found != seen:
                seen, since = found, time.monotonic()
            if out <= 0 or time.monotonic() - since >= self._patience:
                return False
            await asyncio.sleep(self._pause)

    async def _whole(self, change: Coroutine[Any, Any, T]) -> T:
        """Make a change of the budget and book it, even when the caller is cancelled meanwhile: the lane's
        time may end at any moment, and money that was drawn must be known to be.
        """
        task = asyncio.ensure_future(change)
        self._writing = task
        return await asyncio.shield(task)
