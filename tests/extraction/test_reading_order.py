from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet_extraction.pdf_words import BROKEN, Word
from marksheet_extraction.reading_order import is_right_to_left, lines_in_order

WIDE = 5.0
"""Points of a letter; its height is twice that."""


def at(left: float, top: float, text: str, *, size: float = 10, quarter: int | None = 0) -> list[Word]:
    """The words of a text from a place on, a letter wide blank between them."""
    words: list[Word] = []
    for word in text.split():
        wide = len(word) * size / 2
        words.append(Word(word, left, top - size, left + wide, top, size, quarter))
        left += wide + size / 2
    return words


def texts(words: list[Word]) -> list[str]:
    return [line.text for line in lines_in_order(words)]


def prose(mark: str, number: int) -> str:
    return f"{mark}{number} some words of a line"


def columns(count: int, rows: int = 8, *, wide: float = 160) -> list[list[list[Word]]]:
    """Columns of rows of words."""
    return [
        [at(50 + column * wide, 700 - 12 * row, prose("ABC"[column], row)) for row in range(rows)]
        for column in range(count)
    ]


def flat(lines: list[list[Word]]) -> list[Word]:
    return [word for line in lines for word in line]


@pytest.mark.parametrize("count", [2, 3])
def test_columns_written_line_by_line_are_read_one_after_the_other(count: int) -> None:
    made = columns(count)
    written = flat([line for row in zip(*made, strict=True) for line in row])
    assert texts(written) == [prose(mark, row) for mark in "ABC"[:count] for row in range(8)]


@pytest.mark.parametrize("count", [2, 3])
def test_columns_written_one_after_the_other_stay_so(count: int) -> None:
    written = flat([line for column in columns(count) for line in column])
    assert texts(written) == [prose(mark, row) for mark in "ABC"[:count] for row in range(8)]


def test_what_crosses_columns_parts_what_is_above_from_what_is_below() -> None:
    left, right = columns(2, 12)
    crossing = at(60, 700 - 12 * 5.5, "a caption that reaches over both of the columns")
    lower = [
        [word._replace(top=word.top - 20, bottom=word.bottom - 20) for word in line]
        for line in left[6:] + right[6:]
    ]
    title = at(80, 740, "A title in the middle of it", size=16)
    written = flat([title, *itertools.chain(*zip(left[:6], right[:6], strict=True)), crossing, *lower])
    assert texts(written) == [
        "A title in the middle of it",
        *(prose("A", row) for row in range(6)),
        *(prose("B", row) for row in range(6)),
        "a caption that reaches over both of the columns",
        *(prose("A", row) for row in range(6, 12)),
        *(prose("B", row) for row in range(6, 12)),
    ]


def test_a_table_is_read_row_by_row() -> None:
    rows = [[f"lamp{row}", f"{row} nm", f"19{row} built", "lit"] for row in range(10, 20)]
    written = [
        at(50 + 120 * place, 700 - 14 * n, text)
        for n, row in enumerate(rows)
        for place, text in enumerate(row)
    ]
    assert texts(flat(written)) == [" ".join(row) for row in rows]


def test_terms_beside_their_meanings_are_no_columns() -> None:
    written = [
        line
        for row in range(8)
        for line in (at(50, 700 - 14 * row, f"term{row}"), at(150, 700 - 14 * row, "means a good many words"))
    ]
    assert texts(flat(written)) == [f"term{row} means a good many words" for row in range(8)]


def test_an_order_that_jumps_about_the_page_is_mended() -> None:
    lines = [at(50, 700 - 12 * row, f"line {row}") for row in range(20)]
    shuffled = lines[1::2] + lines[::2][::-1]
    assert texts(flat(shuffled)) == [f"line {row}" for row in range(20)]


def test_a_head_that_is_written_last_stays_where_the_file_has_it() -> None:
    lines = [at(50, 700 - 12 * row, f"line {row}") for row in range(20)]
    assert texts(flat([*lines, at(50, 760, "head")]))[-1] == "head"


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_a_page_is_read_in_the_direction_of_most_of_its_words(quarter: int) -> None:
    def turned(word: Word) -> Word:
        box = (word.left, word.bottom, word.right, word.top)
        for _ in range(quarter):
            left, bottom, right, top = box
            box = (-top, left, -bottom, right)
        return Word(word.text, *box, word.size, quarter)

    stamp = at(5, 400, "stamp", quarter=(quarter + 1) % 4)
    slanted = at(5, 300, "slanted", quarter=None)
    words = [turned(word) for row in range(5) for word in at(50, 700 - 12 * row, f"line {row}")]
    assert texts([*stamp, *slanted, *words]) == [*(f"line {row}" for row in range(5)), "stamp", "slanted"]


def test_a_script_from_right_to_left_is_read_so() -> None:
    words = [
        Word("שלום", 300, 690, 330, 700, 10, 0),
        Word("עולם", 265, 690, 295, 700, 10, 0),
        Word("רחוק", 50, 690, 80, 700, 10, 0),
    ]
    assert texts(words) == ["שלום עולם רחוק"]
    assert is_right_to_left("שלום 1")
    assert not is_right_to_left("abc ש")


def test_a_word_that_goes_on_in_the_next_line_ends_its_fragment() -> None:
    words = [*at(50, 700, f"illumi{BROKEN}"), *at(50, 688, "nated words")]
    assert texts(words) == [f"illumi{BROKEN}", "nated words"]


def test_a_letter_of_three_lines_does_not_join_them() -> None:
    words = [*at(50, 700, "T", size=36), *at(90, 700, "he lamp is"), *at(90, 688, "lit at dusk")]
    assert texts(words) == ["T", "he lamp is", "lit at dusk"]


def test_no_words_are_no_lines() -> None:
    assert texts([]) == []


@given(
    st.lists(
        st.builds(
            lambda text, left, bottom, wide, high, quarter: Word(
                text, left, bottom, left + wide, bottom + high, max(high, 0.1), quarter
            ),
            st.sampled_from(["a", "bb", "שלום", f"c{BROKEN}"]),
            st.floats(-1e6, 1e6),
            st.floats(-1e6, 1e6),
            st.floats(0, 1e4),
            st.floats(0, 1e4),
            st.sampled_from([0, 1, 2, 3, None]),
        ),
        max_size=40,
    )
)
def test_no_word_is_lost_or_doubled_wherever_it_stands(words: list[Word]) -> None:
    read = " ".join(texts(words)).split()
    assert sorted(read) == sorted(word.text for word in words)
