"""A logged row and its trials as every surface knows them: a question, an answer, right or wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.domain import LoggedRow, Outcome, Score, Trial, TrialError
from marksheet.scoring.specs import RESERVED_METRICS
from marksheet.summary.scorer_tally import CORRECT, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marksheet.domain import LoggedTrial, Question
    from marksheet.summary.scorer_tally import LeafStats

EXCEPTION = "exception"
"""Code of the error of a trial whose client told of one."""
NOT_ENDED = "not_ended"
"""Code of the error of a trial whose end was never told."""
LONGEST_MESSAGE = 2_000
"""Characters of a client's exception that are kept; the last ones, which say most of a traceback."""
LONGEST_LATENCY_SECONDS = 1e9
"""Thirty years. What is longer, or less than nothing, is shown as it was logged, and no latency."""
THRESHOLD = 0.5
"""A value of the score that decides is right at or above it."""


def metric_of(scorer: str, path: str | None) -> str:
    """What a score within a scorer's scores is called beside the metrics of other runs. One that would be
    called as a metric of ours is told from it.
    """
    name = printable(scorer if path is None else f"{scorer}.{path}")
    return f"logged.{name}" if name in RESERVED_METRICS else name


def correctness_of(stats: Iterable[LeafStats]) -> str | None:
    """The metric that decides between right and wrong in a run with these scores.

    The first boolean called `correct`; without one the first boolean; without any the first number; None for
    a run without scores.
    """
    known = list(stats)
    booleans = [leaf for leaf in known if leaf.value_type == "binary"]
    named = [leaf for leaf in booleans if (leaf.path or leaf.scorer_key).rpartition(".")[2] == CORRECT]
    return next((metric_of(leaf.scorer_key, leaf.path) for leaf in (*named, *booleans, *known)), None)


def question_of(ordinal: int, digest: str, value: Any, resolved: Any = None) -> LoggedRow:
    """The question that a row asks: its fields `question` and `expected_answer`, else the row as it is."""
    row = value if resolved is None else resolved
    fields = row if isinstance(row, dict) else {}
    question, expected = fields.get("question"), fields.get("expected_answer")
    return LoggedRow(
        ordinal=ordinal,
        question_id=printable(digest),
        question=printable(question) if isinstance(question, str) else text_of(row),
        expected_answer=None if expected is None else text_of(expected),
        value=value,
        resolved=resolved,
    )


def trial_as_marked(
    question: Question,
    number: int,
    logged: LoggedTrial,
    *,
    ended: bool,
    exception: str | None,
    correctness: str | None = None,
) -> Trial:
    """A logged trial as a trial like others, the `number`th of its row.

    `correctness` is the metric that decides between right and wrong; without it, or without a value of it, a
    trial is unscored.
    """
    scores = _scores(logged.scores)
    error = None
    if exception is not None:
        error = TrialError(EXCEPTION, printable(exception)[-LONGEST_MESSAGE:])
    elif not ended:
        error = TrialError(NOT_ENDED, "the client never told that it ended")
    return Trial(
        ordinal=question.ordinal,
        question_id=question.question_id,
        trial=number,
        outcome=Outcome.ERRORED if error else _outcome(scores, correctness),
        output=None if logged.output is None else text_of(logged.output),
        scores=scores,
        error=error,
        latency_seconds=_duration(logged.latency_seconds),
        logged=logged,
    )


def _duration(seconds: float | None) -> float | None:
    """A latency that can be one."""
    return seconds if seconds is not None and 0 <= seconds <= LONGEST_LATENCY_SECONDS else None


def text_of(value: Any) -> str:
    """A text as it is, and any other JSON as its text."""
    if isinstance(value, str):
        return printable(value)
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # An integer of more than 64 bits, or half of a surrogate within.
        return json.dumps(value)


def printable(text: str) -> str:
    """A text without halves of surrogates, which no file of ours could hold."""
    return text.encode(errors="replace").decode()


def _scores(logged: Mapping[str, Any]) -> dict[str, Score]:
    scores: dict[str, Score] = {}
    for scorer, told in logged.items():
        for path, value in leaves(told):
            inside = 0 <= value <= 1
            score = Score(float(value)) if inside else Score(None, "is not between 0 and 1")
            scores.setdefault(metric_of(scorer, path), score)
    return scores


def _outcome(scores: Mapping[str, Score], correctness: str | None) -> Outcome:
    score = scores.get(correctness) if correctness is not None else None
    if score is None or score.value is None:
        return Outcome.UNSCORED
    return Outcome.RIGHT if score.value >= THRESHOLD else Outcome.WRONG
