"""What the keywords of JSON Schema ask of a value, checked within a number of steps.

A schema may lead through itself in more ways than there are seconds, so every step is counted and a check
that needs too many ends undecided. What a keyword wants comes ready from `schemas`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from marksheet.scoring.json_texts import canonical, is_json_number
from marksheet.scoring.patterns import Searches

if TYPE_CHECKING:
    import regex

MOST_STEPS = 200_000
"""Keywords looked at, members and elements gone through, for one value."""


class Undecided(Exception):
    """The check took too many steps, or a pattern too long."""


class Breach(NamedTuple):
    """The keyword that a value does not keep to, and where in it."""

    keyword: str
    path: tuple[str | int, ...] = ()


class Node:
    """One schema, made ready: what each of its keywords wants."""

    __slots__ = ("checks", "same")

    def __init__(self) -> None:
        self.checks: list[tuple[str, Check, Any]] = []
        self.same: list[Node] = []
        """Schemas that this one lays on the very same value."""


@dataclass(slots=True)
class Examination:
    """The check of one value, and what it may still use."""

    steps: int = MOST_STEPS
    searches: Searches = field(default_factory=Searches)

    def breach(self, node: Node, value: Any) -> Breach | None:
        """The first breach of the schema, or None. Raises Undecided, and RecursionError in chains of schemas
        that are longer than any reader would write.
        """
        self.spend(1 + len(node.checks))
        for keyword, check, wanted in node.checks:
            found = check(self, wanted, value)
            if found is False:
                return Breach(keyword)
            if found is not True:
                return found
        return None

    def keeps(self, node: Node, value: Any) -> bool:
        return self.breach(node, value) is None

    def each(self, pairs: Iterable[tuple[str | int, Any, Node]]) -> Breach | bool:
        """Whether every value, said with where it lies, keeps to its schema."""
        for step, value, node in pairs:
            found = self.breach(node, value)
            if found is not None:
                return Breach(found.keyword, (step, *found.path))
        return True

    def form(self, value: Any) -> Any:
        """The canonical form, at the price of going through the whole value three times."""
        self.spend(3 * _size(value))
        return canonical(value)

    def matches(self, pattern: regex.Pattern[str], text: str) -> bool:
        found = self.searches.found(pattern, text)
        if found is None:
            raise Undecided
        return found

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise Undecided


Check = Callable[[Examination, Any, Any], "Breach | bool"]
"""Of the examination, what the keyword wants, and the value: True, False for a breach right here, or the
breach of something inside. A value of another type than the keyword is about keeps to it.
"""


def never(exam: Examination, wanted: None, value: Any) -> bool:
    return False


def anything(exam: Examination, wanted: object, value: Any) -> bool:
    return True


def has_type(exam: Examination, wanted: frozenset[str], value: Any) -> bool:
    return json_type(value) in wanted


def json_type(value: Any) -> str:
    """The JSON type; a number without fraction, however written, is an "integer"."""
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, Decimal):
        return "integer" if value == value.to_integral_value() else "number"
    if isinstance(value, Mapping):
        return "object"
    return "null" if value is None else "array"


def is_among(exam: Examination, wanted: frozenset[Any], value: Any) -> bool:
    return exam.form(value) in wanted


def at_least(exam: Examination, wanted: Decimal, value: Any) -> bool:
    return not is_json_number(value) or value >= wanted


def at_most(exam: Examination, wanted: Decimal, value: Any) -> bool:
    return not is_json_number(value) or value <= wanted


def above(exam: Examination, wanted: Decimal, value: Any) -> bool:
    return not is_json_number(value) or value > wanted


def below(exam: Examination, wanted: Decimal, value: Any) -> bool:
    return not is_json_number(value) or value < wanted


def multiple_of(exam: Examination, wanted: Decimal, value: Any) -> bool:
    """In exact fractions: 0.3 is a multiple of 0.1."""
    return not is_json_number(value) or (Fraction(value) / Fraction(wanted)).denominator == 1


def has_least(exam: Examination, wanted: tuple[type[Sized], int], value: Any) -> bool:
    kind, count = wanted
    return not isinstance(value, kind) or len(value) >= count


def has_most(exam: Examination, wanted: tuple[type[Sized], int], value: Any) -> bool:
    kind, count = wanted
    return not isinstance(value, kind) or len(value) <= count


def has_pattern(exam: Examination, wanted: regex.Pattern[str], value: Any) -> bool:
    return not isinstance(value, str) or exam.matches(wanted, value)


def items(exam: Examination, wanted: tuple[list[Node], Node | None, int], value: Any) -> Breach | bool:
    """The first elements by schemas of their own, or those from a position on by one schema."""
    first, rest, start = wanted
    if not isinstance(value, list):
        return True
    if rest is None:
        return exam.each((index, *pair) for index, pair in enumerate(zip(value, first, strict=False)))
    return exam.each((index, value[index], rest) for index in range(start, len(value)))


def contains(exam: Examination, wanted: tuple[Node, int, int | None], value: Any) -> bool:
    node, least, most = wanted
    if not isinstance(value, list):
        return True
    found = sum(exam.keeps(node, element) for element in value)
    return found >= least and (most is None or found <= most)


def unique_items(exam: Examination, wanted: bool, value: Any) -> bool:
    return not wanted or not isinstance(value, list) or len(set(map(exam.form, value))) == len(value)


def properties(exam: Examination, wanted: Mapping[str, Node], value: Any) -> Breach | bool:
    if not isinstance(value, dict):
        return True
    exam.spend(len(wanted))
    return exam.each((name, value[name], node) for name, node in wanted.items() if name in value)


def pattern_properties(
    exam: Examination, wanted: list[tuple[regex.Pattern[str], Node]], value: Any
) -> Breach | bool:
    if not isinstance(value, dict):
        return True
    exam.spend(len(value) * len(wanted))
    return exam.each(
        (name, member, node)
        for pattern, node in wanted
        for name, member in value.items()
        if exam.matches(pattern, name)
    )


def additional_properties(
    exam: Examination, wanted: tuple[Node, frozenset[str], list[regex.Pattern[str]]], value: Any
) -> Breach | bool:
    """Members that neither `properties` nor `patternProperties` beside this keyword are about."""
    node, names, patterns = wanted
    if not isinstance(value, dict):
        return True
    exam.spend(len(value) * (1 + len(patterns)))
    return exam.each(
        (name, member, node)
        for name, member in value.items()
        if name not in names and not any(exam.matches(pattern, name) for pattern in patterns)
    )


def property_names(exam: Examination, wanted: Node, value: Any) -> Breach | bool:
    if not isinstance(value, dict):
        return True
    return exam.each((name, name, wanted) for name in value)


def required(exam: Examination, wanted: list[str], value: Any) -> bool:
    exam.spend(len(wanted))
    return not isinstance(value, dict) or all(name in value for name in wanted)


def dependent_required(exam: Examination, wanted: Mapping[str, list[str]], value: Any) -> bool:
    if not isinstance(value, dict):
        return True
    exam.spend(len(wanted))
    return all(required(exam, names, value) for name, names in wanted.items() if name in value)


def dependent_schemas(exam: Examination, wanted: Mapping[str, Node], value: Any) -> Breach | bool:
    if not isinstance(value, dict):
        return True
    exam.spend(len(wanted))
    return all_of(exam, [node for name, node in wanted.items() if name in value], value)


def dependencies(
    exam: Examination, wanted: tuple[Mapping[str, list[str]], Mapping[str, Node]], value: Any
) -> Breach | bool:
    names, nodes = wanted
    return dependent_required(exam, names, value) and dependent_schemas(exam, nodes, value)


def same_as(exam: Examination, wanted: Node, value: Any) -> Breach | bool:
    return exam.breach(wanted, value) or True


def all_of(exam: Examination, wanted: list[Node], value: Any) -> Breach | bool:
    return next((found for node in wanted if (found := exam.breach(node, value))), True)


def any_of(exam: Examination, wanted: list[Node], value: Any) -> bool:
    return any(exam.keeps(node, value) for node in wanted)


def one_of(exam: Examination, wanted: list[Node], value: Any) -> bool:
    return sum(exam.keeps(node, value) for node in wanted) == 1


def none_of(exam: Examination, wanted: Node, value: Any) -> bool:
    return not exam.keeps(wanted, value)


def conditional(
    exam: Examination, wanted: tuple[Node, Node | None, Node | None], value: Any
) -> Breach | bool:
    condition, then, otherwise = wanted
    branch = then if exam.keeps(condition, value) else otherwise
    return True if branch is None else same_as(exam, branch, value)


def _size(value: Any) -> int:
    """Values in the value, itself included, and its longest text's thousands of characters."""
    if isinstance(value, str):
        return 1 + len(value) // 1_000
    if isinstance(value, Mapping):
        return 1 + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1
