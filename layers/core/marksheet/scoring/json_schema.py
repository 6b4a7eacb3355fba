"""json_schema: the answer is JSON that keeps to a schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from marksheet.domain import Score
from marksheet.scoring.json_texts import EXTRACTS, read_answer
from marksheet.scoring.schema_checks import Examination, Node, Undecided
from marksheet.scoring.schemas import BadSchema, read_schema
from marksheet.scoring.suggestions import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

_KEPT = Score(1.0)
_UNDECIDED = Score(None, "the check takes too many steps, or a pattern too long")


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """1.0 when the answer is JSON that keeps to the schema, else 0.0 with the keyword and place it breaks.

    Options: `schema`, a JSON Schema object (see `schemas` for the dialect), which is required and checked
    when the scorer is built; `extract` is that of `valid_json`. Unscored beyond the limits of `json_texts`,
    and when the check needs more than `schema_checks.MOST_STEPS` steps, or its patterns together more time
    than one `regex` may take.
    """

    schema: Mapping[str, Any]
    extract: str
    root: Node = field(compare=False, repr=False)

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        schema = options.json_object("schema")
        root = Node()
        try:
            root = read_schema(schema)
        except BadSchema as error:
            for path, message in error.problems:
                options.refuse("schema", message, below=path)
        return cls(schema, options.one_of("extract", EXTRACTS), root)

    def score(self, question: Question, answer: Answer) -> Score:
        value, without = read_answer(answer.text, self.extract)
        if without:
            return without
        try:
            breach = Examination().breach(self.root, value)
        except (Undecided, RecursionError):
            return _UNDECIDED
        if breach is None:
            return _KEPT
        place = quoted("/".join(["", *map(str, breach.path)])) if breach.path else "the top"
        return Score(0.0, f'the answer breaks "{breach.keyword}" at {place}')
