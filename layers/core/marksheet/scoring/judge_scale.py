"""The verdicts a judge is offered, and what each is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeGuard

from marksheet.scoring.options import is_number
from marksheet.scoring.verdicts import (
    Verdict,
    label_key,
    read_label,
    read_number,
    read_number_alone,
    read_verdict,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from decimal import Decimal

    from marksheet.scoring.options import OptionReader

LONGEST_LABEL = 40
MOST_LABELS = 20
HIGHEST = 100
"""The highest end of a scale of numbers."""


class Offer(Protocol):
    """What a judge may say, and how it is read from a reply."""

    @property
    def wording(self) -> str:
        """For the judge to read, after "your verdict is"."""
        ...

    def read(self, reply: str, anchor: str) -> Verdict | None:
        """The verdict at the reply's end, behind the anchor."""
        ...

    def read_alone(self, reply: str) -> Verdict | None:
        """The verdict that the reply consists of."""
        ...


@dataclass(frozen=True, slots=True)
class Scale:
    """Verdicts by name."""

    values: Mapping[str, float | None]
    """By verdict, in the order the judge reads them; None stands for unscored on purpose."""
    wording: str
    """The same for the judge to read, after "your verdict is"."""

    def read(self, reply: str, anchor: str) -> Verdict | None:
        return read_verdict(reply, anchor, self.values)

    def read_alone(self, reply: str) -> Verdict | None:
        label = read_label(reply, self.values)
        return None if label is None else Verdict(label, "")


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Any decimal number from `lowest` to `highest`, ends included."""

    lowest: Decimal
    highest: Decimal

    @property
    def wording(self) -> str:
        return f"one decimal number from {self.lowest:f} to {self.highest:f}"

    def read(self, reply: str, anchor: str) -> Verdict | None:
        return read_number(reply, anchor, self.lowest, self.highest)

    def read_alone(self, reply: str) -> Verdict | None:
        number = read_number_alone(reply, self.lowest, self.highest)
        return None if number is None else Verdict(number, "")


def labels(values: Mapping[str, float | None]) -> Scale:
    """A scale of labels, the best first.

    They are put in order because a store may hand a mapping back in another one, and one scorer should ask in
    one way.
    """
    ranked = sorted(values, key=lambda label: (values[label] is None, -(values[label] or 0), label))
    return Scale({label: values[label] for label in ranked}, f"one of {', '.join(ranked)}")


def numbers(lowest: int, highest: int) -> Scale:
    """Whole numbers, of which the lowest is worth 0 and the highest 1, the others in proportion."""
    span = highest - lowest
    values = {str(number): (number - lowest) / span for number in range(lowest, highest + 1)}
    return Scale(values, f"one whole number from {lowest} (worst) to {highest} (best)")


CORRECT_OR_NOT = labels({"CORRECT": 1.0, "INCORRECT": 0.0})


def read_scale(options: OptionReader) -> Scale:
    """Read the options `labels`, an object of labels and values, and `scale`, `{"min": 1, "max": 5}`; one of
    the two at most.
    """
    named, span = options.mapping("labels"), options.mapping("scale")
    if named and span:
        options.refuse("scale", "is for a judge without labels; give one of the two")
    if named:
        if problem := _labels_problem(named):
            options.refuse("labels", problem)
            return CORRECT_OR_NOT
        return labels({label: None if value is None else float(value) for label, value in named.items()})
    if span:
        lowest, highest = span.get("min"), span.get("max")
        if len(span) == 2 and _is_whole(lowest) and _is_whole(highest) and 0 <= lowest < highest <= HIGHEST:
            return numbers(lowest, highest)
        message = f'must be two whole numbers {{"min": a, "max": b}} with 0 <= a < b <= {HIGHEST}'
        options.refuse("scale", message)
    return CORRECT_OR_NOT


def names_problem(
    named: Collection[object], *, most: int = MOST_LABELS, longest: int = LONGEST_LABEL
) -> str | None:
    """Why these cannot be labels, of which there may be `most`, that a reply can be read for."""
    if not 2 <= len(named) <= most:
        return f"must have 2 to {most} labels, not {len(named)}"
    keys = set()
    for label in named:
        if not (isinstance(label, str) and 1 <= len(label) <= longest and label.isprintable()):
            return f"must have labels of 1 to {longest} printable characters"
        key = label_key(label)
        if key != label.casefold().replace(" ", "_").replace("-", "_"):
            return "must have labels without quotes, brackets or marks around them, and with single spaces"
        keys.add(key)
    if len(keys) < len(named):
        return "must have labels that differ in more than case, spaces, hyphens and underscores"
    return None


def _labels_problem(named: Mapping[str, object]) -> str | None:
    if problem := names_problem(named):
        return problem
    values = list(named.values())
    if not all(value is None or (is_number(value) and 0 <= value <= 1) for value in values):
        return "must give each label a number from 0 to 1, or null for an answer that is not to be scored"
    return "must give at least one label a number" if all(value is None for value in values) else None


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
