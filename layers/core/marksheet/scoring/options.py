"""Reading a scorer's options: each is asked for by name and type; what nobody asked for is refused."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeGuard

from marksheet.errors import InvalidRequest, Problem
from marksheet.scoring.suggestions import unknown

Location = tuple[str | int, ...]

LONGEST_TEXT = 1_000
"""Characters in one text option."""
MOST_TEXTS = 100
"""Texts in one list option."""


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

    def text(self, name: str) -> str | None:
        """A text of 1 to `LONGEST_TEXT` characters, or None."""
        value = self._value(name)
        if value is None:
            return None
        if isinstance(value, str) and 1 <= len(value) <= LONGEST_TEXT:
            return value
        self.refuse(name, f"must be a text of 1 to {LONGEST_TEXT} characters", "string_type")
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of 1 to `MOST_TEXTS` texts, none of them blank; empty when absent."""
        value = self._value(name)
        if value is None:
            return ()
        if isinstance(value, list | tuple) and 1 <= len(value) <= MOST_TEXTS and all(map(_is_said, value)):
            return tuple(value)
        self.refuse(
            name,
            f"must be a list of 1 to {MOST_TEXTS} texts of at most {LONGEST_TEXT} characters, none blank",
            "list_type",
        )
        return ()

    def number(self, name: str, *, default: float = 0.0) -> float:
        """A finite number, zero or more."""
        value = self._value(name)
        if value is None:
            return default
        if is_number(value) and value >= 0:
            return float(value)
        self.refuse(name, "must be a finite number, zero or more", "float_type")
        return default

    def refuse(self, name: str, message: str, kind: str = "value_error") -> None:
        """Note that option `name` cannot be accepted."""
        self._problems.append(Problem((*self._location, name), message, kind))

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


def _is_said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT
