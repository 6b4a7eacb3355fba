from __future__ import annotations

from marksheet_extraction.pdf_layout import Layout
from marksheet_extraction.pdf_words import BROKEN, Word
from marksheet_extraction.reading_order import Line, lines_in_order
from tests.extraction.test_reading_order import at


def page(*rows: tuple[float, float, str] | tuple[float, float, str, float]) -> list[Line]:
    """The lines of (left, top, text) or (left, top, text, size)."""
    words: list[Word] = []
    for row in rows:
        left, top, text, *size = row
        words += at(left, top, text, size=size[0] if size else 10)
    return lines_in_order(words)


LONG = "words that fill the line of a paragraph up to its end"


def markdown(*rows: tuple[float, float, str] | tuple[float, float, str, float]) -> str:
    lines = page(*rows)
    return Layout([lines]).page(lines)


def test_lines_of_a_paragraph_run_together() -> None:
    assert (
        markdown((50, 700, LONG), (50, 688, LONG), (50, 676, "and its end.")) == f"{LONG} {LONG} and its end."
    )


def test_a_gap_or_an_indent_after_a_sentence_begins_a_paragraph() -> None:
    sentence = f"{LONG}."
    rows = [(50, 700, sentence), (50, 688, sentence), (65, 676, LONG), (50, 664, LONG), (50, 640, LONG)]
    assert markdown(*rows) == f"{LONG}. {LONG}.\n\n{LONG} {LONG}\n\n{LONG}"


def test_short_lines_stay_lines() -> None:
    rows = [(50, 700, LONG), (50, 688, "A. Keeper"), (50, 676, "The Lighthouse"), (50, 664, "North Cape")]
    assert markdown(*rows) == f"{LONG} A. Keeper\nThe Lighthouse\nNorth Cape"


def test_a_hyphen_at_the_end_of_a_line_goes_and_one_at_the_end_of_all_stays() -> None:
    rows = [(50, 700, f"{LONG} illumi{BROKEN}"), (50, 688, f"nated and a half{BROKEN}")]
    assert markdown(*rows) == f"{LONG} illuminated and a half-"


def test_headings_have_levels_by_size_and_need_letters() -> None:
    rows = [
        (50, 760, "The largest", 24.0),
        (50, 730, "Smaller one", 16.0),
        (50, 700, LONG),
        (50, 688, LONG),
        (50, 676, LONG),
        (50, 650, "12 345", 16.0),
        (50, 620, "another smaller", 16.0),
        (50, 600, "in two lines", 16.0),
    ]
    assert markdown(*rows) == (
        f"# The largest\n\n## Smaller one\n\n{LONG} {LONG} {LONG}\n\n12 345"
        "\n\n## another smaller in two lines"
    )


def test_long_text_in_large_letters_is_a_paragraph() -> None:
    lines = page((50, 700, LONG * 5, 14.0), (50, 680, LONG * 9), (50, 668, LONG * 9))
    assert not Layout([lines]).page(lines).startswith("#")


def test_what_is_usual_is_that_of_the_whole_document() -> None:
    title, body = page((50, 700, "Only a title", 20.0)), page((50, 700, LONG), (50, 688, LONG))
    layout = Layout([title, body])
    assert [layout.page(title), layout.page(body)] == ["# Only a title", f"{LONG} {LONG}"]


def test_lists_are_told_by_their_marks_and_nested_by_their_place() -> None:
    rows = [
        (50, 700, "• one"),
        (58, 688, "goes on"),
        (70, 676, "– two"),
        (50, 664, "* three"),
        (50, 652, "1. four"),
        (50, 640, "12) five"),
        (50, 600, "2026. was a year"),
    ]
    assert markdown(*rows) == "- one goes on\n    - two\n- three\n1. four\n12. five\n\n2026\\. was a year"


def test_aligned_cells_are_a_table_and_blank_ones_are_kept() -> None:
    rows = [
        (50, 700, "Lamp"), (150, 700, "Range"), (250, 700, "Lit"),
        (50, 686, "North"), (250, 686, "yes"),
        (50, 672, "South|East"), (155, 672, "9 nm"), (250, 672, "no"),
        (50, 640, LONG),
    ]  # fmt: skip
    assert markdown(*rows) == (
        "| Lamp | Range | Lit |\n| --- | --- | --- |\n| North |  | yes |\n| South\\|East | 9 nm | no |\n\n"
        + LONG
    )


def test_one_row_is_no_table() -> None:
    assert markdown((50, 700, "Lamp"), (150, 700, "Range"), (50, 686, LONG)) == f"Lamp Range\n{LONG}"


def test_a_sentence_goes_on_in_the_next_column() -> None:
    left = [(50.0, 700.0 - 12 * row, "left words of a line") for row in range(6)]
    right = [(250.0, 700.0 - 12 * row, "right words of a line.") for row in range(6)]
    assert markdown(*left, *right).count("\n") == 0


def test_text_of_a_page_does_nothing() -> None:
    assert markdown((50, 700, "<script> ![a](b)"), (50, 660, "# no heading")) == (
        "\\<script> \\![a\\](b)\n\n\\# no heading"
    )


def test_a_script_without_blanks_is_joined_without_any() -> None:
    assert (
        markdown((50, 700, "灯台は海を照らす" * 3), (50, 688, "夜も朝も"))
        == "灯台は海を照らす" * 3 + "夜も朝も"
    )


def test_a_page_without_lines_is_nothing() -> None:
    assert Layout([[]]).page([]) == ""
