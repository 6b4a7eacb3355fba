"""Formulas over numbers with names: `0.5 * (clarity + truth) - 2 ^ -depth`.

    expression = term { ("+" | "-") term }
    term       = signed { ("*" | "/") signed }
    signed     = { "+" | "-" } power
    power      = atom [ "^" signed ]
    atom       = number | name | function "(" expression { "," expression } ")" | "(" expression ")"

`^` binds closest and to the right, so `-2 ^ 2` is -4 and `2 ^ 3 ^ 2` is 2 ^ 9; all numbers are floats, so no
exponent takes more than a moment. `log` is the natural logarithm; `min` and `max` take one argument or more.
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from marksheet.scoring.suggestions import quoted, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

LONGEST_FORMULA = 2_000
"""Characters."""
MOST_NODES = 500
"""Numbers, names, operators and calls."""
DEEPEST_FORMULA = 32
"""Parentheses, calls, signs and exponents inside each other."""

_ONE_ARGUMENT: Mapping[str, Callable[[float], float]] = {
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log": math.log,
}
_SEVERAL_ARGUMENTS: Mapping[str, Callable[..., float]] = {"min": min, "max": max}
FUNCTIONS = (*_SEVERAL_ARGUMENTS, *_ONE_ARGUMENT)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
"""What a number in a formula can be called."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark>[-+*/^(),]))"
)
_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
}

_Step = float | str | tuple[str, int]
"""A number, a name, or an operator or function with how many values it takes."""


class BadFormula(Exception):
    """A text that is no formula; the message says why, to stand after the field's name."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read, as the steps of a stack machine: values before what is done with them."""

    steps: tuple[_Step, ...]
    names: frozenset[str]
    """Those it uses."""

    def evaluate(self, values: Mapping[str, float]) -> float | None:
        """Its result for these values; None where that, or a step on the way, is no finite number."""
        stack: list[float] = []
        try:
            for step in self.steps:
                if isinstance(step, tuple):
                    name, taken = step
                    arguments = stack[-taken:]
                    del stack[-taken:]
                    result = float(_apply(name, arguments))
                else:
                    result = values[step] if isinstance(step, str) else step
                if not math.isfinite(result):
                    return None
                stack.append(result)
        except (ArithmeticError, ValueError):
            return None
        return stack[0]


def compile_formula(text: str, known: Collection[str]) -> Formula:
    """Read a formula over the names in `known`. Raises `BadFormula`."""
    if len(text) > LONGEST_FORMULA:
        raise BadFormula(f"must have at most {LONGEST_FORMULA:,} characters, not {len(text):,}")
    parser = _Parser(text, known)
    parser.expression(0)
    parser.end()
    names = frozenset(step for step in parser.steps if isinstance(step, str))
    return Formula(tuple(parser.steps), names)


def _apply(name: str, arguments: list[float]) -> float:
    if name in _OPERATORS:
        return _OPERATORS[name](arguments[0], arguments[1])
    if name == "negative":
        return -arguments[0]
    if name in _SEVERAL_ARGUMENTS:
        return _SEVERAL_ARGUMENTS[name](arguments)
    return _ONE_ARGUMENT[name](arguments[0])


class _Parser:
    """Recursive descent over the grammar above; every method leaves what it read in `steps`."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        self.steps: list[_Step] = []
        self._text = text
        self._known = known
        self._at = 0
        self._kind = self._token = ""
        self._next()

    def expression(self, depth: int) -> None:
        self._chain("+-", self._term, depth)

    def end(self) -> None:
        """Nothing may follow."""
        if self._kind:
            self._refuse(f"has {quoted(self._token)} where it should end or go on with an operator")

    def _term(self, depth: int) -> None:
        self._chain("*/", self._signed, depth)

    def _chain(self, operators: str, part: Callable[[int], None], depth: int) -> None:
        """Parts of one rank from left to right."""
        part(depth)
        while self._kind == "mark" and self._token in operators:
            name = self._token
            self._next()
            part(depth)
            self._add((name, 2))

    def _signed(self, depth: int) -> None:
        if self._kind == "mark" and self._token in "+-":
            negative = self._token == "-"
            self._next()
            self._signed(self._deeper(depth))
            if negative:
                self._add(("negative", 1))
        else:
            self._power(depth)

    def _power(self, depth: int) -> None:
        self._atom(depth)
        if self._kind == "mark" and self._token == "^":
            self._next()
            self._signed(self._deeper(depth))
            self._add(("^", 2))

    def _atom(self, depth: int) -> None:
        kind, token = self._kind, self._token
        if kind == "number":
            self._next()
            number = float(token)
            if not math.isfinite(number):
                self._refuse(f"has {quoted(token)}, which is too large a number")
            self._add(number)
        elif kind == "name":
            self._next()
            if self._token == "(":
                self._call(token, depth)
            elif token in self._known:
                self._add(token)
            elif token in FUNCTIONS:
                self._refuse(f"has {token} without its arguments in parentheses")
            else:
                raise BadFormula(f"has an {unknown('name', token, sorted(self._known))}")
        elif token == "(":
            self._next()
            self.expression(self._deeper(depth))
            self._expect(")")
        else:
            found = quoted(token) if kind else "its end"
            hint = "; a power is written ^" if token == "*" else ""
            self._refuse(f"has {found} where a number, a name or a parenthesis should be{hint}")

    def _call(self, name: str, depth: int) -> None:
        if name not in FUNCTIONS:
            raise BadFormula(f"has an {unknown('function', name, FUNCTIONS)}")
        self._next()
        taken = 1
        self.expression(self._deeper(depth))
        while self._token == "," and self._kind == "mark":
            self._next()
            self.expression(self._deeper(depth))
            taken += 1
        self._expect(")")
        if name in _ONE_ARGUMENT and taken != 1:
            self._refuse(f"gives {name} {taken} arguments; it takes one")
        self._add((name, taken))

    def _next(self) -> None:
        """Take the next token; its kind is empty at the end."""
        found = _TOKEN.match(self._text, self._at)
        if found is not None:
            self._kind, self._token = found.lastgroup or "", found[found.lastgroup or 0]
            self._at = found.end()
            return
        rest = self._text[self._at :].strip()
        if rest:
            self._refuse(f"has {quoted(rest[0])}, which no formula knows")
        self._kind = self._token = ""

    def _expect(self, token: str) -> None:
        if self._token != token:
            self._refuse(f'has {quoted(self._token) if self._kind else "its end"} where "{token}" should be')
        self._next()

    def _add(self, step: _Step) -> None:
        if len(self.steps) == MOST_NODES:
            self._refuse(f"has more than {MOST_NODES} numbers, names, operators and calls")
        self.steps.append(step)

    def _deeper(self, depth: int) -> int:
        if depth == DEEPEST_FORMULA:
            self._refuse(f"is nested more than {DEEPEST_FORMULA} levels deep")
        return depth + 1

    def _refuse(self, message: str) -> NoReturn:
        raise BadFormula(message)
