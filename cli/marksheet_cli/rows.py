"""The command that looks at an evaluation's rows: in order, by a metric's value, or where two runs differ."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from marksheet_cli.cells import cell, number
from marksheet_cli.marks import part
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column, Sheet

MOST_ROWS = 50
_LONGEST = 160
"""Characters of a question or an answer in a table; `--json` has all of them."""


class Flips(StrEnum):
    """Which differences `rows --flips` shows."""

    GAINED = "gained"
    LOST = "lost"
    BOTH = "both"


def register(app: typer.Typer) -> None:
    """Add the command to the root of the command line."""
    app.command("rows", rich_help_panel="Evaluations")(with_session(rows))


def rows(
    session: Session,
    evaluation_id: Annotated[
        str, typer.Argument(metavar="EVALUATION", help="An evaluation's id, such as eval-01h...")
    ],
    metric: Annotated[
        str | None,
        typer.Option(help="accuracy, relevance, overall_score or a scorer without a role."),
    ] = None,
    below: Annotated[
        float | None, typer.Option(help="Rows of which the metric is less; accuracy without --metric.")
    ] = None,
    above: Annotated[
        float | None, typer.Option(help="Rows of which the metric is more; accuracy without --metric.")
    ] = None,
    flips: Annotated[
        Flips | None,
        typer.Option(help="Rows that one run passes and the other does not. Without --metric: by accuracy."),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="EVALUATION", help="Whose base model --flips compares with.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Whose rows, where the evaluation has two models.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="At most this many.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Leave out this many of the first.")] = 0,
) -> None:
    """Look at questions with their answers: all in order, the worst of a metric, or where two runs differ."""
    bounded = below is not None or above is not None
    query: dict[str, Any] = {
        "metric": metric or ("accuracy" if flips or bounded else None),
        "below": below,
        "above": above,
        "flips": flips,
        "against": against,
        "model_id": model,
        "limit": limit,
        "offset": offset,
    }
    answer = session.client.rows(
        evaluation_id, {name: value for name, value in query.items() if value is not None}
    )
    session.screen.answer(answer, lambda: _flips_sheet(answer) if flips else _rows_sheet(answer))
    if session.screen.as_json:
        return
    shown = offset + len(answer.get("flips" if flips else "rows") or [])
    total = _total(answer, flips)
    if shown < total:
        session.screen.note(f"rows {offset + 1} to {shown} of {total}; the next ones: --offset {shown}")


def _total(answer: dict[str, Any], flips: Flips | None) -> int:
    if flips is None:
        return int(answer.get("total") or 0)
    kinds = ("gained", "lost") if flips is Flips.BOTH else (flips.value,)
    return sum(int(answer.get(kind) or 0) for kind in kinds)


def _rows_sheet(answer: dict[str, Any]) -> Sheet:
    valued = answer.get("metric") is not None
    columns = [Column("#", right=True), *_columns(cell(answer.get("model_id"))), Column("outcome")]
    if valued:
        columns.insert(1, Column(cell(answer["metric"]), right=True))
    lines = []
    for row in answer.get("rows") or []:
        for told in row.get("answers") or []:
            line = [cell(row.get("ordinal")), *_asked(told), _said(told), cell(told.get("outcome"))]
            if valued:
                line.insert(1, number(row.get("value")))
            lines.append(line)
    return Sheet("", columns, lines)


def _flips_sheet(answer: dict[str, Any]) -> Sheet:
    base, other = cell(part(answer, "against").get("model_id")), cell(answer.get("model_id"))
    columns = [
        Column("#", right=True),
        Column("flip"),
        *_columns(base),
        Column(other if other != base else f"{other} (this)", free=True),
    ]
    lines = []
    for flip in answer.get("flips") or []:
        before, after = (_first(part(flip, side)) for side in ("base", "eval"))
        number_here = cell(part(flip, "eval").get("ordinal"))
        lines.append([number_here, cell(flip.get("flip")), *_asked(before), _said(before), _said(after)])
    return Sheet("", columns, lines)


def _columns(answered: str) -> list[Column]:
    return [
        Column("question", free=True),
        Column("expected", free=True, spared=1),
        Column(answered, free=True),
    ]


def _first(row: dict[str, Any]) -> dict[str, Any]:
    return next(iter(row.get("answers") or []), {})


def _asked(told: dict[str, Any]) -> list[str]:
    return [_short(told.get("question")), _short(told.get("expected_answer"))]


def _said(told: dict[str, Any]) -> str:
    """The answer, or why there is none."""
    if told.get("error"):
        return _short(part(told, "error").get("message"))
    return _short(told.get("model_answer"))


def _short(text: Any) -> str:
    shown = cell(text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST].rstrip() + "..."
