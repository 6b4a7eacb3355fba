"""What a benchmark hands on: figures with units and targets, as a table and as JSON."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured or counted number."""

    bench: str
    name: str
    value: float
    unit: str
    target: float | None = None
    """What it must not exceed; None where nothing is promised."""
    judged: bool = True
    """Whether the target counts. Too few questions say nothing about it."""

    @property
    def met(self) -> bool | None:
        """Whether the target is kept; None without one, or where it is not judged."""
        if self.target is None or not self.judged:
            return None
        return self.value <= self.target


@dataclass(frozen=True, slots=True)
class Failure:
    """A benchmark that gave no figures, and why."""

    bench: str
    reason: str


def as_json(figures: Sequence[Figure], failures: Sequence[Failure], *, quick: bool) -> dict[str, Any]:
    """The document of `--json`."""
    return {
        "machine": {
            "python": platform.python_version(),
            "system": platform.system(),
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
        },
        "quick": quick,
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
        "failures": [asdict(failure) for failure in failures],
    }


def as_table(figures: Iterable[Figure]) -> Table:
    """One row a figure, a rule between benchmarks."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("benchmark", "figure"):
        table.add_column(heading)
    for heading in ("value", "target"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    table.add_column("")
    last = None
    for figure in figures:
        if last not in (None, figure.bench):
            table.add_section()
        table.add_row(
            figure.bench if figure.bench != last else "",
            figure.name,
            shown(figure.value),
            "" if figure.target is None else f"≤ {shown(figure.target)}",
            figure.unit,
            {True: "kept", False: "MISSED", None: ""}[figure.met],
        )
        last = figure.bench
    return table


def shown(value: float) -> str:
    """A number as a person reads it: three significant digits below 1,000, whole above."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if value == int(value):
        return f"{value:.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    # In whole thousandths, because 0.99 * 100 is more than 99.
    rank = -(-round(share * 1000) * len(ranked) // 1000)
    return ranked[max(0, rank - 1)]
