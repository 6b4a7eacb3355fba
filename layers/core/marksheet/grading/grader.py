"""What every grader is: a frozen value that marks one submission.

Most look and say. Those that ask models do no I/O either: they say whom they ask what, are handed the reply,
and end with a mark.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from marksheet.domain import Mark
from marksheet.grading.row_values import RowValues
from marksheet.grading.templates import Unrendered
from marksheet.scoring.judge_inquiry import LONGEST_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Submission
    from marksheet.scoring.scorer import Inquiry, Reply

DEFAULT_THRESHOLD = 0.5

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a grader wants to hear from a model."""

    model: str
    """Its id."""
    inquiry: Inquiry


Marking = Generator[Ask, "Reply", Mark]
"""Yields what to ask, is sent the reply, returns the mark. Whoever runs it closes it when a model gives no
answer.
"""


class Grader(Protocol):
    """One criterion of a rubric."""

    kind: ClassVar[str]
    """The type it is written with, such as "string_check"."""

    @property
    def name(self) -> str: ...

    @property
    def points(self) -> float:
        """Earned by a value of 1; below 0 a penalty."""
        ...

    @property
    def pass_threshold(self) -> float: ...

    @property
    def models(self) -> tuple[str, ...]:
        """Ids of the models it will ask, each once; empty where it asks nobody."""
        ...

    @property
    def calls(self) -> int:
        """How often it asks about a submission, one after the other, if every reply can be read."""
        ...

    @property
    def named_parts(self) -> tuple[tuple[str, Grader], ...]:
        """A formula's graders by their names, each of which has a grade besides; empty for all others."""
        ...

    def grade(self, submission: Submission) -> Marking:
        """The mark of one submission."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of every grader."""

    name: str
    points: float = 1


@dataclass(frozen=True, slots=True)
class BaseGrader:
    """What all graders share; each has `read`, which makes it from its fields, and `mark_row`."""

    kind: ClassVar[str]

    terms: Terms
    pass_threshold: float

    @property
    def name(self) -> str:
        return self.terms.name

    @property
    def points(self) -> float:
        return self.terms.points

    @property
    def models(self) -> tuple[str, ...]:
        return ()

    @property
    def calls(self) -> int:
        return len(self.models)

    @property
    def named_parts(self) -> tuple[tuple[str, Grader], ...]:
        return ()

    def grade(self, submission: Submission) -> Marking:
        """The mark; unscored where the submission lacks what a template wants."""
        try:
            return (yield from self.mark_row(RowValues(submission)))
        except Unrendered as problem:
            return unscored(str(problem))

    def mark_row(self, row: RowValues) -> Marking:
        """As `grade`; may raise `Unrendered`."""
        raise NotImplementedError

    def passes(self, measure: float) -> bool:
        """Whether the output does what the grader asks for; a penalty asks that it is not reached."""
        reached = measure >= self.pass_threshold
        return reached if self.points > 0 else not reached


def unscored(reason: str, raw: str | None = None) -> Mark:
    """No value, and why."""
    return Mark(None, reason=reason, raw=raw)


def check_shown(what: str, text: str) -> None:
    """Raise `Unrendered` for a text that is too long for a judge: what is wrong with it may stand in the part
    that would be left out.
    """
    if len(text) > LONGEST_ANSWER:
        raise Unrendered(f"{what} has {len(text):,} characters; a judge is shown at most {LONGEST_ANSWER:,}")


def put_to(model: str, inquiry: Generator[Inquiry, Reply, ResultT]) -> Generator[Ask, Reply, ResultT]:
    """An inquiry as a grader asks it: every question goes to this model."""
    try:
        wanted = next(inquiry)
        while True:
            wanted = inquiry.send((yield Ask(model, wanted)))
    except StopIteration as done:
        result: ResultT = done.value
        return result
    finally:
        inquiry.close()
