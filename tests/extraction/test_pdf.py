from __future__ import annotations

import pytest
from reportlab.pdfgen.canvas import Canvas

from marksheet_extraction import extract, pdf, pdf_structure
from marksheet_extraction.extracted import Refused
from marksheet_extraction.pdf_structure import count_pages
from tests.extraction.making import drawn_pdf, one_page_pdf, raw_pdf, stream, write_lines

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
LEAF = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"


def tree(pages: bytes, **others: bytes) -> bytes:
    return raw_pdf({1: CATALOG, 2: pages, **{int(name[1:]): body for name, body in others.items()}})


def test_pages_are_counted_and_not_believed() -> None:
    lying = tree(b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", _3=LEAF)
    assert count_pages(lying) == 1
    nested = tree(
        b"<< /Type /Pages /Kids [3 0 R << /Kids [3 0 R 4 0 R] >> 5 0 R null] /Count 4 >>", _3=LEAF, _4=LEAF
    )
    assert count_pages(nested) == 3


def test_a_page_may_be_there_twice_but_not_a_branch() -> None:
    assert count_pages(tree(b"<< /Kids [3 0 R 3 0 R] /Count 2 >>", _3=LEAF)) == 2
    with pytest.raises(Refused, match="leads back into itself"):
        count_pages(tree(b"<< /Kids [3 0 R 3 0 R] >>", _3=b"<< /Kids [4 0 R] >>", _4=LEAF))


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_structure, "MOST_PAGES", 2)
    assert count_pages(tree(b"<< /Kids [3 0 R 3 0 R] >>", _3=LEAF)) == 2
    with pytest.raises(Refused, match="more than 2 pages"):
        count_pages(tree(b"<< /Kids [3 0 R 3 0 R 3 0 R] >>", _3=LEAF))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-1.7\nstartxref\n99\n%%EOF", raw_pdf({1: b"<< >>"})]
)
def test_what_cannot_be_counted_is_left_to_the_other_reader(content: bytes) -> None:
    assert count_pages(content) is None


def test_text_is_at_the_size_that_it_is_scaled_to() -> None:
    scaled = (
        b"BT /F1 1 Tf 24 0 0 24 72 700 Tm (Large) Tj ET "
        + b"BT /F1 10 Tf 72 600 Td (and the usual text) Tj ET"
    )
    assert (
        extract(one_page_pdf(stream(scaled))).markdown == "<!-- page 1 -->\n\n# Large\n\nand the usual text\n"
    )


def test_letters_beyond_the_first_65536_are_read_with_their_places() -> None:
    # A font whose one letter stands for a picture of the second plane.
    cmap = stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap"
        b" 1 begincodespacerange <00> <FF> endcodespacerange"
        b" 2 beginbfchar <41> <D83DDDFC> <42> <0042> endbfchar endcmap end end"
    )
    content = raw_pdf(
        {
            1: CATALOG,
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
            b" /Resources << /Font << /F1 4 0 R >> >> >>",
            4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
            5: stream(b"BT /F1 12 Tf 72 700 Td (ABB B) Tj 0 -14 Td (BA) Tj ET"),
            6: cmap,
        }
    )
    assert extract(content).markdown == "<!-- page 1 -->\n\n\U0001f5fcBB B B\U0001f5fc\n"


def test_a_blank_page_among_others_is_told_of() -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, ["Here is text."])
        canvas.showPage()

    found = extract(drawn_pdf(draw))
    assert found.markdown == "<!-- page 1 -->\n\nHere is text.\n\n<!-- page 2 -->\n"
    assert found.warnings == ("1 of 2 pages have hardly any text and may be scanned: 2",)


def test_a_few_words_on_a_page_without_pictures_are_its_text() -> None:
    found = extract(drawn_pdf(lambda canvas: write_lines(canvas, ["Hello"]) and None))
    assert (found.markdown, found.warnings) == ("<!-- page 1 -->\n\nHello\n", ())


def test_a_page_that_cannot_be_read_is_told_of_and_left_out() -> None:
    content = raw_pdf(
        {
            1: CATALOG,
            2: b"<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
            b" /Resources << /Font << /F1 4 0 R >> >> >>",
            4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            5: stream(b"BT /F1 12 Tf 72 700 Td (Here is text.) Tj ET"),
            6: b"<< /Type /Nothing >>",
        }
    )
    found = extract(content)
    assert found.pages == 2
    assert "Here is text." in found.markdown
    assert len(found.warnings) == 1


def test_a_pdf_without_pages_is_damaged() -> None:
    with pytest.raises(Refused, match="damaged"):
        extract(tree(b"<< /Type /Pages /Kids [] /Count 0 >>"))


def test_too_much_text_is_refused_before_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LONGEST_MARKDOWN", 10)
    with pytest.raises(Refused, match="more than 10 characters"):
        extract(drawn_pdf(lambda canvas: write_lines(canvas, ["Here is more text."]) and None))


def test_numbers_of_many_pages_are_cut() -> None:
    assert pdf._numbers(list(range(1, 13))) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"
