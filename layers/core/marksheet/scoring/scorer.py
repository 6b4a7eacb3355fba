"""What every scorer is: a frozen value of its options that marks one answer.

Most scorers look and say. Those that ask a model first (a judge, an embedding) do no I/O either: they say
what they want to ask, are handed the reply, and end with a score; calling the model is the worker's business.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from marksheet.domain import Score

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question

NO_EXPECTED_ANSWER = Score(None, "no expected answer")
"""What a scorer that compares says of a question that has nothing to compare with."""


class Scorer(Protocol):
    """One way to mark. Each class also has `read(options: OptionReader)`, which makes it from its options."""

    def score(self, question: Question, answer: Answer) -> Score:
        """Mark `answer` as an answer to `question`: a value in [0, 1], or None with the reason."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Messages for the scorer's model; the reply is the text of its answer."""

    messages: Sequence[Mapping[str, str]]
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """What is wanted for this reply in place of the model's own settings: `temperature`, `top_p`, `seed`,
    `max_tokens`, `reasoning_effort`, as far as its provider knows them.
    """


@dataclass(frozen=True, slots=True)
class Embed:
    """Texts for the scorer's embedding model; the reply is a vector of floats for each."""

    texts: Sequence[str]


Inquiry = Chat | Embed
Reply = str | Sequence[Sequence[float]]


class AskingScorer(Protocol):
    """A scorer that asks a registered model before it marks."""

    embeds: ClassVar[bool]
    """Whether all it asks for are embeddings."""

    @property
    def model(self) -> str:
        """The model's id."""
        ...

    def inquire(self, question: Question, answer: Answer) -> Generator[Inquiry, Reply, Score]:
        """Yields what to ask, takes the reply, returns the score. Whoever runs it closes it when the model
        gives no answer.
        """
        ...
