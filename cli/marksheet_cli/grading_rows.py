"""Rows to be graded, out of JSON Lines, a JSON array or CSV: as the JSON Lines that are sent.

Only what the service could not point to is checked here: that each row is a JSON object. A row travels as it
is written, so that no number changes its digits on the way.
"""

from __future__ import annotations

import json
import re
import tempfile
from array import array
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.reading import JSON_DECODER, parse_json, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BOM = b"\xef\xbb\xbf"
_JSON_SPACE = re.compile(r"[ \t\n\r]*")
_PLACE = re.compile(r"dataset\[(\d+)\]\.?(.*)", re.DOTALL)
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file."""

    source: Path
    """As the person has it."""
    lines: Path
    """The same rows as JSON Lines; `source` itself where it is that already."""
    unit: str
    """What `places` count: lines of `source`, or elements of its array."""
    places: Sequence[int]
    """Of each row its place in `source`, from 1."""

    @property
    def size(self) -> int:
        """How many bytes there are to send."""
        return self.lines.stat().st_size

    def body(self, head: dict[str, Any]) -> bytes:
        """The request that grades them at once: `head`, and the rows as they are written."""
        with self.lines.open("rb") as file:
            rows = b",".join(line for _, line in _lines(file))
        return json.dumps(head).encode()[:-1] + b', "dataset": [' + rows + b"]}"

    def field_in_source(self, field: str) -> str:
        """ "line 7, field output" for the service's "dataset[3].output"; other fields as they are."""
        found = _PLACE.fullmatch(field)
        if found is None or int(found[1]) >= len(self.places):
            return field
        return self._said(self.places[int(found[1])], found[2])

    def line_in_source(self, line: int, field: str | None) -> str:
        """The same for a line of what was sent."""
        if self.lines == self.source or not 1 <= line <= len(self.places):
            return self._said(line, field)
        return self._said(self.places[line - 1], field)

    def _said(self, place: int, field: str | None) -> str:
        return f"{self.unit} {place}" + (f", field {field}" if field else "")


@contextmanager
def open_rows(path: Path) -> Iterator[Rows]:
    """The rows of a file, for as long as they are needed. Raises CommandError (USAGE) naming the place."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        numbered, unit = _records(path), "line"
    elif suffix == ".json" and (text := read_text(path)).lstrip()[:1] == "[":
        numbered, unit = _elements(path, text), "element"
    else:
        yield Rows(path, path, "line", _checked_lines(path))
        return
    with tempfile.TemporaryDirectory(prefix="marksheet-") as directory:
        lines, places = Path(directory) / f"{path.stem}.jsonl", array("Q")
        with lines.open("wb") as file:
            for place, row in numbered:
                places.append(place)
                file.write(row + b"\n")
        yield Rows(path, lines, unit, _some(path, places))


def _checked_lines(path: Path) -> Sequence[int]:
    """The numbers of the lines that hold rows."""
    places = array("Q")
    try:
        with path.open("rb") as file:
            for number, line in _lines(file):
                _check_row(path, f"line {number}", line)
                places.append(number)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}", code=ExitCode.USAGE) from error
    return _some(path, places)


def _lines(file: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number and content of each line that is not blank."""
    for number, line in enumerate(file, start=1):
        content = (line.removeprefix(_BOM) if number == 1 else line).strip(b" \t\r\n")
        if content:
            yield number, content


def _elements(path: Path, text: str) -> Iterator[tuple[int, bytes]]:
    """Number and spelling of each element of a JSON array."""
    position = _after_space(text, text.index("[") + 1)
    number, closed = 0, text[position : position + 1] == "]"
    while not closed:
        number += 1
        try:
            row, end = JSON_DECODER.raw_decode(text, position)
            separator = _after_space(text, end)
            if text[separator : separator + 1] not in (",", "]"):
                raise json.JSONDecodeError("Expecting ',' or ']'", text, separator)
        except (ValueError, RecursionError) as error:
            raise _wrong(path, f"element {number}", f"is no JSON: {error}") from error
        _check_object(path, f"element {number}", row)
        # Between tokens a line end is as good as a blank; within a text it stands escaped.
        yield number, re.sub(r"[\r\n]", " ", text[position:end]).encode("utf-8")
        closed = text[separator] == "]"
        position = _after_space(text, separator + 1)
    if number and position < len(text):
        raise CommandError(f"{path}: there is more after the end of the array", code=ExitCode.USAGE)


def _records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Line and JSON of each record of a CSV file, read as a benchmark's are. An output may be empty."""
    from marksheet.errors import InvalidUpload
    from marksheet.question_csv import read_records

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK_BYTES):
                yield piece

    told = False
    try:
        for line, cells in read_records(chunks()):
            told = told or "output" in cells
            yield line, json.dumps({"output": "", **cells}, ensure_ascii=False).encode("utf-8")
    except InvalidUpload as error:
        if error.line is None:
            raise CommandError(f"{path}: {error.detail}", code=ExitCode.USAGE) from error
        place = f"line {error.line}" + (f", field {error.field}" if error.field is not None else "")
        raise _wrong(path, place, error.detail) from error
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}", code=ExitCode.USAGE) from error
    if not told:
        raise CommandError(
            f"{path} has no output in any row", hint="a column is to be called output", code=ExitCode.USAGE
        )


def _check_row(path: Path, place: str, line: bytes) -> None:
    try:
        row = parse_json(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _wrong(path, place, "is no UTF-8 text") from error
    except ValueError as error:
        raise _wrong(path, place, f"is no JSON: {error}") from error
    _check_object(path, place, row)


def _check_object(path: Path, place: str, row: Any) -> None:
    if not isinstance(row, dict):
        raise _wrong(path, place, "is no JSON object; a row is one, with input and output")


def _wrong(path: Path, place: str, reason: str) -> CommandError:
    problems = [{"field": place, "message": reason}]
    return CommandError(f"{path}, {place}: {reason}", code=ExitCode.USAGE, problems=problems)


def _some(path: Path, places: Sequence[int]) -> Sequence[int]:
    if not places:
        raise CommandError(f"{path} holds no rows", hint="nothing was sent", code=ExitCode.USAGE)
    return places


def _after_space(text: str, position: int) -> int:
    found = _JSON_SPACE.match(text, position)
    return found.end() if found else position
