"""Lines and JSON values of an uploaded text file, with errors that name the line an editor would show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from marksheet.errors import InvalidUpload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LINE_BYTES = 1 << 20
"""Longest line of an upload, its ending not counted."""

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple):
    """One line of a file, blank ones included."""

    number: int
    """From 1, as an editor shows it."""
    offset: int
    """Position in the file of the first byte of `data`."""
    data: bytes
    """The line without its ending (LF or CRLF) and without the byte order mark of the file."""


def read_lines(chunks: Iterable[bytes]) -> Iterator[Line]:
    """The lines of a file that arrives in pieces cut anywhere; holds one chunk and one line at a time.

    Raises `InvalidUpload` for a line over `MAX_LINE_BYTES` and for a file in UTF-16.
    """
    number, offset = 1, 0
    pieces: list[bytes] = []
    held = 0
    for chunk in chunks:
        *complete, rest = chunk.split(b"\n")
        for data in complete:
            if pieces:
                pieces.append(data)
                data = b"".join(pieces)
                pieces, held = [], 0
            yield _line(number, offset, data)
            number += 1
            offset += len(data) + 1
        if rest:
            pieces.append(rest)
            held += len(rest)
            if held > MAX_LINE_BYTES + len(_UTF8_BOM) + 1:
                raise _too_long(number)
    if pieces:
        yield _line(number, offset, b"".join(pieces))


def decode_text(data: bytes, *, line: int | None) -> str:
    """UTF-8 bytes as text. Raises `InvalidUpload` naming the first byte that is none."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InvalidUpload(
            f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8; save the file as UTF-8",
            line=line,
        ) from error


def decode_object(data: bytes, *, line: int) -> dict[str, Any]:
    """The JSON object on one line. Raises `InvalidUpload` for anything else; NaN and Infinity are no JSON."""
    value = decode_json(data, line=line)
    if not isinstance(value, dict):
        raise InvalidUpload(f"must be a JSON object, not {kind_of(value)}", line=line)
    return value


def decode_json(data: bytes, *, line: int | None) -> Any:
    """The JSON value of some bytes; `line` is where they stand, or None when they are a whole file.

    Raises `InvalidUpload`; for a whole file its line is the one on which the text stops being JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        decode_text(data, line=line)
        where = error.lineno if line is None else line
        raise InvalidUpload(f"not valid JSON at column {error.colno}: {error.msg}", line=where) from error


def numbers_as_written(data: bytes, *, line: int | None) -> Any:
    """A JSON value, its numbers as the text they were written as ("1.50"). `ValueError` for other text."""
    try:
        return json.loads(data, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise InvalidUpload("lists and objects are nested too deeply", line=line) from error


def kind_of(value: object) -> str:
    """What a JSON value is, in words for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list | tuple) else "an object"


def _line(number: int, offset: int, data: bytes) -> Line:
    if number == 1:
        if data.startswith(_UTF16_BOMS):
            raise InvalidUpload("the file is UTF-16; save it as UTF-8", line=1)
        if data.startswith(_UTF8_BOM):
            data, offset = data[len(_UTF8_BOM) :], offset + len(_UTF8_BOM)
    if data.endswith(b"\r"):
        data = data[:-1]
    if len(data) > MAX_LINE_BYTES:
        raise _too_long(number)
    return Line(number, offset, data)


def _too_long(number: int) -> InvalidUpload:
    return InvalidUpload(
        f"the line is longer than {MAX_LINE_BYTES:,} bytes, the most a line may have", line=number
    )
