"""The sheets that an evaluation's marks are shown on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet_cli.cells import (
    cell,
    interval,
    number,
    p_value,
    seconds,
    signed,
    signed_interval,
    whole,
)
from marksheet_cli.marks import OUTCOMES
from marksheet_cli.sheets import NOTHING, Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet_cli.marks import Difference, Marks, Metric, ModelMarks, PassRate


def counts_sheet(models: Sequence[ModelMarks]) -> Sheet:
    """What became of the trials; those that were not asked have a column where there are any."""
    not_asked = any(model.not_asked for model in models)
    columns = [
        Column("model"),
        *(Column(outcome, right=True) for outcome in OUTCOMES),
        *([Column("of these\nnot asked", right=True)] if not_asked else []),
        Column("broke a rule", right=True),
    ]
    rows = [
        [
            cell(model.model_id),
            *(cell(model.counts.get(outcome)) for outcome in OUTCOMES),
            *([cell(model.not_asked)] if not_asked else []),
            cell(model.domain_violations),
        ]
        for model in models
    ]
    return Sheet("Answers", columns, rows)


def metrics_sheet(models: Sequence[ModelMarks]) -> Sheet:
    """One line per metric and model, the models of a metric under each other for comparing."""
    columns = [
        Column("metric"),
        Column("model"),
        Column("mean", right=True),
        Column("95 % interval", right=True),
        Column("n", right=True, spared=2),
        Column("method", spared=1),
    ]
    names = dict.fromkeys(metric.name for model in models for metric in model.metrics)
    rows = [_metric_row(m, x) for name in names for m in models for x in m.metrics if x.name == name]
    return Sheet("Metrics", columns, rows, heads=2)


def pass_rates_sheet(models: Sequence[ModelMarks]) -> Sheet:
    """One line per number of trials and model."""
    columns = [
        Column("k", right=True),
        Column("model"),
        Column("pass@k", right=True),
        Column("95 % interval", right=True, spared=3),
        Column("pass^k", right=True),
        Column("95 % interval", right=True, spared=4),
        Column("n", right=True, spared=2),
        Column("left out", right=True, spared=1),
    ]
    ks = dict.fromkeys(rate.k for model in models for rate in model.pass_rates)
    rows = [_rate_row(m, rate) for k in ks for m in models for rate in m.pass_rates if rate.k == k]
    return Sheet(
        "Of k trials of a question at least one is right (pass@k), all are (pass^k)", columns, rows, heads=2
    )


def usage_sheet(models: Sequence[ModelMarks]) -> Sheet:
    """What each run took, in seconds, tokens and US dollars."""
    columns = [
        Column("model"),
        *(Column(f"p{percent}\nseconds", right=True) for percent in (50, 95, 99)),
        Column("prompt\ntokens", right=True, spared=3),
        Column("completion\ntokens", right=True, spared=2),
        Column("judge\ncalls", right=True, spared=4),
        Column("USD", right=True),
        Column("USD per\nright", right=True, spared=1),
    ]
    return Sheet("Time, tokens and cost", columns, list(map(_usage_row, models)))


def differences_sheet(marks: Marks) -> Sheet:
    """What pairing the two models' answers to the same question says about their difference.

    The adjusted p value has a column where it differs: the verdict goes by it.
    """
    base, other = marks.models
    adjusted = any(line.p_holm not in (None, line.p_value) for line in marks.differences)
    columns = [
        Column("metric"),
        Column("difference", right=True),
        Column("p", right=True, spared=int(adjusted)),
        *([Column("p Holm", right=True)] if adjusted else []),
        Column("gained/\nlost", right=True),
        Column("verdict", free=True),
    ]
    rows = [_difference_row(line, adjusted=adjusted) for line in marks.differences]
    title = f"Paired difference with its 95 % interval: {cell(other.model_id)} minus {cell(base.model_id)}"
    return Sheet(title, columns, rows)


def _metric_row(model: ModelMarks, metric: Metric) -> list[str]:
    shown = interval(metric.low, metric.high)
    numbers = [number(metric.mean), shown, cell(metric.n), cell(metric.method)]
    return [cell(metric.name), cell(model.model_id), *numbers]


def _rate_row(model: ModelMarks, rate: PassRate) -> list[str]:
    means = [text for m in (rate.at, rate.hat) for text in (number(m.mean), interval(m.low, m.high))]
    return [cell(rate.k), cell(model.model_id), *means, cell(rate.at.n), cell(rate.left_out)]


def _usage_row(model: ModelMarks) -> list[str]:
    usage = model.usage
    at_least = "≥ " if usage.cost_usd and usage.unknown_trials else ""
    return [
        cell(model.model_id),
        *map(seconds, usage.latency),
        whole(usage.prompt_tokens),
        whole(usage.completion_tokens),
        whole(usage.judge_calls),
        at_least + cell(usage.cost_usd),
        cell(usage.per_right_answer),
    ]


def _difference_row(line: Difference, *, adjusted: bool) -> list[str]:
    shown = f"{signed(line.difference)} {signed_interval(line.low, line.high)}"
    return [
        cell(line.metric),
        NOTHING if line.difference is None else shown,
        p_value(line.p_value),
        *([p_value(line.p_holm)] if adjusted else []),
        NOTHING if line.gained is None else f"{cell(line.gained)}/{cell(line.lost)}",
        cell(line.verdict),
    ]
