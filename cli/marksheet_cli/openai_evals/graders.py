"""Which of an eval's graders can be brought over, and what they say about items and judges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.errors import InvalidRequest
from marksheet.grading import parse_graders
from marksheet_cli.openai_evals.templates import named_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ITSELF = ("body", "graders", 0)


def why_not(criterion: object) -> str | None:
    """Why a grader cannot be brought over, in the words of the service; None when it can."""
    try:
        parse_graders([criterion])
    except InvalidRequest as error:
        return "; ".join(" ".join((*_path(problem.location), problem.message)) for problem in error.problems)
    return None


def name_of(criterion: object) -> str:
    """What to call a grader in a sentence."""
    if isinstance(criterion, dict):
        return str(criterion.get("name") or criterion.get("type") or "without a name")
    return "without a name"


def judges(criteria: Iterable[object]) -> list[str]:
    """The models that graders name, each once."""
    named = (inner.get("model") for inner in _all(criteria))
    return list(dict.fromkeys(model for model in named if isinstance(model, str) and model))


def reference_field(criteria: Iterable[object]) -> str | None:
    """The item's field that a grader compares outputs with: that of the first whose reference is just one."""
    return next((name for inner in _all(criteria) if (name := named_field(inner.get("reference")))), None)


def _path(location: tuple[str | int, ...]) -> list[str]:
    """Where in the grader a problem is: "input[0].content", or nothing where it is the grader as a whole."""
    within = location[len(_ITSELF) :] if location[: len(_ITSELF)] == _ITSELF else ()
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in within)
    return ["".join(steps).removeprefix(".")] if within else []


def _all(criteria: Iterable[object]) -> Iterator[dict[str, Any]]:
    for criterion in criteria:
        if isinstance(criterion, dict):
            yield criterion
            yield from _all(_inner(criterion))


def _inner(criterion: dict[str, Any]) -> list[Any]:
    """The graders that a formula combines: OpenAI names them, or has a single one."""
    inner = criterion.get("graders")
    if isinstance(inner, dict):
        return [inner] if "type" in inner else list(inner.values())
    return inner if isinstance(inner, list) else []
