"""Answers to calls that were handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.domain import Call


def encode_started(call: Call) -> dict[str, Any]:
    """The ids of a call that began."""
    return {"id": call.call_id, "trace_id": call.trace_id}


def encode_upserted(starts: Iterable[Call], modes: Iterable[str]) -> dict[str, Any]:
    """An answer for each start and end, in the order in which they came."""
    begun = iter(starts)
    return {"res": [encode_started(next(begun)) if mode == "start" else {} for mode in modes]}
