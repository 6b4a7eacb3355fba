"""How many calls to one model may be open at the same time."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

THROTTLE_SECONDS = 1.0
"""Longest pause after a throttled call that names none; doubles while nothing but throttling comes."""
MAX_THROTTLE_SECONDS = 30.0
GENERAL_SHARE = 0.5
"""From this share of throttled calls on, among the latest, the model turns everybody away."""

_MEMORY = 1 / 16
"""Weight of the latest call in that share."""
_TAKEN = 0.5
"""What a call that was turned away while others came through takes from the limit."""


class Gate:
    """Slots for calls, shared by all questions that are put to one model.

    The limit starts at `most` and grows by one for every limit's worth of answers. What throttling does to it
    depends on how general it is:

    - While most calls come through, each that does not takes half a slot, so that the limit settles where
      about two of its calls are turned away (as DCTCP does: Alizadeh et al., 2010). Halving it every time,
      and pausing everyone, would cut a model that throttles one call in twenty to a fiftieth of what it can
      do.
    - When most are turned away, or the model says when to come back, the limit is halved once (additive
      increase, multiplicative decrease: Chiu and Jain, 1989) and everyone pauses; after the pause one call
      goes ahead, and the others follow when it is answered.
    """

    def __init__(
        self,
        most: int,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        draw: Callable[[], float],
    ) -> None:
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._draw = draw
        self._limit = float(most)
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._paused_until = float("-inf")
        self._pauses_in_a_row = 0
        self._pause_began = float("-inf")
        self._resumer: asyncio.Task[None] | None = None
        self._throttled_share = GENERAL_SHARE
        """Of the latest calls, older ones counting less; unknown, it takes two answers to call it low."""

    @property
    def allowed(self) -> int:
        """Calls that may be open: the limit, but one from a pause on until a later call is answered."""
        return 1 if self._pauses_in_a_row else int(self._limit)

    async def enter(self, *, first: bool) -> None:
        """Wait for a slot and take it, `first` before all who wait already. Every `enter` needs a `leave`."""
        if not self._waiting and self._free():
            self._open += 1
            return
        slot = asyncio.get_running_loop().create_future()
        if first:
            self._waiting.appendleft(slot)
        else:
            self._waiting.append(slot)
        try:
            await slot
        except asyncio.CancelledError:
            if not slot.cancelled():
                self.leave()
            elif slot in self._waiting:
                self._waiting.remove(slot)
            raise

    def leave(self) -> None:
        """Give the slot back."""
        self._open -= 1
        self._fill()

    def answered(self, began: float) -> None:
        """A call that began at this time went through."""
        if began >= self._pause_began:
            self._pauses_in_a_row = 0
        self._throttled_share -= self._throttled_share * _MEMORY
        self._limit = min(float(self._most), self._limit + 1 / self._limit)

    def throttled(self, began: float, retry_after: float | None) -> None:
        """A call that began at this time was turned away, and told to come back after so many seconds, or not
        told.

        Of calls that were open together only the first to be turned away halves the limit.
        """
        now = self._clock()
        self._throttled_share += (1 - self._throttled_share) * _MEMORY
        if not retry_after and self._throttled_share < GENERAL_SHARE:
            if began >= self._pause_began:
                self._limit = max(1.0, self._limit - _TAKEN)
            return
        if began >= self._pause_began:
            if self._pauses_in_a_row == 0:
                self._limit = max(1.0, self._limit / 2)
            self._pauses_in_a_row += 1
            self._pause_began = now
        if retry_after is None:
            longest = min(MAX_THROTTLE_SECONDS, THROTTLE_SECONDS * 2 ** (self._pauses_in_a_row - 1))
            pause = longest * (0.5 + self._draw() / 2)
        else:
            # Other workers were told the same; a little more keeps them from coming back all at once.
            pause = retry_after * (1 + self._draw() / 10)
        self._paused_until = max(self._paused_until, now + pause)
        if self._resumer is None or self._resumer.done():
            self._resumer = asyncio.create_task(self._resume())

    def open_wide(self) -> None:
        """End every pause at once: nobody who comes through will call."""
        self._paused_until = float("-inf")
        self._fill()

    def _free(self) -> bool:
        return self._open < self.allowed and self._clock() >= self._paused_until

    def _fill(self) -> None:
        while self._waiting and self._free():
            slot = self._waiting.popleft()
            if not slot.done():
                self._open += 1
                slot.set_result(None)

    async def _resume(self) -> None:
        while (left := self._paused_until - self._clock()) > 0:
            await self._sleep(left)
        self._fill()
