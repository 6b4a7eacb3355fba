"""State transitions that AWS bills of one evaluation, found by walking the definition of the state machine.

A STANDARD execution is billed for every state it enters, a Distributed Map besides for every child it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NOTHING_WRONG: Mapping[str, Any] = {
    "plan": {"next_stage": None},
    "progress": {"finished": True},
    "finish": {"status": "READY"},
}
"""What the states have said where every lane needs one invocation and nothing fails."""

_OPERATORS: Mapping[str, Callable[[object, object], bool]] = {
    "BooleanEquals": lambda value, wanted: value is wanted,
    "StringEquals": lambda value, wanted: value == wanted,
    "IsString": lambda value, wanted: isinstance(value, str) is wanted,
    "IsNull": lambda value, wanted: (value is None) is wanted,
    "IsPresent": lambda value, wanted: (value is not None) is wanted,
}


def counted(definition: Mapping[str, Any], said: Mapping[str, Any] = NOTHING_WRONG) -> tuple[int, int]:
    """(transitions of an evaluation, transitions of each lane), its start included."""
    path = list(entered(definition, said))
    maps = [definition["States"][name] for name in path if definition["States"][name]["Type"] == "Map"]
    children = sum(1 + len(list(entered(state["ItemProcessor"], said))) for state in maps)
    return len(path), children


def entered(definition: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """Names of the states in the order they are entered. Raises `ValueError` for a walk that does not end."""
    name: str | None = definition["StartAt"]
    for _ in range(1000):
        if name is None:
            return
        yield name
        name = _next(definition["States"][name], said)
    raise ValueError("the states go round in a circle")


def _next(state: Mapping[str, Any], said: Mapping[str, Any]) -> str | None:
    if state["Type"] != "Choice":
        following: str | None = state.get("Next")
        return following
    for rule in state["Choices"]:
        (operator,) = rule.keys() - {"Variable", "Next", "Comment"}
        if operator not in _OPERATORS:
            raise ValueError(f"a choice compares with {operator}, which nobody has taught this walk")
        if _OPERATORS[operator](_at(rule["Variable"], said), rule[operator]):
            return str(rule["Next"])
    return str(state["Default"])


def _at(path: str, said: Mapping[str, Any]) -> object:
    value: Any = said
    for name in path.removeprefix("$.").split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
