"""Pages of lists: so many things, and the id that the next page goes on after."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


def cut(found: Iterable[T], limit: int, id_of: Callable[[T], str]) -> tuple[tuple[T, ...], str | None]:
    """The first `limit` things, and the id to continue after when there are more.

    One more than `limit` is read, and no further.
    """
    read = tuple(islice(found, limit + 1))
    return read[:limit], id_of(read[limit - 1]) if len(read) > limit else None
