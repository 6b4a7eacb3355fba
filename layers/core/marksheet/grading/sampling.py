"""sampling_params: how a judge is to be sampled, in the names that providers know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.scoring.options import is_number
from marksheet.scoring.suggestions import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.grading.fields import GraderFields

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
MOST_TOKENS = 10_000_000
LARGEST_SEED = 2**31 - 1

_LIMITS = ("max_completions_tokens", "max_completion_tokens", "max_tokens")
_KNOWN = ("seed", "temperature", "top_p", *_LIMITS, "reasoning_effort")
_FIELD = "sampling_params"


def read_sampling(fields: GraderFields) -> Mapping[str, Any]:
    """The field `sampling_params`, an object; what it leaves out, or has as null, is up to the model's
    settings. The reply's limit may go by any of its three names.
    """
    given = fields.given(_FIELD)
    if given is None:
        return {}
    if not isinstance(given, dict):
        fields.refuse(_FIELD, "must be an object", "dict_type")
        return {}
    sampling: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name not in _KNOWN:
            fields.refuse(_FIELD, unknown("field", str(name), _KNOWN), "extra_forbidden", below=(name,))
        elif problem := _problem(name, value):
            fields.refuse(_FIELD, problem, below=(name,))
        elif name in _LIMITS and "max_tokens" in sampling:
            fields.refuse(_FIELD, "is given under another name already; give one", below=(name,))
        else:
            sampling["max_tokens" if name in _LIMITS else name] = value
    return sampling


def _problem(name: str, value: object) -> str | None:
    match name:
        case "temperature":
            return None if _between(value, 0, 2) else "must be a number from 0 to 2"
        case "top_p":
            return None if _between(value, 0, 1) else "must be a number from 0 to 1"
        case "seed":
            fits = _is_whole(value) and _between(value, 0, LARGEST_SEED)
            return None if fits else f"must be a whole number from 0 to {LARGEST_SEED:,}"
        case "reasoning_effort":
            return None if value in EFFORTS else f"must be one of {', '.join(EFFORTS)}"
        case _:
            fits = _is_whole(value) and _between(value, 1, MOST_TOKENS)
            return None if fits else f"must be a whole number from 1 to {MOST_TOKENS:,}"


def _between(value: object, lowest: float, highest: float) -> bool:
    return is_number(value) and lowest <= value <= highest


def _is_whole(value: object) -> bool:
    return isinstance(value, int)
