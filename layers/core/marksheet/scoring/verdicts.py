"""Reading a judge's verdict: its own last line, one of those it was offered, or nothing.

Nothing is searched for inside other words, and nothing is guessed: whatever is not plainly one verdict is no
verdict. Labels are compared whole, so NOT_ATTEMPTED is never taken for ATTEMPTED, nor 10 for 1.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

CUT_OFF = "\n[the reply was cut off here]"
"""To be put after a reply that ended at its limit of tokens, so that a 10 cut to 1 is not read as a 1."""

_THOUGHTS, _THOUGHTS_END = "<think>", "</think>"
_CODE_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*\w*\s*")
_WORD_BREAKS = re.compile(r"[\s_-]+")
_BEFORE_LINE = " \t\u00a0*_`#>-•"
_BEFORE_COLON = " \t\u00a0*_`"
_BEFORE_VALUE = " \t\u00a0*_`\"'“”‘’([{"
_AFTER_VALUE = " \t\u00a0*_`\"'“”‘’)]}.,;!。"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge decided."""

    label: str
    """One of those offered, as it was offered."""
    reason: str
    """What it said beside the verdict; empty when nothing."""


def read_verdict(reply: str, anchor: str, offered: Collection[str]) -> Verdict | None:
    """The verdict of a reply whose last line is the anchor, a colon and a label; None when there is no such.

    The anchor and the label may be in another case, in Markdown emphasis or in a code block, and the label
    between quotes or brackets and before a sentence mark. A whole reply that is one JSON object is read too:
    the anchor is a key of it, or begins the text of one of its values. Each further line or field that begins
    with the anchor must say the same. What comes before `</think>` is no part of the reply.
    """
    lines = _lines(reply)
    pairs = _json_pairs("\n".join(lines))
    if pairs is not None:
        said, reason = _said_in_json(pairs, anchor), _json_reason(pairs)
    else:
        found = [(line, _after_anchor(line, anchor)) for line in lines]
        if not found or found[-1][1] is None:
            return None
        said = [value for _, value in found if value is not None]
        reason = "\n".join(line for line, value in found if value is None).strip()
    labels = {_offered_label(value, offered) for value in said}
    label = labels.pop() if len(labels) == 1 else None
    return None if label is None else Verdict(label, reason)


def read_label(reply: str, offered: Collection[str]) -> str | None:
    """The label that a reply consists of, with nothing before or after it; None when it is not just that."""
    lines = _lines(reply)
    return _offered_label(lines[0], offered) if len(lines) == 1 else None


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


def _json_pairs(text: str) -> list[tuple[str, Any]] | None:
    """The fields of a text that is one JSON object, repeated ones too; None for any other text."""
    if not (text.lstrip().startswith("{") and text.rstrip().endswith("}")):
        return None
    try:
        # A dict would keep the last of two fields of one name, and with it the last of two verdicts. Raw
        # line breaks within texts, which some judges write, are let pass.
        pairs: list[tuple[str, Any]] = json.loads(text, object_pairs_hook=list, strict=False)
    except (ValueError, RecursionError):
        return None
    return pairs


def _said_in_json(pairs: list[tuple[str, Any]], anchor: str) -> list[str]:
    said = []
    for name, value in pairs:
        if name.lower() == anchor.lower():
            said.append(str(value) if isinstance(value, str | int) else "")
        elif isinstance(value, str) and (after := _after_anchor(value, anchor)) is not None:
            said.append(after)
    return said


def _json_reason(pairs: list[tuple[str, Any]]) -> str:
    reasons = [value for name, value in pairs if name.lower() in ("reason", "reasons", "reasoning")]
    return reasons[0].strip() if reasons and isinstance(reasons[0], str) else ""
