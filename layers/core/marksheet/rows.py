"""A trial as one JSON line: the form of checkpoints and of result parts."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.domain import Grade, Judging, LoggedTrial, Mark, Outcome, Score, Trial, TrialError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
"""A look-up costs a tenth of what making an enumeration's member from its value does."""


def encode_trial(trial: Trial) -> bytes:
    """One line, newline included. Fields that say nothing are left out."""
    scores, error = trial.scores, trial.error
    optional = {
        "reasons": {metric: score.reason for metric, score in scores.items() if score.reason} or None,
        "raw": {metric: score.raw for metric, score in scores.items() if score.raw} or None,
        "violations": list(trial.violations) or None,
        "latency_seconds": trial.latency_seconds,
        "prompt_tokens": trial.prompt_tokens,
        "completion_tokens": trial.completion_tokens,
        "finish_reason": trial.finish_reason,
        "cost_usd": _dollars(trial.cost_usd),
        "judging": _encode_judging(trial.judging),
        "error": _encode_error(error),
        "grades": [_encode_grade(grade) for grade in trial.grades] or None,
        "logged": _encode_logged(trial.logged),
    }
    row = {
        "ordinal": trial.ordinal,
        "question_id": trial.question_id,
        "trial": trial.trial,
        "outcome": trial.outcome.value,
        "output": trial.output,
        "scores": {metric: score.value for metric, score in scores.items()},
        **{name: value for name, value in optional.items() if value is not None},
    }
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def decode_trial(line: bytes) -> Trial:
    """The inverse of `encode_trial`."""
    row = orjson.loads(line)
    get = row.get
    reasons, raw = get("reasons", {}), get("raw", {})
    if reasons or raw:
        scores = {
            metric: Score(value, reasons.get(metric), raw.get(metric))
            for metric, value in row["scores"].items()
        }
    else:
        scores = {metric: Score(value) for metric, value in row["scores"].items()}
    return Trial(
        row["ordinal"],
        row["question_id"],
        row["trial"],
        _OUTCOMES[row["outcome"]],
        row["output"],
        scores,
        violations=tuple(get("violations", ())),
        error=_decode_error(get("error")),
        latency_seconds=get("latency_seconds"),
        prompt_tokens=get("prompt_tokens"),
        completion_tokens=get("completion_tokens"),
        finish_reason=get("finish_reason"),
        cost_usd=_decimal(get("cost_usd")),
        judging=_decode_judging(get("judging")),
        grades=tuple(map(_decode_grade, get("grades", ()))),
        logged=_decode_logged(get("logged")),
    )


def decode_part(content: bytes) -> Iterator[Trial]:
    """The trials of a part."""
    yield from map(decode_trial, part_lines(content))


def part_lines(content: bytes) -> list[bytes]:
    """The lines of a part, without their newlines. A last one cut short by a crash of the writer is left out:
    it was never complete.
    """
    lines = content.split(b"\n")
    lines.pop()
    return lines


def _encode_grade(grade: Grade) -> dict[str, Any]:
    optional = {
        "models": list(grade.models) or None,
        "judging": _encode_judging(grade.judging),
        "latency_seconds": grade.latency_seconds,
        "error": _encode_error(grade.error),
    }
    return {
        "name": grade.name,
        "kind": grade.kind,
        "points": grade.points,
        "mark": _encode_mark(grade.mark),
        **{name: value for name, value in optional.items() if value is not None},
    }


def _decode_grade(told: Mapping[str, Any]) -> Grade:
    return Grade(
        told["name"],
        told["kind"],
        told["points"],
        _decode_mark(told["mark"]),
        models=tuple(told.get("models", ())),
        judging=_decode_judging(told.get("judging")),
        latency_seconds=told.get("latency_seconds"),
        error=_decode_error(told.get("error")),
    )


def _encode_mark(mark: Mark) -> dict[str, Any]:
    optional = {
        "passed": mark.passed,
        "score": mark.score,
        "verdict": mark.verdict,
        "reason": mark.reason,
        "raw": mark.raw,
        "parts": {name: _encode_mark(part) for name, part in mark.parts.items()} or None,
    }
    return {"value": mark.value, **{name: value for name, value in optional.items() if value is not None}}


def _decode_mark(told: Mapping[str, Any]) -> Mark:
    parts = {name: _decode_mark(part) for name, part in told.get("parts", {}).items()}
    return Mark(**{**told, "parts": parts})


def _encode_logged(logged: LoggedTrial | None) -> str | None:
    """A text within the text: the standard library gives back every integer and every half of a surrogate."""
    if logged is None:
        return None
    # Not `asdict`, which copies every value within.
    return json.dumps({name: getattr(logged, name) for name in LoggedTrial.__slots__})


def _decode_logged(text: str | None) -> LoggedTrial | None:
    return None if text is None else LoggedTrial(**json.loads(text))


def _encode_error(error: TrialError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"code": error.code, "message": error.message, "attempts": error.attempts}


def _decode_error(told: Mapping[str, Any] | None) -> TrialError | None:
    return TrialError(told["code"], told["message"], told["attempts"]) if told else None


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
