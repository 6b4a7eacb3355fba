from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.passages import Heading, Passages, headings, listed

POLICIES = """\
<!-- page 1 -->

# Policies

Be kind.

## Leave

Thirty days.

### Carried over

Five days.

<!-- page 2 -->

## **Refunds** #

Within a week.

```sh
# Leave
echo none
```

<!-- page 3 -->

Appendix
========

The end.
"""


def titles(markdown: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.title) for heading in headings(markdown)]


def refusal_of(cite: Callable[[Any], str], part: str | int) -> str:
    with pytest.raises(ValueError, match=r"no |headings") as refused:
        cite(part)
    return str(refused.value)


def test_headings_are_found_outside_of_fenced_code() -> None:
    assert titles(POLICIES) == [
        (1, "Policies"),
        (2, "Leave"),
        (3, "Carried over"),
        (2, "**Refunds**"),
        (1, "Appendix"),
    ]
    assert headings(POLICIES)[0] == Heading(1, "Policies", POLICIES.index("# Policies"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("# a", [(1, "a")]),
        ("   ###### a ######  ", [(6, "a")]),
        ("#\ta", [(1, "a")]),
        ("# a#", [(1, "a#")]),
        ("# C#  #", [(1, "C#")]),
        ("#", [(1, "")]),
        ("## ##", [(2, "")]),
        ("#a", []),
        ("####### a", []),
        ("    # a", []),
        (" \t# a", []),
        ("a # b", []),
    ],
)
def test_a_heading_begins_with_one_to_six_hashes_and_a_space(line: str, found: list[tuple[int, str]]) -> None:
    assert titles(line) == found
    assert titles(f"before\n{line}\r\nafter") == found


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("Title\n=====\n", [(1, "Title")]),
        ("Title\r\n---\r\n", [(2, "Title")]),
        ("text\n\nTitle\n-\n", [(2, "Title")]),
        ("<!-- page 2 -->\nTitle\n===", [(1, "Title")]),
        ("\n---\n", []),
        ("two\nlines\n===\n", []),
        ("- item\n---\n", []),
        ("1. item\n---\n", []),
        ("> quote\n---\n", []),
        ("| a | b |\n---\n", []),
        ("    code\n---\n", []),
        ("Title\n\n===\n", []),
        ("Title\n=-=\n", []),
    ],
)
def test_a_line_alone_above_a_rule_is_a_heading(markdown: str, found: list[tuple[int, str]]) -> None:
    assert titles(markdown) == found


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("```\n# a\n```\n# b", [(1, "b")]),
        ("~~~ python\n# a\n```\n# a\n~~~~\n# b", [(1, "b")]),
        ("````\n```\n# a\n````\n# b", [(1, "b")]),
        ("```\n# a\n    ```\n# a", []),
        ("```\n# a", []),
        ("```a`b\n# b", [(1, "b")]),
    ],
)
def test_fenced_code_ends_with_its_own_fence(markdown: str, found: list[tuple[int, str]]) -> None:
    assert titles(markdown) == found


def test_a_section_goes_up_to_the_next_heading_of_its_level() -> None:
    section = Passages(POLICIES).section("Leave")
    assert section == "## Leave\n\nThirty days.\n\n### Carried over\n\nFive days."
    assert Passages(POLICIES).section("Carried over") == "### Carried over\n\nFive days."
    assert Passages(POLICIES).section("Appendix") == "Appendix\n========\n\nThe end."


def test_a_section_keeps_the_pages_within_it() -> None:
    section = Passages(POLICIES).section("Policies")
    assert "<!-- page 2 -->" in section
    assert section.endswith("```")


@pytest.mark.parametrize("title", ["refunds", "REFUNDS", " Refunds ", "`refunds`"])
def test_a_title_is_found_whatever_its_case_and_emphasis(title: str) -> None:
    assert Passages(POLICIES).section(title).startswith("## **Refunds** #\n\nWithin a week.")


