"""string_check: one text is, is not, or contains another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from marksheet.domain import Mark
from marksheet.grading.grader import BaseGrader, unscored
from marksheet.grading.templates import Template

if TYPE_CHECKING:
    from marksheet.grading.fields import GraderFields
    from marksheet.grading.grader import Marking, Terms
    from marksheet.grading.row_values import RowValues

OPERATIONS = ("eq", "ne", "neq", "like", "ilike")

_CONTAINED_IN_ALL = "the reference is empty, which every text contains"


@dataclass(frozen=True, slots=True)
class StringCheck(BaseGrader):
    """1 or 0 by `operation` on the templates `input` and `reference`, character by character.

    `eq`: they are equal; `ne`, `neq`: they are not; `like`: the input contains the reference; `ilike`: it
    does whatever the case. Unscored where `like` and `ilike` would look for an empty text.
    """

    kind: ClassVar[str] = "string_check"

    input: Template
    reference: Template
    operation: str

    @classmethod
    def read(cls, terms: Terms, fields: GraderFields) -> Self:
        threshold = fields.threshold()
        blank = Template(())
        return cls(
            terms,
            threshold,
            fields.template("input") or blank,
            fields.template("reference") or blank,
            fields.choice("operation", OPERATIONS),
        )

    def mark_row(self, row: RowValues) -> Marking:
        yield from ()
        text, reference = self.input.render(row), self.reference.render(row)
        match self.operation:
            case "eq":
                held = text == reference
            case "ne" | "neq":
                held = text != reference
            case _ if not reference:
                return unscored(_CONTAINED_IN_ALL)
            case "like":
                held = reference in text
            case _:
                held = reference.casefold() in text.casefold()
        value = 1.0 if held else 0.0
        return Mark(value, self.passes(value))
