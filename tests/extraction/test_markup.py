from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marksheet_extraction.markup import (
    code_span,
    fenced,
    heading,
    inert,
    inert_markdown,
    link,
    one_line,
    paragraph,
    safe_url,
    visible,
    without_code,
)
from tests.extraction.markdown_reading import dangers, hostile, kinds, shown, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b and b > c", "a < b and b > c"),
        ("<b>bold</b>", r"\<b>bold\</b>"),
        ("<!-- x -->", r"\<!-- x -->"),
        ("a ![p](http://h/p.png)", r"a \![p\](http://h/p.png)"),
        ("see [1], [2]: none", r"see [1], [2\]: none"),
        ("snake_case and 2*3 and `code`", "snake_case and 2*3 and `code`"),
        (r"C:\<dir>", r"C:\\\<dir>"),
        ("wow!", "wow!"),
    ],
)
def test_what_begins_a_tag_a_link_or_a_picture_is_escaped(text: str, expected: str) -> None:
    assert inert(text) == expected


@given(hostile)
@example("\\<b>")
@example("![a](http://h/p)")
def test_an_escaped_text_does_nothing(text: str) -> None:
    assert dangers(inert(text)) == []


@given(hostile, hostile)
def test_nor_does_it_with_markdown_behind_it(text: str, more: str) -> None:
    assert dangers(inert(text, followed=True) + "[a](http://h)" + inert(more)) == []
    assert dangers(without_code(inert(text, followed=True)) + code_span("![a](http://h)")) == []


@given(hostile)
def test_a_paragraph_is_one(text: str) -> None:
    found = paragraph(" ".join(text.split("\n\n")))
    assert dangers(found) == []
    blocks = {
        "heading_open",
        "bullet_list_open",
        "ordered_list_open",
        "blockquote_open",
        "fence",
        "hr",
        "code_block",
    }
    assert not blocks & kinds("before\n\n" + "\n".join(line for line in found.split("\n") if line.strip()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# no heading", r"\# no heading"),
        ("#hash", "#hash"),
        ("- no item\n+ none\n* none", "\\- no item\n\\+ none\n\\* none"),
        ("-5 degrees", "-5 degrees"),
        ("12. no item\n3) none", "12\\. no item\n3\\) none"),
        ("3.14 is no item", "3.14 is no item"),
        ("> no quotation", r"\> no quotation"),
        ("text\n====", "text\n\\===="),
        ("***", r"\***"),
        ("_ _ _", r"\_ _ _"),
        ("--- ---", r"\--- ---"),
        ("```", r"\```"),
        ("```text", r"\```text"),
        ("```code``` text", "```code``` text"),
        ("    no code", "no code"),
        ("| no table |", r"\| no table |"),
    ],
)
def test_no_line_of_a_paragraph_begins_a_block(text: str, expected: str) -> None:
    assert paragraph(text) == expected


@given(hostile)
@example("- a\n  ```\n![x](http://evil)")
@example("```\nx\n    ```\n![x](http://evil)")
@example("a ` b\n`![x](u)` c")
@example("\\\\![x](u)")
@example("~~~\n![a](b)\n```\n~~~\n![x](u)")
def test_markdown_of_a_stranger_loads_and_runs_nothing(text: str) -> None:
    assert dangers(inert_markdown(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "# A heading\n\n- item\n  - deeper\n\n> quotation\n\n| a | b |\n| --- | --- |\n| 1 | 2 |",
        "[a](https://h/x) [b](mailto:a@b.c) [c](/near) [d](#here) [e](other.md) <https://h/x>",
        "```html\n<b>![p](http://h/p)</b>\n```",
        "`code` and *emphasis* and a\\<b",
        "[ref]: https://example.org\n\n[text][ref]",
    ],
)
def test_harmless_markdown_stays_as_it_is(text: str) -> None:
    assert inert_markdown(text) == text


@given(st.text(st.sampled_from("`a \n~"), max_size=30), st.sampled_from(["", "json"]))
def test_a_fence_holds_its_text_word_for_word(text: str, language: str) -> None:
    found = [token for token in tokens(fenced(text, language)) if token.type == "fence"]
    assert [token.content for token in found] == [text if text.endswith("\n") else f"{text}\n"]


@given(st.text(st.sampled_from("`a \\!["), min_size=1, max_size=12))
def test_a_code_span_holds_its_text(text: str) -> None:
    line = one_line(text)
    found = [token.content for token in tokens(code_span(text)) if token.type == "code_inline"]
    assert found == ([line] if line else [])


@given(hostile, st.integers(-1, 9))
def test_a_heading_is_one_line_and_its_text(text: str, level: int) -> None:
    found = heading(text, level)
    assert "\n" not in found
    assert dangers(found) == []
    assert bool(found) == bool(one_line(text))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/a b(c)|`", "https://h/a%20b%28c%29%7C%60"),
        (" HTTPS://h ", "HTTPS://h"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("java\nscript:alert(1)", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//h/x", None),
        ("/near", None),
        ("file:///etc/passwd", None),
        ("http://[", None),
        ("https:", None),
    ],
)
def test_links_lead_to_the_web_or_a_mailbox(url: str, expected: str | None) -> None:
    assert safe_url(url) == expected


@given(hostile, hostile)
def test_a_link_is_whole_and_leads_where_it_should(text: str, url: str) -> None:
    found = link(inert(one_line(text), followed=True), f"https://h/{url}")
    assert dangers(found) == []


def test_a_link_without_a_place_is_its_text() -> None:
    assert link("text", "javascript:alert(1)") == "text"
    assert link("", "https://h") == ""


def test_line_endings_are_newlines_and_control_characters_go() -> None:
    assert visible("a\r\nb\rc\0d\x1b[1m\x85\ufeff\ufffe\ud800\te") == "a\nb\ncd[1m\x85\te"


def test_white_space_is_one_blank() -> None:
    assert one_line(" a\u00a0\n\t b\u2028 ") == "a b"


@given(st.text(st.sampled_from("ab_*! .,"), max_size=20).map(str.strip))
def test_plain_words_are_shown_as_they_were(text: str) -> None:
    assert shown(without_code(inert(f"x{text}x"))).replace("*", "").replace("_", "") == (
        f"x{text}x\n".replace("*", "").replace("_", "")
    )
