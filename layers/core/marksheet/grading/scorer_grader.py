"""scorer: any of the scorers that mark answers in evaluations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from marksheet.domain import Answer, Mark, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.grading.grader import BaseGrader, put_to
from marksheet.grading.templates import Unrendered
from marksheet.question_fields import MAX_ANSWER_BYTES
from marksheet.scoring.suggestions import unknown
from marksheet.scoring.table import SCORERS, asks, build, scorer_class

if TYPE_CHECKING:
    from marksheet.grading.fields import GraderFields, Models
    from marksheet.grading.grader import Marking, Terms
    from marksheet.grading.row_values import RowValues
    from marksheet.grading.templates import Template
    from marksheet.scoring.scorer import AskingScorer, Scorer


@dataclass(frozen=True, slots=True)
class ScorerGrader(BaseGrader):
    """The value that the scorer named by `scorer`, with `options`, gives the output.

    What is expected is the row's `expected_answer`, or what the template `expected_answer` makes of the row.
    A scorer that asks a model names it in its options, or has the judge or embedding model of the spec.
    """

    kind: ClassVar[str] = "scorer"

    scorer: Scorer | AskingScorer
    expected_answer: Template | None

    @classmethod
    def read(cls, terms: Terms, fields: GraderFields) -> Self:
        threshold = fields.threshold()
        expected = fields.template("expected_answer", required=False)
        return cls(terms, threshold, _read_scorer(fields), expected)

    @property
    def models(self) -> tuple[str, ...]:
        return (self.scorer.model,) if asks(self.scorer) else ()

    def mark_row(self, row: RowValues) -> Marking:
        question = row.submission
        answer = Answer(question.output)
        if self.expected_answer is not None:
            expected = _no_longer_than_a_rows(self.expected_answer.render(row))
            question = replace(question, expected_answer=expected)
        if asks(self.scorer):
            score = yield from put_to(self.scorer.model, self.scorer.inquire(question, answer))
        else:
            score = cast("Scorer", self.scorer).score(question, answer)
        passed = None if score.value is None else self.passes(score.value)
        return Mark(score.value, passed, reason=score.reason, raw=score.raw)


def _no_longer_than_a_rows(expected: str) -> str:
    """The expected answer that a template made; a row may have no longer one, and scorers count on that."""
    if len(expected) > MAX_ANSWER_BYTES:
        raise Unrendered(
            f"the expected answer it makes of the row has {len(expected):,} characters; "
            f"{MAX_ANSWER_BYTES:,} are allowed"
        )
    return expected


def _read_scorer(fields: GraderFields) -> Scorer | AskingScorer:
    name, options = fields.given("scorer"), fields.given("options")
    stand_in = build(ScorerSpec("exact_match"))
    if not isinstance(name, str):
        message = f"is required: one of {', '.join(SCORERS)}"
        fields.refuse("scorer", message, "missing" if name is None else "string_type")
        return stand_in
    if name not in SCORERS:
        fields.refuse("scorer", unknown("scorer", name, SCORERS))
        return stand_in
    options = _with_model(name, {} if options is None else options, fields.models)
    try:
        return build(ScorerSpec(name, options=options), location=fields.location)
    except InvalidRequest as error:
        fields.refuse_all(error.problems)
        return stand_in


def _with_model(name: str, options: Any, models: Models) -> Any:
    """The options, with the model that a scorer asks that names none, or whose judge is replaced."""
    asking = scorer_class(name)
    if not hasattr(asking, "inquire") or not isinstance(options, dict):
        return options
    own = options.get("model")
    if own is not None and not isinstance(own, str):
        return options
    return {**options, "model": models.embedder(own) if asking.embeds else models.judge(own)}
