"""numeric: the answer's number is the expected number."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

_NUMBER = re.compile(
    r"""
    (?<![A-Za-z0-9_]) (?<!\d\.)                       # not the 2 of x2 and H2O, nor the 3 of version 1.2.3
    (?P<sign>(?<![)\]])[-+−])?
    (?:\\?[$€£¥₹₩₽₺₫₪฿¢]\s?(?P<inner_sign>[-+−])?)?
    (?P<digits>
        \d{1,3}(?P<separator>[,_'’\u00a0\u2009\u202f]|\{,\}|\\,)\d{3}(?:(?P=separator)\d{3})*(?!\d)(?:\.\d+)?
        | \d+(?:\.\d+)?
        | \.\d+
    )
    (?:
        [eE](?P<exponent>[-+]?\d{1,4})(?!\d)
        | \s?(?:[×*x]|\\times)\s?10\s?(?:\^|\*\*)\s?\{?(?P<power>[-+−]?\d{1,4})(?!\d)
    )?
    (?P<percent>\s?\\?[%％])?
    """,
    re.VERBOSE,
)
_NOT_OF_A_DECIMAL = re.compile(r"[^\d.]")
_WIDE = Context(prec=60)
"""For tolerances; without one, numbers of any length are compared exactly."""

LONGEST_NUMBER = 1_000
"""Characters of a number; what is longer is passed over."""

_NO_NUMBER = Score(0.0, "the answer has no number")
_NO_NUMBER_AFTER = Score(0.0, "the answer has no number after the marker")
_NO_MARKER = Score(0.0, "the answer does not have the marker")
_NO_EXPECTED_NUMBER = Score(None, "the expected answer is not one number")


@dataclass(frozen=True, slots=True)
class Numeric:
    """1.0 when the answer's number equals the expected one, else 0.0; unscored when none is expected.

    The answer's number is its last one or, with the option `marker`, the first one after the marker's last
    occurrence. The expected answer may hold the marker too; otherwise it must hold exactly one number.
    Understood are signs, the decimal point, thousands separators (comma, apostrophe, underscore, a no-break
    space), currency signs, `1e-3` and `2 × 10^5`; a decimal comma and a fraction such as 1/2 are not.
    `50%` is 50, or 0.5 with the option `percent_as_fraction`.
    Options `tolerance` (absolute) and `relative_tolerance` (share of the expected number), both 0: the larger
    of the two allowances counts, its end included, in decimal arithmetic.
    """

    marker: str | None = None
    tolerance: Decimal = Decimal(0)
    relative_tolerance: Decimal = Decimal(0)
    percent_as_fraction: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            marker=options.text("marker"),
            # By way of text: the caller's 0.1 means a tenth, not the binary number next to it.
            tolerance=Decimal(str(options.number("tolerance"))),
            relative_tolerance=Decimal(str(options.number("relative_tolerance"))),
            percent_as_fraction=options.flag("percent_as_fraction", default=False),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        expected = self._expected(question.expected_answer)
        if expected is None:
            return _NO_EXPECTED_NUMBER
        if self.marker is None:
            last = deque(self._numbers(answer.text), maxlen=1)
            return self._compare(last[0], expected) if last else _NO_NUMBER
        if self.marker not in answer.text:
            return _NO_MARKER
        number = next(self._numbers(answer.text, self._after_marker(answer.text)), None)
        return _NO_NUMBER_AFTER if number is None else self._compare(number, expected)

    def _expected(self, text: str) -> Decimal | None:
        if self.marker is not None and self.marker in text:
            return next(self._numbers(text, self._after_marker(text)), None)
        numbers = self._numbers(text)
        number = next(numbers, None)
        return number if next(numbers, None) is None else None

    def _after_marker(self, text: str) -> int:
        marker = self.marker or ""
        return text.rindex(marker) + len(marker)

    def _numbers(self, text: str, start: int = 0) -> Iterator[Decimal]:
        for match in _NUMBER.finditer(text, start):
            if match.end() - match.start() <= LONGEST_NUMBER:
                yield self._decimal(match)

    def _decimal(self, match: re.Match[str]) -> Decimal:
        digits = _NOT_OF_A_DECIMAL.sub("", match["digits"])
        negative = (match["sign"] or match["inner_sign"] or "+") in "-−"
        exponent = int((match["exponent"] or match["power"] or "0").replace("−", "-"))
        if match["percent"] and self.percent_as_fraction:
            exponent -= 2
        return Decimal(f"{'-' if negative else ''}{digits}e{exponent}")

    def _compare(self, answer: Decimal, expected: Decimal) -> Score:
        if not self.tolerance and not self.relative_tolerance:
            return Score(float(answer == expected))
        allowed = max(self.tolerance, _WIDE.multiply(self.relative_tolerance, _WIDE.abs(expected)))
        return Score(float(_WIDE.abs(_WIDE.subtract(answer, expected)) <= allowed))
