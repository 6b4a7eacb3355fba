"""text_similarity: how near one text comes to another, by one of several metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from marksheet.domain import Answer, Mark, Question, ScorerSpec
from marksheet.grading.grader import BaseGrader, put_to, unscored
from marksheet.grading.templates import Template
from marksheet.scoring.table import asks, build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.grading.fields import GraderFields
    from marksheet.grading.grader import Marking, Terms
    from marksheet.grading.row_values import RowValues
    from marksheet.scoring.scorer import AskingScorer, Scorer

METRICS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "fuzzy_match": ("fuzzy_match", {}),
    "bleu": ("bleu", {}),
    "gleu": ("gleu", {}),
    "meteor": ("meteor", {}),
    **{f"rouge_{n}": ("rouge_n", {"n": n}) for n in range(1, 6)},
    "rouge_l": ("rouge_l", {}),
    "cosine": ("semantic_similarity", {}),
}
"""Metric -> the scorer that computes it, and its options."""


@dataclass(frozen=True, slots=True)
class TextSimilarity(BaseGrader):
    """The value that a scorer gives the template `input` as an answer where `reference` is expected.

    `cosine` asks an embedding model.
    """

    kind: ClassVar[str] = "text_similarity"

    input: Template
    reference: Template
    scorer: Scorer | AskingScorer

    @classmethod
    def read(cls, terms: Terms, fields: GraderFields) -> Self:
        threshold = fields.threshold()
        blank = Template(())
        texts = fields.template("input") or blank, fields.template("reference") or blank
        metric = fields.choice("evaluation_metric", tuple(METRICS))
        name, options = METRICS[metric]
        if metric == "cosine":
            options = {"model": fields.models.embedder(None)}
        return cls(terms, threshold, *texts, build(ScorerSpec(name, options=options)))

    @property
    def models(self) -> tuple[str, ...]:
        return (self.scorer.model,) if asks(self.scorer) else ()

    def mark_row(self, row: RowValues) -> Marking:
        text, reference = self.input.render(row), self.reference.render(row)
        question, answer = Question(row.submission.ordinal, "", "", reference), Answer(text)
        if asks(self.scorer):
            score = yield from put_to(self.scorer.model, self.scorer.inquire(question, answer))
        else:
            score = cast("Scorer", self.scorer).score(question, answer)
        if score.value is None:
            return unscored(_in_own_words(score.reason or "no value"))
        return Mark(score.value, self.passes(score.value))


def _in_own_words(reason: str) -> str:
    """A scorer's reason, which speaks of answers, said of the two texts."""
    return reason.replace("the expected answer", "the reference").replace("the answer", "the input")
