"""A trial as one JSON line: the form of checkpoints and of result parts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.domain import Judging, Outcome, Score, Trial, TrialError

if TYPE_CHECKING:
    from collections.abc import Iterator


def encode_trial(trial: Trial) -> bytes:
    """One line, newline included. Fields that say nothing are left out."""
    row: dict[str, Any] = {
        "ordinal": trial.ordinal,
        "question_id": trial.question_id,
        "trial": trial.trial,
        "outcome": trial.outcome.value,
        "output": trial.output,
        "scores": {metric: score.value for metric, score in trial.scores.items()},
    }
    reasons = {metric: score.reason for metric, score in trial.scores.items() if score.reason}
    raw = {metric: score.raw for metric, score in trial.scores.items() if score.raw}
    optional = {
        "reasons": reasons,
        "raw": raw,
        "violations": list(trial.violations),
        "latency_seconds": trial.latency_seconds,
        "prompt_tokens": trial.prompt_tokens,
        "completion_tokens": trial.completion_tokens,
        "finish_reason": trial.finish_reason,
        "cost_usd": _dollars(trial.cost_usd),
        "judging": _encode_judging(trial.judging),
    }
    row |= {name: value for name, value in optional.items() if value not in (None, {}, [])}
    if trial.error is not None:
        row["error"] = {
            "code": trial.error.code,
            "message": trial.error.message,
            "attempts": trial.error.attempts,
        }
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def decode_trial(line: bytes) -> Trial:
    """The inverse of `encode_trial`."""
    row = orjson.loads(line)
    reasons, raw = row.get("reasons", {}), row.get("raw", {})
    error = row.get("error")
    return Trial(
        ordinal=row["ordinal"],
        question_id=row["question_id"],
        trial=row["trial"],
        outcome=Outcome(row["outcome"]),
        output=row["output"],
        scores={
            metric: Score(value, reasons.get(metric), raw.get(metric))
            for metric, value in row["scores"].items()
        },
        violations=tuple(row.get("violations", ())),
        error=TrialError(error["code"], error["message"], error["attempts"]) if error else None,
        latency_seconds=row.get("latency_seconds"),
        prompt_tokens=row.get("prompt_tokens"),
        completion_tokens=row.get("completion_tokens"),
        finish_reason=row.get("finish_reason"),
        cost_usd=_decimal(row.get("cost_usd")),
        judging=_decode_judging(row.get("judging")),
    )


def decode_part(content: bytes) -> Iterator[Trial]:
    """The trials of a part. A last line cut short by a crash of the writer is left out: it was never
    complete.
    """
    lines = content.split(b"\n")
    lines.pop()
    yield from map(decode_trial, lines)


def _encode_judging(judging: Judging | None) -> dict[str, Any] | None:
    if judging is None:
        return None
    return {
        "calls": judging.calls,
        "prompt_tokens": judging.prompt_tokens,
        "completion_tokens": judging.completion_tokens,
        "cost_usd": _dollars(judging.cost_usd),
    }


def _decode_judging(told: dict[str, Any] | None) -> Judging | None:
    return None if told is None else Judging(**told | {"cost_usd": _decimal(told["cost_usd"])})


def _dollars(amount: Decimal | None) -> str | None:
    """As text, because a JSON number would be read back as a float."""
    return None if amount is None else f"{amount:f}"


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
