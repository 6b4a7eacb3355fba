"""JSON and JSON lines: checked, and kept word for word in a code block."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn

from marksheet_extraction.extracted import Extracted, Refused
from marksheet_extraction.limits import DEEPEST_JSON, LONGEST_MARKDOWN
from marksheet_extraction.markup import fenced

if TYPE_CHECKING:
    from marksheet_extraction.text_decoding import DecodedText

JSON = "application/json"
JSON_LINES = "application/jsonl"

# Possessive: a text that no quote ends must not be tried at every length.
_BRACKET_OR_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def may_be_json(text: str) -> bool:
    """Whether it begins as a list or an object of JSON does."""
    return text.lstrip()[:1] in ("{", "[")


def read(decoded: DecodedText, *, named: bool) -> Extracted | None:
    """JSON, or several lines each of which is JSON, in a fence. None when it is neither.

    `named` says that the file's name promises JSON: then what is none raises `Refused` with the place, and so
    do lists and objects more than `DEEPEST_JSON` deep.
    """
    text = decoded.text.strip("\n")
    if len(text) > LONGEST_MARKDOWN:
        raise Refused(f"it has more than {LONGEST_MARKDOWN:,} characters of text")
    if _is_too_deep(text):
        if named:
            raise Refused(f"its lists and objects are more than {DEEPEST_JSON} deep within each other")
        return None
    problem = _problem(text)
    if problem is None:
        return Extracted(JSON, fenced(text, "json") + "\n", warnings=decoded.warnings)
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and not any(map(_problem, lines)):
        return Extracted(JSON_LINES, fenced(text, "json") + "\n", warnings=decoded.warnings)
    if named:
        raise Refused(f"it is not valid JSON: {problem}")
    return None


def _problem(text: str) -> str | None:
    """What keeps the text from being JSON, and where; None when it is. Nothing of it is kept in memory."""
    try:
        json.loads(
            text,
            object_pairs_hook=lambda _pairs: None,
            parse_int=lambda _digits: None,
            parse_float=lambda _digits: None,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    except ValueError as error:
        return str(error)
    return None


def _is_too_deep(text: str) -> bool:
    """Whether it would be, if it were JSON; a reader of JSON calls itself for every level."""
    depth = 0
    for found in _BRACKET_OR_TEXT.finditer(text):
        char = found[0][0]
        if char in "[{":
            depth += 1
            if depth > DEEPEST_JSON:
                return True
        elif char in "]}":
            depth -= 1
    return False


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
