"""Rows a second of each scorer, next to the plain call of the library people know for it."""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from bench.figures import Figure
from bench.questions import MARKER, make_questions
from marksheet.domain import Answer, Question, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring.table import SCORERS, asks, build

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.sizes import Sizes
    from bench.surroundings import Surroundings
    from marksheet.scoring.scorer import Scorer

_ROUNDS = 5

OPTIONS: Mapping[str, dict[str, Any]] = {
    "regex": {"pattern": r"stone is written (\w+)"},
}
"""For scorers that cannot do without."""

Pair = tuple[Question, Answer]


def run(_: Surroundings, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    """Scorers that ask a model are left out: the model decides their pace. So is a library that is not
    installed.
    """
    pairs = list(make_pairs(sizes.scorer_rows))
    figures: list[Figure] = []
    for name in SCORERS:
        try:
            scorer = build(ScorerSpec(name, options=OPTIONS.get(name, {})))
        except InvalidRequest:
            continue
        if asks(scorer):
            continue
        tell(name)
        figures.append(Figure("scorers", name, _rate(cast("Scorer", scorer).score, pairs), "rows/s"))
        library = _library(name)
        if library is not None:
            title, call = library
            figures.append(Figure("scorers", f"{name}: {title}", _rate(call, pairs), "rows/s"))
    return figures


def make_pairs(count: int) -> Sequence[Pair]:
    """Questions and the answers that the stub would give to them."""
    return [
        (
            Question(number, row["question_id"], row["question"], row["expected_answer"]),
            Answer(row["question"].partition(MARKER)[2], 0.5, 83, 17, "stop"),
        )
        for number, row in enumerate(make_questions(count), start=1)
    ]


def _rate(score: Callable[[Question, Answer], object], pairs: Sequence[Pair]) -> float:
    """Rows a second of processor time: the best of a few rounds, since others can only slow it down."""
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.process_time()
        for question, answer in pairs:
            score(question, answer)
        best = min(best, time.process_time() - began)
    return len(pairs) / max(best, 1e-9)


def _library(scorer: str) -> tuple[str, Callable[[Question, Answer], object]] | None:
    """What to call it, and the call; None where there is no library for it, or it is not installed."""
    if scorer not in _LIBRARIES:
        return None
    module, title, make = _LIBRARIES[scorer]
    try:
        return title, make(import_module(module))
    except ImportError:
        return None


def _rouge(module: Any) -> Callable[[Question, Answer], object]:
    rouge = module.RougeScorer(["rougeL"])
    return lambda question, answer: rouge.score(question.expected_answer, answer.text)


def _sentence(name: str) -> Callable[[Any], Callable[[Question, Answer], object]]:
    def make(module: Any) -> Callable[[Question, Answer], object]:
        call = getattr(module, name)
        return lambda question, answer: call(answer.text, [question.expected_answer])

    return make


def _levenshtein(module: Any) -> Callable[[Question, Answer], object]:
    similarity = module.Levenshtein.normalized_similarity
    return lambda question, answer: similarity(question.expected_answer, answer.text)


_LIBRARIES: Mapping[str, tuple[str, str, Callable[[Any], Callable[[Question, Answer], object]]]] = {
    "rouge_l": ("rouge_score.rouge_scorer", "rouge-score", _rouge),
    "levenshtein": ("rapidfuzz.distance", "rapidfuzz", _levenshtein),
    "bleu": ("sacrebleu", "sacrebleu.sentence_bleu", _sentence("sentence_bleu")),
    "chrf": ("sacrebleu", "sacrebleu.sentence_chrf", _sentence("sentence_chrf")),
}
