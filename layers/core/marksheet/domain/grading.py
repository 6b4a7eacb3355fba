"""Grading outputs that somebody brings along: what is handed in, by what it is graded, and what it earns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet.domain.marks import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain.marks import Judging, TrialError


@dataclass(frozen=True, slots=True)
class Submission(Question):
    """An input and the output that is to be graded: a question that brings its answer along.

    `question` is the input, empty where the row has none; `metadata` is what `{{item.…}}` finds.
    """

    output: str = ""
    sample: Mapping[str, Any] = field(default_factory=dict)
    """What `{{sample.…}}` finds beside `output_text`, which is `output`."""


@dataclass(frozen=True, slots=True)
class EvalSpec:
    """One immutable, numbered version of a rubric: graders with points."""

    organization: str
    spec_id: str
    version: int
    name: str
    graders: tuple[Mapping[str, Any], ...]
    """As they were sent, checked by `grading.parse_graders`; `grading.graders_of` makes them work."""
    created_at: str
    owner: str
    """Id of the API key that may change and share it."""
    shared_with: tuple[str, ...] = ()
    """Ids of the keys that may use it too; "*" stands for all of the organization."""
    description: str | None = None
    model: str | None = None
    """The judge of graders that name none."""
    embedding_model: str | None = None
    """Whose vectors `cosine` compares."""

    def open_to(self, key_id: str) -> bool:
        """Whether a key of the organization may use it."""
        return _is_open(self, key_id)


@dataclass(frozen=True, slots=True)
class ListedSpec:
    """What a list tells of an eval spec: its latest version, with the number of graders in their place."""

    spec_id: str
    version: int
    name: str
    description: str | None
    grader_count: int
    created_at: str
    """When the latest version was made."""
    owner: str
    shared_with: tuple[str, ...] = ()

    def open_to(self, key_id: str) -> bool:
        """Whether a key of the organization may use it."""
        return _is_open(self, key_id)


def _is_open(spec: EvalSpec | ListedSpec, key_id: str) -> bool:
    return key_id == spec.owner or key_id in spec.shared_with or "*" in spec.shared_with


@dataclass(frozen=True, slots=True)
class Mark:
    """What one grader says of one output."""

    value: float | None
    """In [0, 1]: the share of the grader's points that is earned; None means unscored, `reason` says why."""
    passed: bool | None = None
    """Whether the output does what the grader asks for; None where that is not known."""
    score: float | None = None
    """The same in the grader's own measure: a number of the judge's range, the formula's result."""
    verdict: str | None = None
    """What a judge decided, in its own words: MET, UNMET, a label."""
    reason: str | None = None
    raw: str | None = None
    """What a judge answered, kept where no verdict could be read from it."""
    parts: Mapping[str, Mark] = field(default_factory=dict)
    """The marks that a formula combines, by name."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grader's mark on one output, the points at stake, and what it took."""

    name: str
    kind: str
    """The grader's type, such as "criterion" or "string_check"."""
    points: float
    """Earned by a value of 1; below 0 a penalty."""
    mark: Mark
    models: tuple[str, ...] = ()
    """Ids of the models it asks."""
    judging: Judging | None = None
    """None where nobody was asked."""
    latency_seconds: float | None = None
    """How long the models took together, answers that came to nothing left out."""
    error: TrialError | None = None
    """Why a model gave no answer, or the grader failed; the mark is then unscored."""

    @property
    def earned(self) -> float | None:
        """Points, or None when unscored."""
        return None if self.mark.value is None else self.points * self.mark.value
