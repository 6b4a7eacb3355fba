"""What one worker may spend of its evaluation's budget.

A worker draws money ahead from the budget that all workers share, holds the expected cost of a trial before
it asks for it, and settles with what it did cost. What was drawn and not spent goes back at the end; what a
killed worker had drawn counts as spent, because nobody knows whether it was.
"""

from __future__ import annotations

import asyncio
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marksheet.domain import Evaluation
    from marksheet.store.budgets import Budgets

_SLICE = 64
"""A worker draws this part of what is left, and one trial's cost at least: far from the end it seldom draws,
near the end no worker holds much that another one could use."""
_PLACES = Decimal("1e-12")


class Allowance:
    """One worker's part of the budget; `expected` is what a trial is thought to cost until one has."""

    def __init__(self, budgets: Budgets, evaluation: Evaluation, expected: Decimal) -> None:
        self._budgets = budgets
        self._evaluation = evaluation
        self._expected = expected
        self._free = Decimal(0)
        """Drawn, and neither held nor spent; below zero after trials that cost more than expected."""
        self._left: Decimal | None = None
        """In the budget, when last seen."""
        self._settled = 0
        self._spent = Decimal(0)
        self._open = 0
        """Trials that are held for and not settled."""
        self._refused: Decimal | None = None
        """What the budget was found not to have any more."""
        self._over = False
        self._drawing = asyncio.Lock()
        self._changed = asyncio.Event()

    async def hold(self) -> Decimal | None:
        """Set aside what one trial is expected to cost, in US dollars; None when the money has run out.

        While trials under way hold more than they may turn out to cost, it waits for one of them.
        """
        while not self._over:
            async with self._drawing:
                held = await self._take()
                if held is not None:
                    self._open += 1
                    return held
                self._over = not self._open
                self._changed.clear()
            if not self._over:
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

    def close(self) -> None:
        """Give back what is free, or take what was spent beyond what was drawn. Blocks."""
        if self._free:
            self._budgets.put_back(self._evaluation, self._free)
            self._free = Decimal(0)

    async def _take(self) -> Decimal | None:
        """What a trial is expected to cost, out of what is free or else of the budget."""
        expected = self._spent / self._settled if self._settled else self._expected
        needed = expected - self._free
        if needed <= 0 or await self._draw(needed):
            self._free -= expected
            return expected
        if self._settled or self._open or self._left is None or self._left + self._free <= 0:
            return None
        # The guess may be too high: with what there is, one trial will show.
        await self._draw(self._left)
        held, self._free = self._free, Decimal(0)
        return held or None

    async def _draw(self, needed: Decimal) -> bool:
        """Draw at least so much. Other workers draw too, so what is left is looked at again when they
        were faster.
        """
        while self._refused is None or needed < self._refused:
            slice_of_left = Decimal(0) if self._left is None else self._left / _SLICE
            amount = max(needed, slice_of_left).quantize(_PLACES, ROUND_UP)
            taken, left = await asyncio.to_thread(self._budgets.draw, self._evaluation, amount)
            self._free += taken
            self._left = left
            if taken:
                return True
            if left < needed:
                self._refused = needed
        return False
