"""JSON whose numbers stay as they were written: 1.50 is not 1.5, and no digit of a long number is lost."""

from __future__ import annotations

import json
from typing import Any


class Numeral(str):
    """A number as the text it was written as."""

    __slots__ = ()


def read_numerals(data: bytes | str) -> Any:
    """A JSON value, its numbers as `Numeral`. Raises ValueError, or RecursionError for one nested too
    deeply.
    """
    return json.loads(data, parse_int=Numeral, parse_float=Numeral)


def compact(value: Any) -> str:
    """A JSON value as text without white space; numerals as they were written, other numbers as Python does.

    Raises RecursionError for one nested too deeply.
    """
    if isinstance(value, Numeral):
        return str(value)
    if isinstance(value, dict):
        members = [f"{json.dumps(name, ensure_ascii=False)}:{compact(each)}" for name, each in value.items()]
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(compact, value))}]"
    return json.dumps(value, ensure_ascii=False)