def test_a_title_as_it_is_written_comes_first() -> None:
    text = Passages("# a\n\none\n\n# A\n\ntwo\n")
    assert text.section("A") == "# A\n\ntwo"
    assert text.section("a") == "# a\n\none"


def test_a_title_that_is_not_there_is_answered_with_those_that_are() -> None:
    assert refusal_of(Passages(POLICIES).section, "Sick leave") == (
        "no heading 'Sick leave'; its headings are "
        "'Policies', 'Leave', 'Carried over', '**Refunds**', 'Appendix'"
    )
    assert refusal_of(Passages("text").section, "Leave") == "no heading 'Leave'; it has none"


def test_a_title_that_is_there_twice_is_answered_with_the_lines() -> None:
    assert refusal_of(Passages("# a\n## Notes\n# b\n## Notes\n").section, "notes") == (
        "2 headings 'notes', on lines 2, 4; cite a page or offsets instead"
    )


def test_a_page_goes_up_to_the_next_marker() -> None:
    text = Passages(POLICIES)
    assert text.page(1).startswith("# Policies")
    assert text.page(1).endswith("Five days.")
    assert text.page(3) == "Appendix\n========\n\nThe end."


def test_a_page_is_found_in_text_with_windows_endings() -> None:
    assert Passages("<!-- page 1 -->\r\none\r\n<!-- page 2 -->\r\ntwo\r\n").page(1) == "one"


def test_of_two_pages_of_one_number_the_first_is_meant() -> None:
    assert Passages("<!-- page 1 -->\na\n<!-- page 1 -->\nb\n").page(1) == "a"


def test_a_marker_within_a_line_is_text() -> None:
    assert Passages("<!-- page 1 -->\nsee <!-- page 2 --> there").page(1) == "see <!-- page 2 --> there"


def test_a_page_that_is_not_there_is_answered_with_those_that_are() -> None:
    assert refusal_of(Passages(POLICIES).page, 4) == "no page 4; it has the pages 1 to 3"
    assert refusal_of(Passages("text").page, 1) == "no pages; cite a section or offsets instead"


def test_a_span_is_counted_in_characters() -> None:
    text = Passages("añb👩c")
    assert text.span(1, 4) == "ñb👩"
    assert text.span(3) == "👩c"
    assert text.span(0, 5) == text.markdown


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 1), (0, 6), (5, None), (9, None)])
def test_a_span_that_is_not_all_there_is_refused(start: int, end: int | None) -> None:
    with pytest.raises(ValueError, match=r"no characters from -?\d to \d; it has 5"):
        Passages("abcde").span(start, end)


def test_many_names_are_listed_in_short() -> None:
    text = listed([f"n{number}" for number in range(25)] + ["x" * 100])
    assert text.startswith("'n0', 'n1', ")
    assert text.endswith("'n19' and 6 more")
    assert len(listed(["x" * 100])) == 82


LINES = st.lists(
    st.sampled_from(
        [
            "# a",
            "## b",
            "### a ###",
            "text",
            "",
            "```",
            "~~~",
            "===",
            "---",
            "<!-- page 1 -->",
            "    code",
            "\t#",
        ]
    ),
    max_size=30,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_every_heading_that_is_named_once_can_be_cited(lines: list[str], ending: str) -> None:
    markdown = ending.join(lines)
    found = headings(markdown)
    for heading in found:
        if [other.title for other in found].count(heading.title) == 1 and heading.title:
            section = Passages(markdown).section(heading.title)
            assert section in markdown
            assert heading.title in section.splitlines()[0]


@given(st.text(st.sampled_from("#=-`~ \t\r\na<!pge1>"), max_size=200))
def test_no_text_is_too_odd_to_look_for_headings(markdown: str) -> None:
    for heading in headings(markdown):
        assert 1 <= heading.level <= 6
        assert heading.title in markdown
