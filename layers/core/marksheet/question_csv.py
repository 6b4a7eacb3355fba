"""Benchmark files in CSV (RFC 4180, with a header line): records as rows of named values."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.errors import InvalidUpload
from marksheet.question_fields import ALIASES, known_names
from marksheet.textlines import MAX_LINE_BYTES, decode_text, numbers_as_written, read_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from marksheet.question_fields import Aliases


def read_records(chunks: Iterable[bytes], aliases: Aliases = ALIASES) -> Iterator[tuple[int, dict[str, Any]]]:
    """The line on which each record begins, and its cells by column; the first record names the columns.

    Cells may span lines. An empty cell is left out, a record of empty cells is skipped. `choices` and
    `context` may be a JSON list of texts, `choices` also texts separated by |; `metadata` is a JSON object.
    Raises `InvalidUpload`.
    """
    # Process-wide, and the only way to let a cell be longer than 128 KiB; `_Lines` sets the limit that
    # counts.
    csv.field_size_limit(2 * MAX_LINE_BYTES)
    lines = _Lines(chunks)
    reader = csv.reader(iter(lines), strict=True)
    header: list[str] | None = None
    known = known_names(aliases)
    while True:
        lines.start_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidUpload(f"not valid CSV: {error}", line=lines.record_line) from error
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = _header(cells, lines.record_line, known)
            continue
        yield lines.record_line, _row(header, cells, lines.record_line)


class _Lines:
    """Feeds the CSV reader decoded lines, and bounds what one record may gather over many of them."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._lines = read_lines(chunks)
        self._record_bytes = 0
        self.record_line = 1
        """The line on which the present record begins."""
        self._number = 0

    def start_record(self) -> None:
        self._record_bytes = 0
        self.record_line = self._number + 1

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._number = line.number
            self._record_bytes += len(line.data)
            if self._record_bytes > MAX_LINE_BYTES:
                raise InvalidUpload(
                    f"the row is longer than {MAX_LINE_BYTES:,} bytes; is a quotation mark left open?",
                    line=self.record_line,
                )
            yield decode_text(line.data, line=line.number) + "\n"


def _header(cells: list[str], line: int, known: Collection[str]) -> list[str]:
    header = [name.strip() for name in cells]
    header = [name.lower() if name.lower() in known else name for name in header]
    if doubled := next((name for name in header if name and header.count(name) > 1), None):
        raise InvalidUpload("names two columns", line=line, field=doubled)
    return header


def _row(header: list[str], cells: list[str], line: int) -> dict[str, Any]:
    """A row's cells as JSON values; an empty cell is a field that is not given."""
    if len(cells) != len(header):
        raise InvalidUpload(f"has {len(cells)} cells; the first line names {len(header)} columns", line=line)
    row: dict[str, Any] = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    if "" in row:
        raise InvalidUpload("a cell has text, but its column has no name in the first line", line=line)
    for name in ("choices", "context", "metadata"):
        if name in row:
            row[name] = _value(name, row[name], line)
    return row


def _value(name: str, cell: str, line: int) -> Any:
    """A list or an object as JSON text; choices may also be separated by |."""
    stripped = cell.strip()
    if name == "metadata":
        try:
            return orjson.loads(stripped)
        except orjson.JSONDecodeError as error:
            raise InvalidUpload("must be a JSON object", line=line, field=name) from error
    if stripped.startswith("[") and stripped.endswith("]"):
        try:
            entries = numbers_as_written(stripped.encode(), line=line)
        except ValueError:
            # A text in square brackets is a text.
            pass
        else:
            if name == "context" and any(isinstance(entry, dict) for entry in entries):
                message = "a CSV file's context is text; to cite documents, write JSON or JSON Lines"
                raise InvalidUpload(message, line=line, field=name)
            return entries
    return [choice.strip() for choice in stripped.split("|")] if name == "choices" else cell
