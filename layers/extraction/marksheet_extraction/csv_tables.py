"""CSV files: one table."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from marksheet_extraction.extracted import Extracted, Refused
from marksheet_extraction.limits import LONGEST_FIELD, MOST_COLUMNS, MOST_ROWS
from marksheet_extraction.markup import inert
from marksheet_extraction.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet_extraction.text_decoding import DecodedText

CSV = "text/csv"

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 1 << 16
"""Characters that tell the delimiter."""
_SAMPLE_ROWS = 50


def looks_like_csv(text: str) -> bool:
    """Whether a file of no known name is CSV: three or more rows, all with the same number of fields, two at
    least.
    """
    lengths = _lengths(text, delimiter_of(text))
    return len(lengths) >= 3 and lengths[0] >= 2 and len(set(lengths)) == 1


def read(decoded: DecodedText) -> Extracted:
    """The rows as a table, the first as its head; blank rows are left out.

    Kept are `MOST_ROWS` rows and `MOST_COLUMNS` columns, with a warning. Raises `Refused` for a field of more
    than `LONGEST_FIELD` characters, which is a quote that nobody closed.
    """
    kept: list[list[str]] = []
    rows, width = 0, 0
    for row in _rows(decoded.text, delimiter_of(decoded.text)):
        if any(field.strip() for field in row):
            rows += 1
            width = max(width, len(row))
            if rows <= MOST_ROWS:
                kept.append([inert(field) for field in row[:MOST_COLUMNS]])
    warnings = [*decoded.warnings]
    if rows > MOST_ROWS:
        warnings.append(f"of {rows:,} rows the first {MOST_ROWS:,} were kept")
    if width > MOST_COLUMNS:
        warnings.append(f"of {width:,} columns the first {MOST_COLUMNS:,} were kept")
    return Extracted(CSV, table(kept) + "\n", warnings=tuple(warnings))


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first rows into the same number of fields most often; of several, that
    which gives most fields; a comma where none does.
    """

    def fit(delimiter: str) -> tuple[float, int]:
        lengths = _lengths(text, delimiter)
        usual = max(set(lengths), key=lengths.count, default=1)
        return (lengths.count(usual) / len(lengths), usual) if usual > 1 else (0.0, 0)

    return max(_DELIMITERS, key=fit)


def _lengths(text: str, delimiter: str) -> list[int]:
    """How many fields each of the first rows has."""
    sample = text[:_SAMPLE]
    lengths: list[int] = []
    try:
        for row in _rows(sample, delimiter):
            if row:
                lengths.append(len(row))
            if len(lengths) > _SAMPLE_ROWS:
                break
    except Refused:
        return []
    if len(sample) < len(text) and len(lengths) > 1:
        lengths.pop()  # it may have been cut
    return lengths


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    with _field_limit():
        try:
            yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        except csv.Error as error:
            raise Refused(f"a field of the CSV file is longer than {LONGEST_FIELD:,} characters") from error


@contextmanager
def _field_limit() -> Iterator[None]:
    """The limit is the whole process's, so it is put back."""
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
