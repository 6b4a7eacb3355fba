"""XLSX: a section and a table for every sheet, with the values that the workbook had when it was saved."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

import openpyxl
from openpyxl.worksheet.cell_range import CellRange

from marksheet_extraction.extracted import Extracted, Refused
from marksheet_extraction.limits import MOST_COLUMNS, MOST_PAGES, MOST_ROWS
from marksheet_extraction.markup import heading, inert, one_line, visible
from marksheet_extraction.office_files import XLSX
from marksheet_extraction.tables import table

_MIDNIGHT = time()
_MOST_MERGES = 10_000


def read(content: bytes) -> Extracted:
    """The sheets in their order. Hidden ones, charts and formulas are left out.

    Of a sheet `MOST_ROWS` rows and `MOST_COLUMNS` columns are kept, with a warning. Raises `Refused` for more
    than `MOST_PAGES` sheets, and what openpyxl raises for a file that is not what it says.
    """
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheets: list[Any] = workbook.worksheets
    if len(sheets) > MOST_PAGES:
        raise Refused(f"it has more than {MOST_PAGES:,} sheets")
    sections: list[str] = []
    warnings: list[str] = []
    hidden = [sheet.title for sheet in sheets if sheet.sheet_state != "visible"]
    for sheet in sheets:
        if sheet.sheet_state == "visible":
            text, said = _section(sheet)
            sections.append(text)
            warnings += said
    if hidden:
        named = ", ".join(f'"{one_line(title)}"' for title in hidden[:5])
        more = f" and {len(hidden) - 5} more" if len(hidden) > 5 else ""
        warnings.append(f"hidden sheets were left out: {named}{more}")
    if not any("\n" in section for section in sections):
        raise Refused("this workbook has no text in a sheet that is shown")
    return Extracted(XLSX, "\n\n".join(filter(None, sections)) + "\n", warnings=tuple(warnings))


def _section(sheet: Any) -> tuple[str, list[str]]:
    """(Markdown, warnings) of one sheet: its name as a heading, and what is between its first and last filled
    row and column.
    """
    facts = _look_through(sheet)
    # What a sheet says about its own size need not be so, and a reader that believes it fills a million rows.
    sheet.reset_dimensions()
    width = min(max(facts.columns, 1), MOST_COLUMNS)
    rows = [
        [_shown(value) for value in row]
        for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=width, values_only=True)
    ]
    _repeat_merged(rows, facts.merges)
    name = one_line(sheet.title)
    warnings: list[str] = []
    if facts.rows > MOST_ROWS:
        warnings.append(f'sheet "{name}": of {facts.rows:,} rows the first {MOST_ROWS:,} were kept')
    if facts.columns > MOST_COLUMNS:
        warnings.append(f'sheet "{name}": of {facts.columns:,} columns the first {MOST_COLUMNS:,} were kept')
    if facts.unsaved:
        warnings.append(f'sheet "{name}": formulas without a saved value are blank: {facts.unsaved:,}')
    found = table(_filled(rows))
    return "\n\n".join(filter(None, (heading(name, 2), found))), warnings


@dataclass(slots=True)
class _SheetFacts:
    """What the reader of values does not tell."""

    rows: int = 0
    """Number of the last filled row."""
    columns: int = 0
    """Number of the last filled column."""
    unsaved: int = 0
    """Formulas without a value."""
    merges: list[str] = field(default_factory=list)


def _look_through(sheet: Any) -> _SheetFacts:
    """One pass over the XML of a sheet that keeps none of it. The reader of values is four times as slow."""
    found = _SheetFacts()
    row = column = 0
    formula = value = within = False

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, formula, value, within
        tag = name.rpartition(":")[2]
        if tag == "c":
            column = _column(attributes.get("r"), column)
            formula = value = False
        elif tag in ("v", "t"):
            within = True
        elif tag == "row":
            row, column = _position(attributes.get("r"), row), 0
        elif tag == "f":
            formula = True
        elif tag == "mergeCell" and len(found.merges) < _MOST_MERGES:
            found.merges.append(attributes.get("ref", ""))

    def text(_: str) -> None:
        nonlocal value
        value = value or within

    def end(name: str) -> None:
        nonlocal within
        tag = name.rpartition(":")[2]
        if tag in ("v", "t"):
            within = False
        elif tag == "c":
            if value:
                found.rows, found.columns = max(found.rows, row), max(found.columns, column)
            found.unsaved += formula and not value

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    with sheet._get_source() as source:
        parser.ParseFile(source)
    return found


def _position(given: str | None, before: int) -> int:
    return int(given) if given and given.isdecimal() and len(given) < 9 else before + 1


def _column(reference: str | None, before: int) -> int:
    """Number of the column of a cell such as `AB12`; the one after `before` where the cell does not say."""
    letters = (reference or "").rstrip("0123456789").upper()
    if not (0 < len(letters) < 4 and letters.isascii() and letters.isalpha()):
        return before + 1
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _shown(value: Any) -> str:
    """A value as text: dates in ISO 8601, numbers with the 15 digits that a workbook keeps."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return inert(visible(str(value)))


def _repeat_merged(rows: list[list[str]], merges: list[str]) -> None:
    """Repeat the text of merged cells in all places that they cover. Their references were checked by the
    reader of values.
    """
    for reference in merges:
        merged = CellRange(reference)
        top, left = merged.min_row - 1, merged.min_col - 1
        if top < len(rows) and left < len(rows[top]):
            text = rows[top][left]
            for row in rows[top : merged.max_row]:
                row[left : merged.max_col] = [text] * len(row[left : merged.max_col])


def _filled(rows: list[list[str]]) -> list[list[str]]:
    """The rows and columns between the first and the last that hold something. Blank rows in between go too:
    they would be rows of nothing in the table.
    """
    kept = [row for row in rows if any(row)]
    first = min((next(i for i, text in enumerate(row) if text) for row in kept), default=0)
    last = max((max(i for i, text in enumerate(row) if text) for row in kept), default=0)
    return [row[first : last + 1] for row in kept]
