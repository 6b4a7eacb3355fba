"""Trials of logged runs as lines, between being read and being numbered."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from marksheet.domain import LoggedTrial
from marksheet.tracing.trials import RowTrial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def encode_row_trial(trial: RowTrial) -> bytes:
    """One line, newline included."""
    moment, call_id = trial.start
    told = {
        "digest": trial.digest,
        "value": trial.value,
        # Not `asdict`, which copies every value within.
        "logged": {name: getattr(trial.logged, name) for name in LoggedTrial.__slots__},
        "start": [moment.isoformat(), call_id],
        "ended": trial.ended,
        "exception": trial.exception,
    }
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def decode_row_trials(lines: Iterable[bytes]) -> Iterator[RowTrial]:
    """The inverse of `encode_row_trial`; lines may lack their newline."""
    for line in lines:
        told = json.loads(line.decode())
        moment, call_id = told["start"]
        yield RowTrial(
            digest=told["digest"],
            value=told["value"],
            logged=LoggedTrial(**told["logged"]),
            start=(datetime.fromisoformat(moment), call_id),
            ended=told["ended"],
            exception=told["exception"],
        )


def order_key(trial: RowTrial) -> bytes:
    """Bytes that sort as trials do by their start."""
    moment, call_id = trial.start
    return f"{moment.isoformat(timespec='microseconds')}#{call_id}".encode()
