"""label_model: a judge reads an author's messages and chooses a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from marksheet.domain import Mark
from marksheet.grading.grader import BaseGrader, put_to, unscored
from marksheet.grading.judge_messages import ask_author, read_messages
from marksheet.grading.sampling import read_sampling
from marksheet.scoring.judge_scale import Scale, names_problem
from marksheet.scoring.suggestions import unknown
from marksheet.scoring.verdicts import Verdict, read_json_field, read_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.grading.fields import GraderFields
    from marksheet.grading.grader import Marking, Terms
    from marksheet.grading.judge_messages import Message
    from marksheet.grading.row_values import RowValues

MOST_LABELS = 100
LONGEST_LABEL = 100
"""Characters."""

_JSON_NAMES = frozenset({"result", "label"})


class ModelLabels(Scale):
    """Labels, of which one may come as `{"result": "good"}` to the second request, too."""

    __slots__ = ()

    def read_alone(self, reply: str) -> Verdict | None:
        bare = read_json_field(reply, _JSON_NAMES)
        label = read_label(reply if bare is None else bare, self.values)
        return None if label is None else Verdict(label, "")


@dataclass(frozen=True, slots=True)
class LabelModel(BaseGrader):
    """1 where a judge, after reading the messages `input`, chooses one of `passing_labels`, 0 where it
    chooses another one of `labels`. Unscored where two replies hold none of them.
    """

    kind: ClassVar[str] = "label_model"

    messages: tuple[Message, ...]
    model: str
    labels: ModelLabels
    sampling: Mapping[str, Any]

    @classmethod
    def read(cls, terms: Terms, fields: GraderFields) -> Self:
        threshold = fields.threshold()
        messages = read_messages(fields)
        model = fields.models.judge(fields.model_id())
        return cls(terms, threshold, messages, model, _read_labels(fields), read_sampling(fields))

    @property
    def models(self) -> tuple[str, ...]:
        return (self.model,)

    def mark_row(self, row: RowValues) -> Marking:
        inquiry = ask_author(self.messages, row, self.labels, self.sampling)
        ruling = yield from put_to(self.model, inquiry)
        if ruling.verdict is None:
            return unscored(ruling.reason, ruling.raw)
        value = self.labels.values[ruling.verdict] or 0.0
        return Mark(value, self.passes(value), verdict=ruling.verdict, reason=ruling.reason or None)


def _read_labels(fields: GraderFields) -> ModelLabels:
    labels, passing = fields.given("labels"), fields.given("passing_labels")
    if not isinstance(labels, list):
        fields.refuse("labels", "is required: a list of labels", "missing" if labels is None else "list_type")
        labels = []
    elif problem := names_problem(labels, most=MOST_LABELS, longest=LONGEST_LABEL):
        fields.refuse("labels", problem)
        labels = []
    if not isinstance(passing, list) or not passing:
        kind = "missing" if passing is None else "list_type"
        fields.refuse("passing_labels", "is required: a list of those labels that are worth 1", kind)
        passing = []
    for index, label in enumerate(passing):
        if labels and label not in labels:
            fields.refuse("passing_labels", unknown("label", str(label), labels), "enum", below=(index,))
    values: dict[str, float | None] = {label: 1.0 if label in passing else 0.0 for label in labels}
    return ModelLabels(values, f"one of {', '.join(labels)}")
