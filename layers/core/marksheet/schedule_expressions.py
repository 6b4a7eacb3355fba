"""When a schedule ticks, in the words of EventBridge Scheduler: `rate(...)`, `cron(...)`, `at(...)`, a zone.

The grammar is that of "Schedule types in EventBridge Scheduler" in its user guide. It is checked here,
because its own refusal names neither the field nor what is allowed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from marksheet.errors import InvalidRequest, Problem

if TYPE_CHECKING:
    from datetime import tzinfo

MOST_UNITS = 99_999
"""The largest number in a rate."""

_EXPRESSION = re.compile(r"(rate|cron|at)\(\s*(.*?)\s*\)")
_RATE = re.compile(r"([1-9][0-9]{0,4}) +(minute|hour|day)s?")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NTH_WEEKDAY = rf"L|([1-7]|{'|'.join(_WEEKDAYS)})(L|#[1-5])"


@dataclass(frozen=True, slots=True)
class Expression:
    """A schedule expression that EventBridge Scheduler takes."""

    text: str
    """In one spelling: single spaces, names of months and days in capitals."""
    once_at: datetime | None = None
    """The moment of a one-time schedule, in UTC."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the six fields of a cron expression."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    steps: bool = True
    """Whether `/` may be used."""
    special: str = r"(?!)"
    """What else may stand for a value: letters that depend on the month."""

    def accepts(self, text: str) -> bool:
        return all(self._accepts_part(part) for part in text.split(","))

    def _accepts_part(self, part: str) -> bool:
        if re.fullmatch(self.special, part):
            return True
        base, slash, step = part.partition("/")
        if slash and not (self.steps and step.isdecimal() and 1 <= int(step) <= self.high):
            return False
        if base == "*":
            return True
        first, dash, last = base.partition("-")
        start, end = self._value(first), self._value(last) if dash else self.high
        return start is not None and end is not None and start <= end

    def _value(self, word: str) -> int | None:
        if word in self.names:
            return self.names.index(word) + 1
        if len(word) > 4 or not (word.isascii() and word.isdecimal()):
            return None
        return int(word) if self.low <= int(word) <= self.high else None


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, special=r"L|LW|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 1, 7, _WEEKDAYS, steps=False, special=_NTH_WEEKDAY),
    _Field("year", 1970, 2199),
)


def parse_expression(text: str, zone: tzinfo) -> Expression:
    """An expression whose local times are meant in `zone`.

    Raises `InvalidRequest` at `body.expression`.
    """
    found = _EXPRESSION.fullmatch(text.strip())
    if found is None:
        raise _refused("use rate(1 hour), cron(0 6 * * ? *) or at(2026-12-01T06:00:00)")
    kind, inner = found.groups()
    if kind == "rate":
        return Expression(f"rate({_rate(inner)})")
    if kind == "cron":
        return Expression(f"cron({_cron(inner)})")
    try:
        local = datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 (the zone is said apart)
    except ValueError:
        raise _refused("at() takes a local date and time, such as at(2026-12-01T06:00:00)") from None
    return Expression(f"at({local.isoformat()})", local.replace(tzinfo=zone).astimezone(UTC))


def parse_timezone(name: str) -> tzinfo:
    """The time zone of an IANA name. Raises `InvalidRequest` at `body.timezone`."""
    if name == "UTC":
        return UTC
    try:
        if _ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        pass  # not there, or a directory of zones
    message = f"there is no time zone {name!r}; use an IANA name, such as Europe/Berlin or UTC"
    raise InvalidRequest(Problem(("body", "timezone"), message))


def _rate(inner: str) -> str:
    found = _RATE.fullmatch(inner)
    if found is None:
        raise _refused(
            f"rate() takes a number from 1 to {MOST_UNITS} and minutes, hours or days, such as rate(6 hours)"
        )
    number, unit = int(found[1]), found[2]
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _cron(inner: str) -> str:
    fields = inner.upper().split()
    if len(fields) != len(_FIELDS):
        names = ", ".join(field.name for field in _FIELDS)
        raise _refused(f"cron() takes six fields ({names}), such as cron(0 6 * * ? *)")
    if (fields[2] == "?") == (fields[4] == "?"):
        raise _refused("exactly one of cron()'s day of month and day of week is ?, as in cron(0 6 * * ? *)")
    for field, text in zip(_FIELDS, fields, strict=True):
        if text != "?" and not field.accepts(text):
            raise _refused(f"{text!r} is no {field.name} of cron(): {_allowed(field)}")
        if text == "?" and field.name not in {"day of month", "day of week"}:
            raise _refused(f"? stands for a day only, not for {field.name}")
    return " ".join(fields)


def _allowed(field: _Field) -> str:
    values = f"{field.low} to {field.high}"
    if field.names:
        values += f" or {field.names[0]} to {field.names[-1]}"
    return f"use {values}, or *, with , and -{' and /' if field.steps else ''}"


def _refused(message: str) -> InvalidRequest:
    return InvalidRequest(Problem(("body", "expression"), message))
