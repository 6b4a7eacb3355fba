"""An evaluation's marks in sentences: what the tables say, with everything that a claim has to come with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from marksheet_cli.cells import cell, interval, number, p_value, signed, signed_interval, whole
from marksheet_cli.marks import part, read_metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet_cli.marks import Difference, Marks

_PLACES = 5
_TESTS = {"mcnemar": "Exact McNemar test", "sign_flip": "Sign-flip test", "t": "Paired t test"}
_VERDICTS = {
    "better": "{eval} is better than {base}",
    "worse": "{eval} is worse than {base}",
    "no difference shown": "no difference shown between {eval} and {base}",
    "too few to tell": "too few to tell {eval} and {base} apart",
}


def findings(marks: Marks) -> Iterator[str]:
    """One paragraph for each thing there is to say."""
    yield from _reservations(marks)
    scores = [metric.mean for m in marks.models for metric in m.metrics if metric.name == "overall_score"]
    if None in scores and len(marks.models) == 2:
        yield "No overall scores to compare."
    elif marks.better_model == "tie":
        yield "Equal overall scores: a tie."
    elif marks.better_model:
        yield f"Higher overall score: {cell(marks.better_model)}"
    if len(marks.models) == 2:
        base, other = (cell(model.model_id) for model in marks.models)
        for names, line in _alike(marks.differences):
            yield f"{names}: {_difference(line, base, other)}"
        if marks.pairwise:
            yield from _pairwise(marks.pairwise, base, other)


def _reservations(marks: Marks) -> Iterator[str]:
    """What a reader must know before the marks."""
    if marks.stopped:
        yield "Partial marks: the budget was used up before everything was asked."
    elif marks.status == "FAILED":
        yield "Partial marks: the evaluation failed."
    if marks.errored_as == "wrong" and any(model.counts.get("errored") for model in marks.models):
        yield "Errored trials count as wrong in every mean."
    for model in marks.models:
        if model.not_asked:
            yield (
                f"{cell(model.model_id)}: {whole(model.not_asked)} trials were not asked. They stand among "
                "the errored, and are in no mean."
            )
        unknown = model.usage.unknown_trials
        if unknown and model.usage.cost_usd is not None:
            yield f"{cell(model.model_id)}: the cost of {whole(unknown)} trials is not known."


def _alike(differences: tuple[Difference, ...]) -> list[tuple[str, Difference]]:
    """The differences with the names of their metrics; those with the same figures are told once."""
    names: dict[Difference, list[str]] = {}
    for line in differences:
        names.setdefault(replace(line, metric=""), []).append(cell(line.metric))
    return [(", ".join(metrics), line) for line, metrics in names.items()]


def _difference(line: Difference, base: str, other: str) -> str:
    if line.difference is None:
        return "no question has a value of both models."
    words = _VERDICTS.get(line.verdict or "", cell(line.verdict)).format(base=base, eval=other)
    clusters = f" in {whole(line.clusters)} clusters" if line.clusters not in (None, line.n) else ""
    told = [
        f"{words}. Difference {signed(line.difference, _PLACES)}, 95 % interval "
        f"{signed_interval(line.low, line.high, _PLACES)}, over {whole(line.n)} questions{clusters}.",
        f"{_TESTS.get(line.test or '', 'Test')}: p {p_value(line.p_value)}"
        + (f", {p_value(line.p_holm)} by Holm." if line.p_holm not in (None, line.p_value) else "."),
    ]
    if line.gained is not None:
        told.append(f"{whole(line.gained)} gained, {whole(line.lost)} lost.")
    if line.minimum_detectable_effect is not None:
        effect = number(line.minimum_detectable_effect)
        told.append(f"A true difference of {effect} is found with a chance of 80 %.")
    return " ".join(told)


def _pairwise(told: dict[str, Any], base: str, other: str) -> Iterator[str]:
    """What a judge found that was shown both answers, in both orders."""
    rate, wins = read_metric("win rate", part(told, "win_rate")), part(told, "difference")
    verdict = _VERDICTS.get(wins.get("verdict", ""), cell(wins.get("verdict"))).format(base=base, eval=other)
    kinds = {
        f"{other} won": "eval_wins",
        f"{base} won": "base_wins",
        "tied": "ties",
        "contradictory (the other winner in the other order)": "contradictory",
        "unscored": "unscored",
        "errored": "errored",
    }
    counted = ", ".join(f"{label} {whole(told.get(kind))}" for label, kind in kinds.items())
    yield (
        f"side by side, by {cell(told.get('judge'))}: {verdict}. Of {whole(told.get('n'))} pairs: {counted}. "
        f"Win rate of {other} {number(rate.mean)} {interval(rate.low, rate.high)} over {whole(rate.n)} "
        f"questions, p {p_value(wins.get('p_value'))}."
    )
    bias = part(told, "position_bias")
    if bias.get("first_share") is not None:
        yield (
            f"position bias: the answer shown first was chosen {whole(bias.get('first'))} times, the second "
            f"{whole(bias.get('second'))}; share {number(bias['first_share'])} "
            f"{interval(bias.get('low'), bias.get('high'))}, p {p_value(bias.get('p_value'))}."
        )
