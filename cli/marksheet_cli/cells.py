"""How a value is written in a table or a sentence.

What the service sends is shown without its control characters, which a terminal would obey.
"""

from __future__ import annotations

from typing import Any

from marksheet_cli.screen import printable
from marksheet_cli.sheets import NOTHING


def cell(value: Any) -> str:
    """Anything, on one line; nested things are told as name=value."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{cell(name)}={cell(inner)}" for name, inner in value.items()) or NOTHING
    if isinstance(value, list):
        return ", ".join(cell(inner) for inner in value) or NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value)).replace("\n", " ")


def moment(value: Any) -> str:
    """A time of the wire to the minute, in UTC as it came: "2026-01-31 08:05"."""
    return cell(value[:16].replace("T", " ")) if isinstance(value, str) else NOTHING


def whole(value: int | None) -> str:
    """A number of things: "1,319"."""
    return NOTHING if value is None else f"{value:,}"


def number(value: float | None, places: int = 3) -> str:
    """A share or a mean: "0.217"."""
    return NOTHING if value is None else f"{value:.{places}f}"


def signed(value: float | None, places: int = 3) -> str:
    """A difference: "+0.174"."""
    return NOTHING if value is None else f"{value:+.{places}f}"


def interval(low: float | None, high: float | None) -> str:
    """The interval of a mean: "[0.195, 0.240]"."""
    return NOTHING if low is None or high is None else f"[{number(low)}, {number(high)}]"


def signed_interval(low: float | None, high: float | None, places: int = 3) -> str:
    """The interval of a difference: "[+0.148, +0.199]"."""
    return NOTHING if low is None or high is None else f"[{signed(low, places)}, {signed(high, places)}]"


def p_value(value: float | None) -> str:
    """ "0.0357", or "< 0.0001"."""
    if value is None:
        return NOTHING
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def seconds(value: float | None) -> str:
    """A latency to three digits: "0.412", "12.3"."""
    return NOTHING if value is None else f"{value:.3g}"
