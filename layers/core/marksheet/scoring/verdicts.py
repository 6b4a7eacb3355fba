"""Reading a judge's verdict: its own last line, one of those it was offered, or nothing.

Nothing is searched for inside other words, and nothing is guessed: whatever is not plainly one verdict is no
verdict. Labels are compared whole, so NOT_ATTEMPTED is never taken for ATTEMPTED, nor 10 for 1; a number is
plain decimal digits and nothing else, so 4/5 is not taken for 4.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

CUT_OFF = "\n[the reply was cut off here]"
"""To be put after a reply that ended at its limit of tokens, so that a 10 cut to 1 is not read as a 1."""

_THOUGHTS, _THOUGHTS_END = "<think>", "</think>"
_CODE_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*\w*\s*")
_WORD_BREAKS = re.compile(r"[\s_-]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_LENIENT = json.JSONDecoder(object_pairs_hook=list, parse_float=str, strict=False)
_BEFORE_LINE = " \t\u00a0*_`#>-•"
_BEFORE_COLON = " \t\u00a0*_`"
_BEFORE_VALUE = " \t\u00a0*_`\"'“”‘’([{"
_AFTER_VALUE = " \t\u00a0*_`\"'“”‘’)]}.,;!。"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge decided."""

    label: str
    """One of those offered, as it was offered; of a number its plain decimal text."""
    reason: str
    """What it said beside the verdict; empty when nothing."""


def read_verdict(reply: str, anchor: str, offered: Collection[str]) -> Verdict | None:
    """The verdict of a reply whose last line is the anchor, a colon and a label; None when there is no such.

    The anchor and the label may be in another case, in Markdown emphasis or in a code block, and the label
    between quotes or brackets and before a sentence mark. A whole reply that is one JSON object is read too:
    the anchor is a key of it, or begins the text of one of its values. Each further line or field that begins
    with the anchor must say the same. What comes before `</think>` is no part of the reply.
    """
    said, reason = _said(reply, anchor)
    labels = {_offered_label(value, offered) for value in said}
    label = labels.pop() if len(labels) == 1 else None
    return None if label is None else Verdict(label, reason)


def read_number(reply: str, anchor: str, lowest: Decimal, highest: Decimal) -> Verdict | None:
    """As `read_verdict`, of a decimal number from `lowest` to `highest`, ends included.

    "0.75", ".5" and "-1" are numbers; "3/5", "75%", "7,5", "1e-1", "NaN" and digits of other scripts are
    none.
    """
    said, reason = _said(reply, anchor)
    numbers = {_number_within(value, lowest, highest) for value in said}
    number = numbers.pop() if len(numbers) == 1 else None
    return None if number is None else Verdict(f"{number:f}", reason)


def read_label(reply: str, offered: Collection[str]) -> str | None:
    """The label that a reply consists of, with nothing before or after it; None when it is not just that."""
    bare = _alone(reply)
    return None if bare is None else _offered_label(bare, offered)


def read_number_alone(reply: str, lowest: Decimal, highest: Decimal) -> str | None:
    """The number that a reply consists of, as `read_label`."""
    bare = _alone(reply)
    number = None if bare is None else _number_within(bare, lowest, highest)
    return None if number is None else f"{number:f}"


def read_json_field(reply: str, names: Collection[str]) -> str | None:
    """The text or number that a reply gives under one of the names, in lower case.

    None where the reply is not one JSON object, gives several of the names, or gives a verdict by that name
    besides, which then could not be read.
    """
    pairs = _json_pairs("\n".join(_lines(reply))) or []
    given = [value for name, value in pairs if name.lower() in names]
    if len(given) != 1 or any(name.lower().startswith("verdict") for name, _ in pairs):
        return None
    return _written(given[0])


def label_key(label: str) -> str:
    """What two spellings of a label have in common: case, spaces, hyphens and underscores do not count, nor
    what may stand around it.
    """
    return _WORD_BREAKS.sub("_", _bare(label).casefold())


def _bare(value: str) -> str:
    """Without emphasis, quotes and brackets around the value and sentence marks after it.

    Angle brackets come off as a pair only: "<4>" is 4, ">4" is not.
    """
    value = value.strip().lstrip(_BEFORE_VALUE).rstrip(_AFTER_VALUE)
    if value.startswith("<") and value.endswith(">"):
        value = value[1:-1].lstrip(_BEFORE_VALUE).rstrip(_AFTER_VALUE)
    return value


def _lines(reply: str) -> list[str]:
    """The lines that say something, without what the judge thought beforehand."""
    before, end, after = reply.partition(_THOUGHTS_END)
    spoken = after if end else "" if before.lstrip().startswith(_THOUGHTS) else before
    return [line for line in spoken.splitlines() if line.strip() and not _CODE_FENCE.fullmatch(line)]


def _said(reply: str, anchor: str) -> tuple[list[str], str]:
    """Everything a reply says behind the anchor, and what else it says; nothing where its last line, or the
    object that it is, has no anchor.
    """
    lines = _lines(reply)
    pairs = _json_pairs("\n".join(lines))
    if pairs is not None:
        return _said_in_json(pairs, anchor), _json_reason(pairs)
    found = [(line, _after_anchor(line, anchor)) for line in lines]
    if not found or found[-1][1] is None:
        return [], ""
    said = [value for _, value in found if value is not None]
    return said, "\n".join(line for line, value in found if value is None).strip()


def _alone(reply: str) -> str | None:
    """A reply's only line."""
    lines = _lines(reply)
    return lines[0] if len(lines) == 1 else None


def _after_anchor(line: str, anchor: str) -> str | None:
    """What follows the anchor and its colon; None for a line that does not begin with them."""
    line = line.lstrip(_BEFORE_LINE)
    if line[: len(anchor)].lower() != anchor.lower():
        return None
    rest = line[len(anchor) :].lstrip(_BEFORE_COLON)
    return rest[1:] if rest.startswith((":", "：")) else None


def _offered_label(value: str, offered: Collection[str]) -> str | None:
    key = label_key(value)
    return next((label for label in offered if label_key(label) == key), None)


def _number_within(value: str, lowest: Decimal, highest: Decimal) -> Decimal | None:
    bare = _bare(value)
    if not _NUMBER.fullmatch(bare):
        return None
    number = Decimal(bare)
    return number if lowest <= number <= highest else None


def _json_pairs(text: str) -> list[tuple[str, Any]] | None:
    """The fields of a text that is one JSON object, repeated ones too; None for any other text."""
    if not (text.lstrip().startswith("{") and text.rstrip().endswith("}")):
        return None
    try:
        # A dict would keep the last of two fields of one name, and with it the last of two verdicts. Raw
        # line breaks within texts, which some judges write, are let pass. Fractions stay as they are written.
        pairs: list[tuple[str, Any]] = _LENIENT.decode(text)
    except (ValueError, RecursionError):
        return None
    return pairs


def _said_in_json(pairs: list[tuple[str, Any]], anchor: str) -> list[str]:
    said = []
    for name, value in pairs:
        if name.lower() == anchor.lower():
            said.append(_written(value))
        elif isinstance(value, str) and (after := _after_anchor(value, anchor)) is not None:
            said.append(after)
    return said


def _json_reason(pairs: list[tuple[str, Any]]) -> str:
    reasons = [value for name, value in pairs if name.lower() in ("reason", "reasons", "reasoning")]
    return reasons[0].strip() if reasons and isinstance(reasons[0], str) else ""


def _written(value: object) -> str:
    """A text or number of a JSON object; empty for anything else, which then is no verdict."""
    return str(value) if isinstance(value, str | int) else ""
