"""Several reads under way together: each of them is mostly waiting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_AT_ONCE = 16

Result = TypeVar("Result")


def at_once(reads: Sequence[Callable[[], Result]]) -> list[Result]:
    """What each read gives, in their order. Raises what the first that fails raises."""
    if len(reads) <= 1:
        return [read() for read in reads]
    with ThreadPoolExecutor(min(len(reads), _AT_ONCE)) as pool:
        return [future.result() for future in [pool.submit(read) for read in reads]]
