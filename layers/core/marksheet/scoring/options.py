"""Reading a scorer's options: each is asked for by name and type; what nobody asked for is refused."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeGuard

from marksheet.errors import InvalidRequest, Problem
from marksheet.scoring.suggestions import unknown

Location = tuple[str | int, ...]

LONGEST_TEXT = 1_000
"""Characters in one text option."""
MOST_TEXTS = 100
"""Texts in one list option."""
LARGEST_OBJECT = 32_000
"""Characters of one object option, written as JSON."""
DEEPEST_OBJECT = 24
"""Objects and lists inside each other in one object option; a stored item has room for 32 in all."""

_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
"""As `models.MODEL_ID`, which scoring does not know."""
_AMOUNT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,12})?")


class OptionReader:
    """Hands out options one by one and gathers what is wrong; `finish` raises it all at once.

    A reading method returns the default for an option that is absent, null or wrong, so that a scorer's
    `read` runs to its end and the caller hears of every problem in one answer.
    """

    def __init__(self, options: object, location: Location) -> None:
        self._location = location
        self._options: Mapping[str, Any] = options if isinstance(options, Mapping) else {}
        self._asked: list[str] = []
        self._problems: list[Problem] = []
        if not isinstance(options, Mapping):
            self._problems.append(Problem(location, "must be an object of options", "dict_type"))

    def flag(self, name: str, *, default: bool) -> bool:
        """A true or false."""
        value = self._value(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.refuse(name, "must be true or false", "bool_type")
        return default

    def text(self, name: str, *, longest: int = LONGEST_TEXT, required: bool = False) -> str | None:
        """A text of 1 to `longest` characters, or None."""
        value = self._value(name)
        if value is None and required:
            self.refuse(name, f"is required: a text of 1 to {longest} characters", "missing")
        if value is None:
            return None
        if isinstance(value, str) and 1 <= len(value) <= longest:
            return value
        self.refuse(name, f"must be a text of 1 to {longest} characters", "string_type")
        return None

    def model(self, name: str) -> str:
        """The id of a model, which must be given; whether it is registered is not known here."""
        value = self._value(name)
        if isinstance(value, str) and _MODEL_ID.fullmatch(value):
            return value
        kind = "missing" if value is None else "string_pattern_mismatch"
        self.refuse(name, "is required: the id of a registered model", kind)
        return ""

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object, empty when absent; what is in it is the scorer's to check."""
        value = self._value(name)
        if value is None:
            return {}
        if isinstance(value, Mapping) and value:
            return value
        self.refuse(name, "must be an object that is not empty", "dict_type")
        return {}

    def json_object(self, name: str) -> Mapping[str, Any]:
        """An object of JSON values within `LARGEST_OBJECT` and `DEEPEST_OBJECT`, which must be given."""
        value = self._value(name)
        if value is None:
            self.refuse(name, "is required: a JSON object", "missing")
        elif not isinstance(value, Mapping):
            self.refuse(name, "must be a JSON object", "dict_type")
        elif nested_deeper(value, DEEPEST_OBJECT):
            self.refuse(name, f"must not be nested more than {DEEPEST_OBJECT} levels deep")
        elif len(json.dumps(value)) > LARGEST_OBJECT:
            self.refuse(name, f"must have at most {LARGEST_OBJECT:,} characters as JSON")
        else:
            return value
        return {}

    def texts(self, name: str, *, blank: bool = False) -> tuple[str, ...]:
        """A list of 1 to `MOST_TEXTS` texts, none of them empty, nor blank unless allowed; empty when
        absent.
        """
        value = self._value(name)
        if value is None:
            return ()
        if (
            isinstance(value, list | tuple)
            and 1 <= len(value) <= MOST_TEXTS
            and all(_is_said(each, blank=blank) for each in value)
        ):
            return tuple(value)
        self.refuse(
            name,
            f"must be a list of 1 to {MOST_TEXTS} texts of at most {LONGEST_TEXT} characters, "
            f"none {'empty' if blank else 'blank'}",
            "list_type",
        )
        return ()

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        """One of the allowed texts; the first when absent."""
        value = self._value(name)
        if value is None:
            return allowed[0]
        if isinstance(value, str) and value in allowed:
            return value
        self.refuse(name, f"must be one of {', '.join(allowed)}", "enum")
        return allowed[0]

    def number(self, name: str, *, default: float = 0.0, required: bool = False) -> float:
        """A finite number, zero or more."""
        value = self._value(name)
        if value is None and required:
            self.refuse(name, "is required: a finite number, zero or more", "missing")
        if value is None:
            return default
        if is_number(value) and value >= 0:
            return float(value)
        self.refuse(name, "must be a finite number, zero or more", "float_type")
        return default

    def whole(self, name: str, *, default: int, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        value = self._value(name)
        if value is None:
            return default
        if is_number(value) and value == int(value) and least <= value <= most:
            return int(value)
        self.refuse(name, f"must be a whole number from {least} to {most}", "int_type")
        return default

    def amount(self, name: str) -> Decimal:
        """An amount of money, which must be given: a number, zero or more, or the same as decimal text."""
        value = self._value(name)
        if is_number(value) and value >= 0:
            return Decimal(str(value))
        if isinstance(value, str) and _AMOUNT.fullmatch(value):
            return Decimal(value)
        told = "is required:" if value is None else "must be"
        message = f'{told} a number, zero or more, or a decimal text such as "0.002"'
        self.refuse(name, message, "missing" if value is None else "decimal_type")
        return Decimal(0)

    def refuse(self, name: str, message: str, kind: str = "value_error", *, below: Location = ()) -> None:
        """Note that option `name` cannot be accepted, or what stands in it at `below`."""
        self._problems.append(Problem((*self._location, name, *below), message, kind))

    def finish(self) -> None:
        """Raise InvalidRequest when anything was wrong or an option is unknown."""
        for name in self._options:
            if name not in self._asked:
                message = unknown("option", str(name), self._asked)
                self.refuse(str(name), message, "extra_forbidden")
        if self._problems:
            raise InvalidRequest(self._problems)

    def _value(self, name: str) -> Any:
        self._asked.append(name)
        return self._options.get(name)


def is_number(value: object) -> TypeGuard[int | float]:
    """An int or float that is finite as a float; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def nested_deeper(value: object, levels: int) -> bool:
    """Whether objects and lists lie deeper inside each other than that; without recursion."""
    layer = [value]
    for _ in range(levels + 1):
        containers = [each for each in layer if isinstance(each, Mapping | list | tuple)]
        if not containers:
            return False
        layer = [
            inner for each in containers for inner in (each.values() if isinstance(each, Mapping) else each)
        ]
    return True


def _is_said(value: object, *, blank: bool) -> bool:
    return isinstance(value, str) and bool(value if blank else value.strip()) and len(value) <= LONGEST_TEXT
