"""regex: a regular expression is found in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.patterns import LONGEST_SEARCHED, check_pattern, compiled, found
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

_UNDECIDED = Score(None, f"the pattern took too long, or the answer exceeds {LONGEST_SEARCHED:,} characters")


@dataclass(frozen=True, slots=True)
class Regex:
    """1.0 when the pattern is found, else 0.0; unscored when that cannot be said (see `patterns.found`).

    Options: `pattern` (without it the expected answer is the pattern), `ignore_case` (false), `whole` (false:
    it may stand anywhere; true: it must match the whole answer, whitespace around it aside).
    """

    pattern: str | None = None
    ignore_case: bool = False
    whole: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        pattern = options.text("pattern")
        problem = None if pattern is None else check_pattern(pattern)
        if problem:
            options.refuse("pattern", problem)
        return cls(
            pattern=pattern,
            ignore_case=options.flag("ignore_case", default=False),
            whole=options.flag("whole", default=False),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        pattern = self.pattern
        if pattern is None:
            if question.expected_answer is None:
                return NO_EXPECTED_ANSWER
            pattern = question.expected_answer
            problem = check_pattern(pattern)
            if problem:
                return Score(None, f"the expected answer {problem}")
        searched = answer.text.strip() if self.whole else answer.text
        match = found(compiled(pattern, ignore_case=self.ignore_case), searched, whole=self.whole)
        return _UNDECIDED if match is None else Score(float(match))
