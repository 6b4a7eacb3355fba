"""criterion: a judge says whether an output meets one requirement."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from marksheet import prompts
from marksheet.domain import Mark
from marksheet.grading.grader import BaseGrader, check_shown, put_to, unscored
from marksheet.grading.templates import as_text
from marksheet.scoring.judge_inquiry import ask_judge
from marksheet.scoring.judge_scale import labels

if TYPE_CHECKING:
    from marksheet.domain import Submission
    from marksheet.grading.fields import GraderFields
    from marksheet.grading.grader import Marking, Terms
    from marksheet.grading.row_values import RowValues

LONGEST_REQUIREMENT = 10_000
"""Characters."""

_PLACE = re.compile(r"\{\{\s*(?:item|sample)\b")

_TASK = "You decide whether one output, which somebody gave to an input, meets one requirement."
_RUBRIC = """\
{requirement}

MET: the output does what the requirement says.
UNMET: it does not, or does so in part only.

Judge by this requirement alone, and not by what else may be good or bad about the output. If the requirement
names a fault, MET means that the output has the fault."""
_SCALE = labels({"MET": 1.0, "UNMET": 0.0})


@dataclass(frozen=True, slots=True)
class Criterion(BaseGrader):
    """1 where a judge says MET of the field `requirement`, 0 where it says UNMET.

    The judge is shown what the row has: input, context, expected answer, further fields, the output and the
    tools it calls. The requirement stands in the instructions, so it is no template: a row's values belong
    into the fences. Unscored where two replies hold no verdict, and without asking for what is too long.
    """

    kind: ClassVar[str] = "criterion"

    requirement: str
    model: str

    @classmethod
    def read(cls, terms: Terms, fields: GraderFields) -> Self:
        threshold = fields.threshold()
        requirement = fields.text("requirement", longest=LONGEST_REQUIREMENT, required=True) or ""
        if requirement and not requirement.strip():
            fields.refuse("requirement", "is blank; say what the output must have or must not have")
        elif place := _PLACE.search(requirement):
            fields.refuse(
                "requirement",
                f"has {place[0]}, and is no template; the judge is shown all fields of the row beside it",
            )
        model = fields.models.judge(fields.model_id())
        return cls(terms, threshold, requirement, model)

    @property
    def models(self) -> tuple[str, ...]:
        return (self.model,)

    def mark_row(self, row: RowValues) -> Marking:
        submission = row.submission
        rubric = _RUBRIC.format(requirement=self.requirement)
        inquiry = ask_judge(_TASK, rubric, _SCALE, submission, _parts(submission))
        ruling = yield from put_to(self.model, inquiry)
        if ruling.verdict is None:
            return unscored(ruling.reason, ruling.raw)
        value = 1.0 if ruling.verdict == "MET" else 0.0
        return Mark(value, self.passes(value), verdict=ruling.verdict, reason=ruling.reason or None)


def _parts(submission: Submission) -> list[tuple[str, str]]:
    """What the row has, by name. Choices stand with the input, as in a benchmark."""
    shown = prompts.render(None, replace(submission, context=()))
    parts = [("input", shown)] if shown.strip() else []
    if submission.context:
        parts.append(("context", "\n\n".join(submission.context)))
    if submission.expected_answer is not None:
        parts.append(("expected_answer", submission.expected_answer))
    if submission.metadata:
        parts.append(_shown("item", as_text(dict(submission.metadata))))
    parts.append(_shown("output", submission.output))
    if tools := submission.sample.get("output_tools"):
        parts.append(_shown("output_tools", as_text(tools)))
    return parts


def _shown(name: str, text: str) -> tuple[str, str]:
    check_shown(f"the row's {name}", text)
    return name, text
