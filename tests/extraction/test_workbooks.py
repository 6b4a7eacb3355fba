from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from openpyxl import Workbook

from marksheet_extraction import extract, workbooks
from marksheet_extraction.extracted import Refused
from tests.extraction.making import changed, saved_xlsx

SHEET = "xl/worksheets/sheet1.xml"


def table(rows: list[list[object]]) -> list[str]:
    """The lines of the first sheet's table with these rows."""

    def fill(book: Workbook) -> None:
        for row in rows:
            book.active.append(row)

    return extract(saved_xlsx(fill)).markdown.splitlines()[2:]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12, "12"),
        (12.0, "12"),
        (1 / 3, "0.333333333333333"),
        (1e21, "1e+21"),
        (True, "TRUE"),
        (date(2026, 1, 2), "2026-01-02"),
        (time(3, 4), "03:04:00"),
        (timedelta(hours=26), "1 day, 2:00:00"),
        ("a|b\n<i>", "a\\|b<br>\\<i>"),
        ("#DIV/0!", "#DIV/0!"),
        ("007", "007"),
    ],
)
def test_values_are_shown(value: object, shown: str) -> None:
    assert table([[value, "."]])[0] == f"| {shown} | . |"


def test_what_is_around_and_between_the_filled_cells_is_left_out() -> None:
    def fill(book: Workbook) -> None:
        book.active["C5"], book.active["E5"], book.active["D9"] = "a", "b", "c"

    assert (
        extract(saved_xlsx(fill)).markdown == "## Sheet\n\n| a |  | b |\n| --- | --- | --- |\n|  | c |  |\n"
    )


def test_rows_and_columns_are_capped_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    monkeypatch.setattr(workbooks, "MOST_COLUMNS", 3)

    def fill(book: Workbook) -> None:
        for row in range(4):
            book.active.append([f"{row}{column}" for column in range(5)])

    found = extract(saved_xlsx(fill))
    assert found.markdown.splitlines()[2:] == ["| 00 | 01 | 02 |", "| --- | --- | --- |", "| 10 | 11 | 12 |"]
    assert found.warnings == (
        'sheet "Sheet": of 4 rows the first 2 were kept',
        'sheet "Sheet": of 5 columns the first 3 were kept',
    )


def merged(reference: str) -> bytes:
    """A workbook with a row of two cells and one merge."""
    merges = f'<mergeCells><mergeCell ref="{reference}"/></mergeCells>'.encode()
    book = saved_xlsx(lambda book: book.active.append(["a", "b"]))
    return changed(book, {SHEET: lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + merges)})


@pytest.mark.parametrize(
    ("reference", "row"), [("A1:XFD1048576", "| a | a |"), ("Y9:Z9", "| a | b |"), ("B1", "| a | b |")]
)
def test_merges_end_where_the_sheet_does(reference: str, row: str) -> None:
    assert extract(merged(reference)).markdown.splitlines()[2] == row


@pytest.mark.parametrize("reference", ["B2:A1", "A0:B2", "nonsense", "A:B", ""])
def test_a_merge_that_is_none_is_a_damaged_workbook(reference: str) -> None:
    with pytest.raises(Refused, match=r"^this workbook is damaged and cannot be read$"):
        extract(merged(reference))


def test_cells_without_a_place_follow_each_other() -> None:
    xml = b"<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row></sheetData>"
    book = saved_xlsx(lambda book: book.active.append(["a"]))
    found = changed(book, {SHEET: lambda old: old[: old.index(b"<sheetData")] + xml + b"</worksheet>"})
    assert extract(found).markdown.splitlines()[2:] == ["| 1 | 2 |", "| --- | --- |", "| 3 |  |"]


def test_hidden_sheets_are_named_up_to_five() -> None:
    def fill(book: Workbook) -> None:
        book.active["A1"] = "shown"
        for number in range(7):
            sheet = book.create_sheet(f"h{number}")
            sheet["A1"], sheet.sheet_state = "secret", "veryHidden" if number else "hidden"

    found = extract(saved_xlsx(fill))
    assert found.warnings == ('hidden sheets were left out: "h0", "h1", "h2", "h3", "h4" and 2 more',)
    assert "secret" not in found.markdown


def test_a_workbook_that_shows_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="no text in a sheet that is shown"):
        extract(saved_xlsx(lambda book: None))


def test_too_many_sheets_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_PAGES", 1)
    with pytest.raises(Refused, match="more than 1 sheets"):
        extract(saved_xlsx(lambda book: book.create_sheet("b") and None))
