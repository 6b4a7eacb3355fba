"""Rows a second of each deterministic grader, next to the plain call of the library underneath."""

from __future__ import annotations

import time
from functools import partial
from importlib import import_module
from operator import eq
from typing import TYPE_CHECKING, Any

from bench.figures import Figure
from bench.scorers import make_pairs
from marksheet.domain import Submission
from marksheet.grading import build_graders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.sizes import Sizes
    from bench.surroundings import Surroundings
    from marksheet.grading import Grader

_ROUNDS = 5
_TEXTS = {"input": "{{ sample.output_text }}", "reference": "{{ item.ideal }}"}


def run(_: Surroundings, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    """Graders that ask a model are left out: the model decides their pace. So is a library that is not
    installed.
    """
    rows = make_rows(sizes.scorer_rows)
    texts = [(str(row.metadata["ideal"]), row.output) for row in rows]
    figures: list[Figure] = []
    for name, (written, library) in GRADERS.items():
        tell(name)
        (grader,) = build_graders([written])
        figures.append(Figure("graders", name, _rate(partial(_grade, grader), rows), "rows/s"))
        if library is not None and (call := _plain(*library)) is not None:
            title = f"{name}: {library[0].partition('.')[0]}"
            figures.append(Figure("graders", title, _rate(partial(_call, call), texts), "rows/s"))
    return figures


def make_rows(count: int) -> list[Submission]:
    """What is to be graded: the texts of the scorers' benchmark."""
    return [
        Submission(
            ordinal=question.ordinal,
            question_id=question.question_id,
            question=question.question,
            expected_answer=question.expected_answer,
            metadata={"ideal": question.expected_answer},
            output=answer.text,
        )
        for question, answer in make_pairs(count)
    ]


def _grade(grader: Grader, row: Submission) -> object:
    """Run a grader that asks nobody to its mark."""
    try:
        next(grader.grade(row))
    except StopIteration as done:
        return done.value
    raise ValueError(f"{grader.name} asks a model")


def _call(compare: Callable[[str, str], object], texts: tuple[str, str]) -> object:
    return compare(*texts)


def _rate(grade: Callable[[Any], object], rows: Sequence[Any]) -> float:
    """Rows a second of processor time: the best of a few rounds, since others can only slow it down."""
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.process_time()
        for row in rows:
            grade(row)
        best = min(best, time.process_time() - began)
    return len(rows) / max(best, 1e-9)


def _similarity(metric: str) -> dict[str, Any]:
    return {"type": "text_similarity", "evaluation_metric": metric, **_TEXTS}


def _plain(module: str, make: Callable[[Any], Any]) -> Any:
    """The plain call; None where the library is not installed."""
    try:
        return make(import_module(module))
    except ImportError:
        return None


def _rouge(kind: str) -> Callable[[Any], Any]:
    return lambda module: module.RougeScorer([kind]).score


def _meteor(module: Any) -> Any:
    stemmer = import_module("nltk.stem.porter").PorterStemmer()

    class NoSynonyms:
        """nltk wants a WordNet; ours has no word in it."""

        def synsets(self, _: str) -> list[object]:
            return []

    def score(expected: str, output: str) -> object:
        words = expected.split(), output.split()
        return module.single_meteor_score(*words, stemmer=stemmer, wordnet=NoSynonyms())

    return score


GRADERS: Mapping[str, tuple[dict[str, Any], tuple[str, Callable[[Any], Any]] | None]] = {
    "string_check eq": ({"type": "string_check", "operation": "eq", **_TEXTS}, ("operator", lambda _: eq)),
    "string_check ilike": ({"type": "string_check", "operation": "ilike", **_TEXTS}, None),
    "scorer exact_match": ({"type": "scorer", "scorer": "exact_match"}, None),
    "scorer numeric": ({"type": "scorer", "scorer": "numeric"}, None),
    "fuzzy_match": (_similarity("fuzzy_match"), ("rapidfuzz.fuzz", lambda fuzz: fuzz.WRatio)),
    "bleu": (
        _similarity("bleu"),
        ("sacrebleu", lambda m: lambda expected, output: m.sentence_bleu(output, [expected])),
    ),
    "gleu": (
        _similarity("gleu"),
        (
            "nltk.translate.gleu_score",
            lambda m: lambda expected, output: m.sentence_gleu([expected.split()], output.split()),
        ),
    ),
    "meteor": (_similarity("meteor"), ("nltk.translate.meteor_score", _meteor)),
    "rouge_1": (_similarity("rouge_1"), ("rouge_score.rouge_scorer", _rouge("rouge1"))),
    "rouge_l": (_similarity("rouge_l"), ("rouge_score.rouge_scorer", _rouge("rougeL"))),
    "multi of two": (
        {
            "type": "multi",
            "graders": {
                "same": {"type": "string_check", "name": "same", "operation": "eq", **_TEXTS},
                "near": {**_similarity("fuzzy_match"), "name": "near"},
            },
            "calculate_output": "0.5 * same + 0.5 * near",
        },
        None,
    ),
}
"""Name -> the grader as it is written, and the library people know for it with how it is called."""
