"""What an evaluation would take, as a table for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from marksheet_cli.screen import printable
from marksheet_cli.sheets import NOTHING, Column, Sheet

if TYPE_CHECKING:
    from rich.console import RenderableType

COLUMNS = (
    Column("model"),
    Column("for"),
    Column("calls", right=True),
    Column("prompt tokens", right=True),
    Column("completion tokens", right=True),
    Column("USD", right=True),
    Column("time", right=True),
)


def estimate_table(estimate: dict[str, Any]) -> RenderableType:
    """The answer to a create with `dry_run`: a row per model that would be called, and all together."""
    models = [model for model in estimate.get("models") or [] if isinstance(model, dict)]
    if not models:
        return Text("No model would be called.")
    parts: list[RenderableType] = [
        Sheet("Estimate", COLUMNS, [_row(printable(str(m.get("model_id"))), m) for m in models])
    ]
    total = f"In all about {_money(estimate.get('cost_usd'))} and {_duration(estimate.get('seconds'))}."
    if unpriced := estimate.get("unpriced"):
        names = ", ".join(printable(str(name)) for name in unpriced)
        total = f"What it costs is not known: no prices are registered for {names}."
    parts.append(Text(total))
    return Group(*parts)


def _row(name: str, model: dict[str, Any]) -> list[str]:
    counts = [model.get(field) for field in ("calls", "prompt_tokens", "completion_tokens")]
    return [
        name,
        str(model.get("role", NOTHING)),
        *(f"{count:,}" if isinstance(count, int) else NOTHING for count in counts),
        _money(model.get("cost_usd")).removesuffix(" USD"),
        _duration(model.get("seconds")),
    ]


def _money(amount: object) -> str:
    """To the cent, or to two significant digits below one."""
    try:
        dollars = float(str(amount))
    except ValueError:
        return NOTHING
    return f"{dollars:,.2f} USD" if dollars >= 1 else f"{dollars:.2g} USD"


def _duration(seconds: object) -> str:
    if not isinstance(seconds, int | float):
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
