"""semantic_similarity: how near an embedding model puts the answer to the expected answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul
from typing import TYPE_CHECKING, ClassVar, Self

from marksheet.domain import Score
from marksheet.scoring.excerpts import cleaned
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER, Embed

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader
    from marksheet.scoring.scorer import Inquiry, Reply

LONGEST_EMBEDDED = 50_000
"""Characters; embedding models take fewer still, and say so."""

_BLANK_EXPECTED = Score(None, "the expected answer is blank")
_BLANK = Score(0.0, "the answer is blank")
_TOO_LONG = Score(None, f"a text has more than {LONGEST_EMBEDDED:,} characters")
_NOT_TWO = Score(None, "the embedding model did not give two vectors of one length")
_NOT_FINITE = Score(None, "the embedding model gave a vector without a finite length")
_ZERO = Score(None, "the embedding model gave a vector of zeros, which has no direction")


@dataclass(frozen=True, slots=True)
class SemanticSimilarity:
    """max(0, cosine) of the embeddings of the answer and the expected answer.

    Option `model` (required) is the id of a registered embedding model. Equal texts are 1 and a blank answer
    is 0 without asking. Unscored without an expected answer, and for vectors that have no cosine.
    """

    embeds: ClassVar[bool] = True

    model: str

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(options.model("model"))

    def inquire(self, question: Question, answer: Answer) -> Generator[Inquiry, Reply, Score]:
        """The score; asks at most once."""
        expected = question.expected_answer
        if expected is None:
            return NO_EXPECTED_ANSWER
        if not expected.strip():
            return _BLANK_EXPECTED
        if not answer.text.strip():
            return _BLANK
        if answer.text == expected:
            return Score(1.0)
        if max(len(expected), len(answer.text)) > LONGEST_EMBEDDED:
            return _TOO_LONG
        return _compare((yield Embed([cleaned(expected), cleaned(answer.text)])))


def _compare(vectors: Reply) -> Score:
    if isinstance(vectors, str) or len(vectors) != 2:
        return _NOT_TWO
    left, right = vectors
    if len(left) != len(right):
        return _NOT_TWO
    # hypot scales before it squares, so that nothing overflows or vanishes.
    lengths = math.hypot(*left), math.hypot(*right)
    if not all(map(math.isfinite, lengths)):
        return _NOT_FINITE
    if 0.0 in lengths:
        return _ZERO
    cosine = sum(map(mul, _unit(left, lengths[0]), _unit(right, lengths[1])))
    return Score(min(1.0, max(0.0, cosine)))


def _unit(vector: Sequence[float], length: float) -> list[float]:
    return [value / length for value in vector]
