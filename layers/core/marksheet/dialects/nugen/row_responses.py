"""Rows of an evaluation: each question with its answers, as the results file has them, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.nugen.metrics import rounded
from marksheet.dialects.nugen.results import encode_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.domain import Evaluation, MarkedRow, Run


def encode_rows(
    evaluation: Evaluation,
    run: Run,
    rows: Sequence[tuple[MarkedRow, float | None]],
    *,
    metric: str | None,
    total: int,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """One run's rows, each with its value of `metric` where they were chosen by one; `total` match in all."""
    shown = []
    for row, value in rows:
        told = _encode_answers(row, evaluation)
        shown.append(told if metric is None else {**told, "value": rounded(value)})
    return {
        "evaluation_id": evaluation.evaluation_id,
        "model_id": run.model.model_id,
        "metric": metric,
        "rows": shown,
        "total": total,
        "limit": limit,
        "offset": offset,
    }


def encode_flips(
    base: tuple[Evaluation, Run],
    compared: tuple[Evaluation, Run],
    flips: Sequence[tuple[bool, tuple[MarkedRow, float | None], tuple[MarkedRow, float | None]]],
    *,
    metric: str,
    gained: int,
    lost: int,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Rows that one of two runs passes: (whether `compared` does, the row of `base`, that of `compared`),
    either with its value.
    """
    sides = (base[0], compared[0])
    return {
        "evaluation_id": compared[0].evaluation_id,
        "model_id": compared[1].model.model_id,
        "against": {"evaluation_id": base[0].evaluation_id, "model_id": base[1].model.model_id},
        "metric": metric,
        "flips": [
            {
                "flip": "gained" if won else "lost",
                **{
                    name: {**_encode_answers(row, evaluation), "value": rounded(value)}
                    for name, evaluation, (row, value) in zip(("base", "eval"), sides, pair, strict=True)
                },
            }
            for won, *pair in flips
        ],
        "gained": gained,
        "lost": lost,
        "limit": limit,
        "offset": offset,
    }


def _encode_answers(row: MarkedRow, evaluation: Evaluation) -> dict[str, Any]:
    answers = [encode_row(trial, row.question, evaluation) for trial in row.trials]
    return {"ordinal": row.question.ordinal, "row_digest": row.digest, "answers": answers}
