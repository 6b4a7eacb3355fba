from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet_extraction import tables
from marksheet_extraction.extracted import Refused
from marksheet_extraction.markup import inert
from marksheet_extraction.tables import Cell, cell, spread, table
from tests.extraction.markdown_reading import dangers, hostile, tokens

TEXT = st.text(st.sampled_from("ab \\|`\n"), max_size=8)


def read_back(markdown: str) -> list[list[str]]:
    """The texts of a table's cells as a viewer shows them; code is shown as what it holds."""
    rows: list[list[str]] = []
    for token in tokens(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append("".join(child.content for child in token.children or ()))
    return rows


def test_the_first_row_is_the_head_and_short_rows_are_filled_up() -> None:
    assert table([["a", "b"], ["1"], []]) == "| a | b |\n| --- | --- |\n| 1 |  |\n|  |  |"


def test_no_rows_are_no_table() -> None:
    assert table([]) == table([[], []]) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", r"a\|b"),
        ("a\\|b", r"a\\\|b"),
        ("ends\\", r"ends\\"),
        (" a \n\n b ", "a<br>b"),
    ],
)
def test_a_cell_is_one_line_without_a_pipe_that_ends_it(text: str, expected: str) -> None:
    assert cell(text) == expected


@given(st.lists(st.lists(TEXT, min_size=2, max_size=3), min_size=1, max_size=4))
def test_a_viewer_finds_as_many_cells_as_there_were(rows: list[list[str]]) -> None:
    width = max(map(len, rows))
    assert [len(row) for row in read_back(table(rows))] == [width] * len(rows)


@given(st.lists(st.text(st.sampled_from("ab|c "), min_size=1, max_size=8), min_size=2, max_size=4))
def test_pipes_come_back(texts: list[str]) -> None:
    assert read_back(table([texts])) == [[text.strip() for text in texts]]


@given(st.lists(hostile, min_size=2, max_size=3))
def test_a_table_of_a_strangers_texts_does_nothing(texts: list[str]) -> None:
    found = [danger for danger in dangers(table([[inert(text) for text in texts]])) if "<br>" not in danger]
    assert found == []


def test_merged_cells_repeat_their_text() -> None:
    rows = [[Cell("a", wide=2), Cell("b", high=3)], [Cell("c"), Cell("d")], [Cell("e", wide=2, high=2)], []]
    assert spread(rows) == [["a", "a", "b"], ["c", "d", "b"], ["e", "e", "b"], ["e", "e"]]


def test_a_cell_that_runs_into_one_from_above_ends_there() -> None:
    assert spread([[Cell("a"), Cell("b", high=2)], [Cell("c", wide=3)]]) == [["a", "b"], ["c", "b"]]


def test_blank_places_stand_before_one_that_hangs_down() -> None:
    assert spread([[Cell("a"), Cell("b", high=2)], []]) == [["a", "b"], ["", "b"]]


def test_a_table_that_spreads_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_TABLE_CELLS", 10)
    with pytest.raises(Refused, match="more than 10 cells"):
        spread([[Cell("a", wide=1000)]])


@given(
    st.lists(
        st.lists(st.builds(Cell, st.just("x"), st.integers(-1, 4), st.integers(-1, 4)), max_size=4),
        max_size=5,
    )
)
def test_every_place_has_one_text(rows: list[list[Cell]]) -> None:
    grid = spread(rows)
    assert len(grid) == len(rows)
    for row, cells in zip(grid, rows, strict=True):
        assert len(row) >= len(cells)
