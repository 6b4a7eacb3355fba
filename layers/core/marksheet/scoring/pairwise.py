"""Which of two answers a judge prefers, asked in both orders because judges favour positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

from marksheet.domain import Outcome, Score, Trial
from marksheet.scoring.judge_inquiry import ask_judge, question_parts, too_long
from marksheet.scoring.judge_scale import Scale

if TYPE_CHECKING:
    from collections.abc import Generator

    from marksheet.domain import Answer, Judging, Question
    from marksheet.scoring.scorer import Inquiry, Reply

Winner = Literal["first", "second", "tie"]
"""By position in the prompt."""
Preferred = Literal["base", "eval", "tie", "none"]
"""By model; "none" where there is no verdict."""

PREFERENCE = "preference"
"""The name of a pair's score."""
IDENTICAL = "identical"
"""The output of a pair whose answers are the same, about which no judge was asked."""
RUBRIC = """\
The better answer is the one that serves better who asked the question: it is right, it answers what was
asked, and it can be followed. A mistake weighs more than a gap, and a gap more than clumsy wording. Where an
expected answer is given, what it says counts as true.

FIRST: the first answer is better.
SECOND: the second answer is better.
TIE: neither is better in a way that matters to who asked.

Where an answer stands, how long it is, and how sure of itself it sounds are no merits."""

_TASK = "You compare two answers to one question, by a rubric, and say which is better."
_WINNERS: dict[str, Winner] = {"FIRST": "first", "SECOND": "second", "TIE": "tie"}
_SCALE = Scale(dict.fromkeys(_WINNERS), f"one of {', '.join(_WINNERS)}")


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What a judge says of two answers in one order."""

    winner: Winner | None
    """None when no verdict could be had, and `reason` says why."""
    reason: str
    raw: str | None = None
    """The judge's replies, where no verdict could be read from them."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What both orders together say of a base model's and an eval model's answer."""

    score: Score
    """1.0 when the eval model's answer wins in both orders, 0.0 when the base model's does, 0.5 for a tie or
    where the orders contradict each other, None when a verdict is missing.
    """
    base_first: Preferred
    """Who won when the base model's answer came first."""
    eval_first: Preferred
    """Who won when the eval model's answer came first."""
    identical: bool = False
    """Whether the answers were the same, so that nobody was asked."""


def compare(
    question: Question, first: Answer, second: Answer, rubric: str | None = None
) -> Generator[Inquiry, Reply, PairVerdict]:
    """Ask a judge which of two answers is better; asks once more when the reply has no verdict.

    `rubric` may replace `RUBRIC`; its verdicts are FIRST, SECOND and TIE whatever it says.
    """
    if reason := too_long(first) or too_long(second):
        return PairVerdict(None, reason)
    parts = [*question_parts(question), ("first_answer", first.text), ("second_answer", second.text)]
    ruling = yield from ask_judge(_TASK, rubric or RUBRIC, _SCALE, question, parts)
    return PairVerdict(_WINNERS.get(ruling.verdict or ""), ruling.reason, ruling.raw)


def prefer(
    question: Question, base: Answer, evaluated: Answer, rubric: str | None = None
) -> Generator[Inquiry, Reply, Preference]:
    """Ask in both orders which model's answer is better.

    Two answers that are the same are a tie without asking; without a verdict in the first order the second is
    not asked for, since the pair is unscored either way.
    """
    if base.text == evaluated.text:
        return Preference(Score(0.5, "both answers are the same"), "tie", "tie", identical=True)
    base_first = yield from compare(question, base, evaluated, rubric)
    if base_first.winner is None:
        return combine(base_first, PairVerdict(None, "not asked"))
    return combine(base_first, (yield from compare(question, evaluated, base, rubric)))


def combine(base_first: PairVerdict, eval_first: PairVerdict) -> Preference:
    """One preference out of the verdicts in both orders; only what wins in both is a win."""
    by_order: tuple[Preferred, Preferred] = (
        _model(base_first.winner, first="base", second="eval"),
        _model(eval_first.winner, first="eval", second="base"),
    )
    reason = (
        f"base model's answer first: {by_order[0]}: {base_first.reason}\n"
        f"eval model's answer first: {by_order[1]}: {eval_first.reason}"
    )
    if "none" in by_order:
        return Preference(Score(None, reason, base_first.raw or eval_first.raw), *by_order)
    wins = {("eval", "eval"): 1.0, ("base", "base"): 0.0}
    return Preference(Score(wins.get(by_order, 0.5), reason), *by_order)


def encode_pair(
    question: Question, number: int, preference: Preference, judging: Judging | None = None
) -> Trial:
    """The preference as a trial: its score, and as output who won in each order ("eval,base").

    The outcome is that of any score at a threshold of 0.5: RIGHT says that the eval model's answer was not
    beaten, ties included. It serves progress and resuming; win rates are counted from the scores.
    """
    value = preference.score.value
    outcome = Outcome.UNSCORED if value is None else Outcome.RIGHT if value >= 0.5 else Outcome.WRONG
    return Trial(
        ordinal=question.ordinal,
        question_id=question.question_id,
        trial=number,
        outcome=outcome,
        output=IDENTICAL if preference.identical else f"{preference.base_first},{preference.eval_first}",
        scores={PREFERENCE: preference.score},
        judging=judging,
    )


def decode_pair(trial: Trial) -> Preference | None:
    """The inverse of `encode_pair`; None for a trial that errored."""
    if trial.outcome is Outcome.ERRORED or trial.output is None:
        return None
    score = trial.scores[PREFERENCE]
    if trial.output == IDENTICAL:
        return Preference(score, "tie", "tie", identical=True)
    base_first, _, eval_first = trial.output.partition(",")
    if not {base_first, eval_first} <= set(get_args(Preferred)):
        raise ValueError("the output of a trial of pairs names who won in each order")
    return Preference(score, cast("Preferred", base_first), cast("Preferred", eval_first))


def _model(winner: Winner | None, *, first: Preferred, second: Preferred) -> Preferred:
    match winner:
        case "first":
            return first
        case "second":
            return second
        case "tie":
            return "tie"
        case None:
            return "none"
