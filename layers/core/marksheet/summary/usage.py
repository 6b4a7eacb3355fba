"""What a run took: tokens, time and money, of its model and of the judges that marked it."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from marksheet.domain import Outcome
from marksheet.statistics import Quantiles, Sample

if TYPE_CHECKING:
    from marksheet.domain import Judging, Trial

_EXACT = Context(prec=100)
"""Dollars are added with more digits than they can have, so that no sum is rounded."""
_SHOWN = Context(prec=6)


class Usage:
    """Adds up trial by trial, in flat memory."""

    def __init__(self, *, free: bool) -> None:
        """`free`: the answers were brought along or taken from before, so nothing was paid for them now."""
        self._free = free
        self._prompt_tokens: int | None = None
        self._completion_tokens: int | None = None
        self._latency = Sample()
        self._latencies = Quantiles()
        self._model = _Dollars()
        self._judges = _Dollars()
        self._unknown = 0
        self._judge_calls = self._judge_prompt_tokens = self._judge_completion_tokens = 0

    def add(self, trial: Trial) -> None:
        """Take in one trial."""
        if trial.latency_seconds is not None:
            self._latency.add(trial.latency_seconds)
            self._latencies.add(trial.latency_seconds)
        if trial.prompt_tokens is not None:
            self._prompt_tokens = (self._prompt_tokens or 0) + trial.prompt_tokens
        if trial.completion_tokens is not None:
            self._completion_tokens = (self._completion_tokens or 0) + trial.completion_tokens
        known = True
        # An errored trial has no answer to pay for, unless its cost is told.
        if not self._free and (trial.cost_usd is not None or trial.outcome is not Outcome.ERRORED):
            known = self._model.add(trial.cost_usd)
        if trial.judging is not None:
            self._count(trial.judging)
            known = self._judges.add(trial.judging.cost_usd) and known
        self._unknown += not known

    def tell(self, right: int) -> dict[str, Any]:
        """What it came to, with `right` trials that are right. Latencies are in seconds.

        Amounts are decimal texts. One is null if it is known of no trial, `total` if either part is null;
        `unknown_trials` counts the trials that are missing from a part.
        """
        latency = self._latency
        p50, p95, p99 = self._latencies.quantiles(0.5, 0.95, 0.99)
        spread = {"count": latency.count, "mean": latency.mean, "p50": p50, "p95": p95, "p99": p99}
        judged = {
            "calls": self._judge_calls,
            "prompt_tokens": self._judge_prompt_tokens,
            "completion_tokens": self._judge_completion_tokens,
        }
        return {
            "tokens": {"prompt": self._prompt_tokens, "completion": self._completion_tokens},
            "latency_seconds": {**spread, "max": latency.maximum} if latency.count else None,
            "cost_usd": self._cost(right),
            "judging": judged if self._judge_calls else None,
        }

    def _count(self, judging: Judging) -> None:
        self._judge_calls += judging.calls
        self._judge_prompt_tokens += judging.prompt_tokens
        self._judge_completion_tokens += judging.completion_tokens

    def _cost(self, right: int) -> dict[str, Any]:
        model, judges = self._model.amount, self._judges.amount
        total = None if model is None or judges is None else _EXACT.add(model, judges)
        each = None
        if total is not None and right and not self._unknown:
            each = _SHOWN.divide(total, Decimal(right))
        return {
            "model": _text(model),
            "judges": _text(judges),
            "total": _text(total),
            "per_right_answer": _text(each),
            "unknown_trials": self._unknown,
        }


class _Dollars:
    """A sum of what is known."""

    def __init__(self) -> None:
        self._sum = Decimal(0)
        self._known = self._unknown = 0

    def add(self, dollars: Decimal | None) -> bool:
        """Take in an amount; whether it is known."""
        if dollars is None:
            self._unknown += 1
            return False
        self._known += 1
        self._sum = _EXACT.add(self._sum, dollars)
        return True

    @property
    def amount(self) -> Decimal | None:
        """The sum; None when there were amounts and none is known."""
        return None if self._unknown and not self._known else self._sum


def _text(dollars: Decimal | None) -> str | None:
    """Every digit, without an exponent and without noughts at the end."""
    if dollars is None:
        return None
    text = f"{dollars:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
