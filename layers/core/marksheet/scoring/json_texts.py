"""JSON that models write: read strictly, within limits, numbers exact, and compared by value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from marksheet.domain import Score
from marksheet.scoring.normalisation import folded, remember
from marksheet.scoring.options import nested_deeper

LONGEST_READ = 250_000
"""Characters of a text that is read as JSON."""
DEEPEST_READ = 64
"""Arrays and objects inside each other."""
LONGEST_NUMBER = 1_000
"""Characters of a number with a point or an exponent."""
LARGEST_EXPONENT = 400
"""Powers of ten a number may be away from 1; a double reaches to 308."""
EXTRACTS = ("whole", "fence")
"""What of an answer is read: all of it, or what `unfenced` finds in it."""

_FENCE = "```"


class NotJson(Exception):
    """The text is no JSON; says where it stops being that."""


class Unreadable(Exception):
    """The text may be JSON, but is beyond the limits above."""


def read_json(text: str) -> Any:
    """The value that `text` is the JSON of (RFC 8259), white space around it aside.

    Whole numbers become int, others Decimal. NaN and Infinity are no JSON; of two equal names in an object
    the last one counts. The value is remembered: who gets it must not change it. Raises NotJson, Unreadable.
    """
    if len(text) > LONGEST_READ:
        raise Unreadable(f"has more than {LONGEST_READ:,} characters")
    return _read(text)


def read_answer(text: str, extract: str) -> tuple[Any, Score | None]:
    """The answer's value and None, or None and the score of an answer without one.

    `extract` is a member of `EXTRACTS`.
    """
    try:
        return read_json(unfenced(text) if extract == "fence" else text), None
    except NotJson as problem:
        return None, Score(0.0, f"the answer is no JSON: {problem}")
    except Unreadable as problem:
        return None, Score(None, f"the answer {problem}")


def unfenced(text: str) -> str:
    """The content of the first block between lines of ``` that is labelled json, else of the first block;
    the text itself where there is none. A block that nothing closes runs to the end (CommonMark 0.31, 4.5).
    """
    if _FENCE not in text:
        return text
    first: str | None = None
    opened: list[str] | None = None
    label = ""
    for line in [*text.split("\n"), _FENCE]:
        bare = line.strip()
        if opened is None:
            if bare.startswith(_FENCE):
                opened, label = [], bare.strip("`").strip().lower()
        elif not bare.startswith(_FENCE) or bare.strip("`"):
            opened.append(line)
        else:
            block, opened = "\n".join(opened), None
            if label == "json":
                return block
            first = block if first is None else first
    return text if first is None else first


def canonical(value: Any, *, fold: bool = False, unordered: bool = False) -> Any:
    """A hashable form that two JSON values share when they are equal: 1 and 1.0 are, true and 1 are not.

    `fold` makes texts equal that differ in case and white space, `unordered` arrays that differ in order.
    """
    if isinstance(value, str):
        return folded(value) if fold else value
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        members = {key: canonical(each, fold=fold, unordered=unordered) for key, each in value.items()}
        return ("object", frozenset(members.items()))
    if isinstance(value, list | tuple):
        elements = [canonical(each, fold=fold, unordered=unordered) for each in value]
        if not unordered:
            return ("array", tuple(elements))
        counts: dict[Any, int] = {}
        for element in elements:
            counts[element] = counts.get(element, 0) + 1
        return ("bag", frozenset(counts.items()))
    return value


def is_json_number(value: object) -> bool:
    """Whether a value that `read_json` gave is a number; true and false are none."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


@remember
def _read(text: str) -> Any:
    try:
        value = _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at line {error.lineno} column {error.colno}") from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise Unreadable("has a number that is too long") from None
    except RecursionError:
        raise Unreadable(f"is nested more than {DEEPEST_READ} levels deep") from None
    if nested_deeper(value, DEEPEST_READ):
        raise Unreadable(f"is nested more than {DEEPEST_READ} levels deep")
    return value


def _decimal(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise Unreadable("has a number that is too long")
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise Unreadable("has a number that is out of range") from None
    if not number:
        return Decimal(0)
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise Unreadable("has a number that is out of range")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not in the JSON standard")


_STRICT = json.JSONDecoder(parse_float=_decimal, parse_constant=_refuse_constant)
"""Made once: `json.loads` would make one for every text."""
