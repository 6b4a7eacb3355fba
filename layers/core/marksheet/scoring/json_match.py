"""json_match: the answer's JSON has the fields of the expected JSON, with equal values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Self

from marksheet.domain import Score
from marksheet.scoring.json_texts import (
    EXTRACTS,
    NotJson,
    Unreadable,
    canonical,
    is_json_number,
    read_answer,
    read_json,
)
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER
from marksheet.scoring.suggestions import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

Path = tuple[str, ...]

MOST_NAMED = 5
"""Fields that a reason names."""

_INDEX = re.compile(r"[0-9]{1,9}")
_WIDE = Context(prec=60)
_MISSING = object()
_NO_FIELDS = Score(None, "the expected answer has no field to compare")


@dataclass(frozen=True, slots=True)
class JsonMatch:
    """The share of fields in which the answer's JSON equals the expected answer's, both read strictly.

    The fields are those of the option `fields`: each a path such as "customer.name" or "items.0.sku", or a
    JSON Pointer (RFC 6901) such as "/customer/name"; the expected answer must have them all. Without the
    option they are the members of the expected object; an expected value that is no object is one field.
    What the answer has besides is not looked at. An answer that is no JSON is 0.0.

    Numbers are equal by value (1 and 1.0), texts by every character, objects in any order of their names.
    Options: `ignore_case` (false) also takes texts as `exact_match` does, white space single and case folded;
    `ignore_order` (false) compares arrays in any order, and what is in them exactly; `tolerance` and
    `relative_tolerance` (0) are those of `numeric`; `extract` is that of `valid_json`.
    """

    fields: tuple[Path, ...] = ()
    ignore_case: bool = False
    ignore_order: bool = False
    tolerance: Decimal = Decimal(0)
    relative_tolerance: Decimal = Decimal(0)
    extract: str = EXTRACTS[0]

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            fields=tuple(map(_path, options.texts("fields"))),
            ignore_case=options.flag("ignore_case", default=False),
            ignore_order=options.flag("ignore_order", default=False),
            # By way of text, as in `numeric`: the caller's 0.1 means a tenth.
            tolerance=Decimal(str(options.number("tolerance"))),
            relative_tolerance=Decimal(str(options.number("relative_tolerance"))),
            extract=options.one_of("extract", EXTRACTS),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        try:
            expected = read_json(question.expected_answer)
        except NotJson as problem:
            return Score(None, f"the expected answer is no JSON: {problem}")
        except Unreadable as problem:
            return Score(None, f"the expected answer {problem}")
        fields = self.fields or _members(expected)
        wanted = [_at(expected, field) for field in fields]
        if not fields:
            return _NO_FIELDS
        if _MISSING in wanted:
            return Score(None, f"the expected answer has no field {_names([fields[wanted.index(_MISSING)]])}")
        value, without = read_answer(answer.text, self.extract)
        if without:
            return without
        unequal = [
            field
            for field, one in zip(fields, wanted, strict=True)
            if not self._equal(one, _at(value, field))
        ]
        reason = f"unequal: {_names(unequal)}" if unequal and fields != ((),) else None
        return Score((len(fields) - len(unequal)) / len(fields), reason)

    def _equal(self, expected: Any, given: Any) -> bool:
        if is_json_number(expected) and is_json_number(given):
            return self._near(expected, given)
        if isinstance(expected, dict) and isinstance(given, dict):
            return expected.keys() == given.keys() and all(
                self._equal(value, given[name]) for name, value in expected.items()
            )
        if isinstance(expected, list) and isinstance(given, list) and not self.ignore_order:
            return len(expected) == len(given) and all(map(self._equal, expected, given))
        if given is _MISSING or type(expected) is not type(given):
            return False
        return bool(self._form(expected) == self._form(given))

    def _form(self, value: Any) -> Any:
        return canonical(value, fold=self.ignore_case, unordered=self.ignore_order)

    def _near(self, expected: int | Decimal, given: int | Decimal) -> bool:
        if expected == given:
            return True
        wanted, number = Decimal(expected), Decimal(given)
        allowed = max(self.tolerance, _WIDE.multiply(self.relative_tolerance, _WIDE.abs(wanted)))
        return bool(allowed and _WIDE.abs(_WIDE.subtract(number, wanted)) <= allowed)


def _path(text: str) -> Path:
    if text.startswith("/"):
        return tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/"))
    return tuple(text.split("."))


def _members(expected: Any) -> tuple[Path, ...]:
    """The names of an object; the empty path, which leads to the value itself, for anything else."""
    return tuple((name,) for name in expected) if isinstance(expected, Mapping) else ((),)


def _at(value: Any, path: Path) -> Any:
    """What the path leads to, or _MISSING."""
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return _MISSING
    return value


def _names(fields: list[Path]) -> str:
    """The first few fields for a reason, cut to what it can bear."""
    return ", ".join(_shown(fields))


def _shown(fields: list[Path]) -> Iterator[str]:
    for field in fields[:MOST_NAMED]:
        yield quoted(".".join(field))
    if len(fields) > MOST_NAMED:
        yield f"and {len(fields) - MOST_NAMED} more"
