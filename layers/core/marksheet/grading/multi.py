"""multi: a formula over the scores of other graders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from marksheet.domain import Mark
from marksheet.errors import InvalidRequest
from marksheet.grading.fields import LARGEST_NUMBER, is_variable
from marksheet.grading.formula import FUNCTIONS, BadFormula, Formula, compile_formula
from marksheet.grading.grader import BaseGrader
from marksheet.grading.table import read_part

if TYPE_CHECKING:
    from marksheet.grading.fields import GraderFields
    from marksheet.grading.grader import Grader, Marking, Terms
    from marksheet.grading.row_values import RowValues

MOST_PARTS = 16
LONGEST_REASON = 500
"""Characters of a part's reason that are repeated for the whole."""

_NO_NUMBER = "the formula gives no finite number for these scores"


@dataclass(frozen=True, slots=True)
class Multi(BaseGrader):
    """The result of the formula `calculate_output` over the scores of `graders`, held between 0 and 1.

    A part's score is its number in its own measure: of a `score_model` what the judge gave, of all others the
    value. `pass_threshold` is compared with the formula's result. Unscored where a part that the formula
    uses has no score; judges that then need not be asked are not.
    """

    kind: ClassVar[str] = "multi"

    parts: tuple[tuple[str, BaseGrader], ...]
    formula: Formula

    @classmethod
    def read(cls, terms: Terms, fields: GraderFields) -> Self:
        threshold = fields.threshold(lowest=-LARGEST_NUMBER, highest=LARGEST_NUMBER)
        parts = _read_parts(fields)
        return cls(terms, threshold, parts, _read_formula(fields))

    @property
    def named_parts(self) -> tuple[tuple[str, Grader], ...]:
        return self.parts

    @property
    def calls(self) -> int:
        return sum(part.calls for _, part in self.parts)

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([model for _, part in self.parts for model in part.models]))

    def mark_row(self, row: RowValues) -> Marking:
        marks: dict[str, Mark] = {}
        # Those that ask nobody come first: what they cannot score, no judge is paid for.
        for name, part in sorted(self.parts, key=lambda named: bool(named[1].models)):
            marks[name] = mark = yield from part.grade(row.submission)
            if mark.value is None and name in self.formula.names:
                told = (mark.reason or "it has no value")[:LONGEST_REASON]
                return Mark(None, reason=f"{name}: {told}", parts=self._in_order(marks))
        scores = {
            name: mark.value if mark.score is None else mark.score
            for name, mark in marks.items()
            if mark.value is not None
        }
        result = self.formula.evaluate(scores)
        if result is None:
            return Mark(None, reason=_NO_NUMBER, parts=self._in_order(marks))
        return Mark(
            min(1.0, max(0.0, result)),
            self.passes(result),
            score=result,
            parts=self._in_order(marks),
        )

    def _in_order(self, marks: dict[str, Mark]) -> dict[str, Mark]:
        return {name: marks[name] for name, _ in self.parts if name in marks}


def _read_parts(fields: GraderFields) -> tuple[tuple[str, BaseGrader], ...]:
    value = fields.given("graders")
    if not isinstance(value, dict) or not 1 <= len(value) <= MOST_PARTS:
        kind = "missing" if value is None else "dict_type"
        fields.refuse("graders", f"is required: an object of 1 to {MOST_PARTS} graders by name", kind)
        return ()
    parts = []
    for name, entry in value.items():
        if not is_variable(name) or name in FUNCTIONS:
            message = (
                "must be a name that a formula can use: letters, digits and _, no digit first, at most 64 "
                f"characters, and none of {', '.join(FUNCTIONS)}"
            )
            fields.refuse("graders", message, "string_pattern_mismatch", below=(str(name),))
        location = (*fields.location, "graders", str(name))
        try:
            parts.append((str(name), read_part(entry, location, fields.models, str(name))))
        except InvalidRequest as error:
            fields.refuse_all(error.problems)
    return tuple(parts)


def _read_formula(fields: GraderFields) -> Formula:
    text = fields.given("calculate_output")
    if not isinstance(text, str):
        kind = "missing" if text is None else "string_type"
        fields.refuse("calculate_output", "is required: a formula over the names in graders", kind)
        return Formula((0.0,), frozenset())
    graders = fields.given("graders")
    known = [name for name in graders if isinstance(name, str)] if isinstance(graders, dict) else []
    try:
        return compile_formula(text, known)
    except BadFormula as problem:
        fields.refuse("calculate_output", str(problem))
        return Formula((0.0,), frozenset())
