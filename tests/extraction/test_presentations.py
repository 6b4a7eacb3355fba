from __future__ import annotations

import pytest
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.presentation import Presentation
from pptx.util import Inches

from marksheet_extraction import extract, presentations
from marksheet_extraction.extracted import Refused
from tests.extraction.making import saved_pptx

PARAGRAPHS = f"""<p:txBody {nsdecls("p", "a")}><a:bodyPr/>
<a:p><a:pPr><a:buAutoNum type="arabicPeriod" startAt="4"/></a:pPr><a:r><a:t>four</a:t></a:r></a:p>
<a:p><a:pPr lvl="1"><a:buChar char="-"/></a:pPr><a:r><a:t>bullet</a:t></a:r></a:p>
<a:p><a:pPr><a:buAutoNum type="arabicPeriod" startAt="4"/></a:pPr><a:r><a:t>five</a:t></a:r></a:p>
<a:p><a:pPr><a:buNone/></a:pPr><a:r><a:t>one</a:t></a:r><a:br/><a:r><a:t># two</a:t></a:r></a:p>
<a:p><a:r><a:t>!</a:t></a:r><a:r><a:t>[a](b) </a:t></a:r>
<a:fld id="{{0}}" type="x"><a:t>field</a:t></a:fld></a:p>
<a:p/></p:txBody>"""


def only(markdown: str) -> str:
    """What stands below the mark and the heading of the only slide."""
    return markdown.split("\n\n", 2)[2].strip()


def test_paragraphs_are_items_by_their_bullets() -> None:
    def fill(deck: Presentation) -> None:
        box = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_textbox(0, 0, Inches(1), Inches(1))
        box._element.replace(box._element.txBody, parse_xml(PARAGRAPHS))

    assert only(extract(saved_pptx(fill)).markdown) == (
        "4. four\n    - bullet\n5. five\n\none\n\\# two\n\n\\![a\\](b) field"
    )


def test_a_slide_without_a_title_has_its_number() -> None:
    found = extract(
        saved_pptx(lambda deck: [deck.slides.add_slide(deck.slide_layouts[6]) for _ in "ab"] and None)
    )
    assert found.markdown == "<!-- page 1 -->\n\n## Slide 1\n\n<!-- page 2 -->\n\n## Slide 2\n"
    assert found.pages == 2


def test_merged_cells_repeat_their_text_over_rows_and_columns() -> None:
    def fill(deck: Presentation) -> None:
        shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
        table = shapes.add_table(3, 3, 0, 0, Inches(3), Inches(1)).table
        table.cell(0, 0).text, table.cell(2, 2).text = "a", "b"
        table.cell(0, 0).merge(table.cell(1, 1))

    assert only(extract(saved_pptx(fill)).markdown) == (
        "| a | a |  |\n| --- | --- | --- |\n| a | a |  |\n|  |  | b |"
    )


def test_notes_stand_below_the_slide_and_blank_ones_do_not() -> None:
    def fill(deck: Presentation) -> None:
        for text in ("Say it slowly.", " "):
            slide = deck.slides.add_slide(deck.slide_layouts[6])
            slide.notes_slide.notes_text_frame.text = text

    assert extract(saved_pptx(fill)).markdown == (
        "<!-- page 1 -->\n\n## Slide 1\n\n### Notes\n\nSay it slowly.\n\n<!-- page 2 -->\n\n## Slide 2\n"
    )


def test_a_presentation_of_hidden_slides_is_refused() -> None:
    def fill(deck: Presentation) -> None:
        deck.slides.add_slide(deck.slide_layouts[6])._element.set("show", "0")

    with pytest.raises(Refused, match="no slide that is shown"):
        extract(saved_pptx(fill))


def test_too_many_slides_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presentations, "MOST_PAGES", 1)
    with pytest.raises(Refused, match="more than 1 slides"):
        extract(
            saved_pptx(lambda deck: [deck.slides.add_slide(deck.slide_layouts[6]) for _ in "ab"] and None)
        )


def test_too_large_a_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presentations, "MOST_TABLE_CELLS", 3)

    def fill(deck: Presentation) -> None:
        deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_table(2, 2, 0, 0, Inches(1), Inches(1))

    with pytest.raises(Refused, match="more than 3 cells"):
        extract(saved_pptx(fill))
