from __future__ import annotations

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from marksheet_extraction import extract, word_documents
from marksheet_extraction.extracted import Refused
from tests.extraction.making import changed, saved_docx

NUMBERING = f"""<w:numbering {nsdecls("w")}>
<w:abstractNum w:abstractNumId="1">
  <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/></w:lvl>
  <w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="1"/>
  <w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
</w:numbering>"""


def body(xml: str, *, numbering: bool = False) -> str:
    """The Markdown of a document with this content."""

    def fill(document: Document) -> None:
        content = parse_xml(f"<w:body {nsdecls('w', 'wp', 'a', 'r')} {ALSO}>{xml}</w:body>")
        for element in reversed(list(content)):
            document.element.body.insert(0, element)

    parts = {"word/numbering.xml": lambda _: NUMBERING.encode()} if numbering else {}
    return extract(changed(saved_docx(fill), parts)).markdown.strip()


ALSO = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def listed(text: str, list_id: int, level: int) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>')


def test_lists_count_as_word_does() -> None:
    items = [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (3, 0), (3, 0), (9, 0), (0, 0)]
    xml = "".join(listed(f"x{place}", list_id, level) for place, (list_id, level) in enumerate(items))
    assert body(xml, numbering=True) == (
        "3. x0\n    1. x1\n    2. x2\n        - x3\n4. x4\n    1. x5\n5. x6\n7. x7\n8. x8\n\nx9\n\nx10"
    )


def test_headings_are_told_by_style_and_outline() -> None:
    def fill(document: Document) -> None:
        document.add_paragraph("Title", style="Title")
        document.add_heading("Deep", 9)
        derived = document.styles.add_style("Own", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        derived.base_style = document.styles["Heading 3"]
        document.add_paragraph("Derived", style="Own")
        outlined = document.add_paragraph("Outlined")._p.get_or_add_pPr()
        outlined.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
        plain = document.add_paragraph("Body text")._p.get_or_add_pPr()
        plain.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="9"/>'))

    assert extract(saved_docx(fill)).markdown == (
        "# Title\n\n###### Deep\n\n### Derived\n\n## Outlined\n\nBody text\n"
    )


def test_styles_that_are_based_on_each_other_end() -> None:
    def fill(document: Document) -> None:
        one = document.styles.add_style("One", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        other = document.styles.add_style("Other", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        one.base_style, other.base_style = other, one
        document.add_paragraph("text", style="One")

    assert extract(saved_docx(fill)).markdown == "text\n"


def test_what_is_deleted_or_an_instruction_is_left_out_and_what_is_inserted_stays() -> None:
    assert (
        body(
            "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
            "<w:r><w:instrText>PAGE</w:instrText></w:r>"
            "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r></w:p>"
        )
        == "newa\tb\nc-"
    )


def test_a_text_in_pieces_is_escaped_as_one() -> None:
    runs = "".join(f"<w:r><w:t>{piece}</w:t></w:r>" for piece in ("!", "[a]", "(http://h) &lt;", "b&gt;"))
    assert body(f"<w:p>{runs}</w:p>") == r"\![a\](http://h) \<b>"


def test_a_text_box_stands_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
    assert (
        body(
            "<w:p><w:r><w:t>anchor</w:t><mc:AlternateContent>"
            f"<mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        )
        == "anchor\n\nboxed"
    )


def test_boxes_within_boxes_are_each_read_once() -> None:
    xml = paragraph("innermost")
    for depth in range(20):
        xml = f"<w:p><w:r><w:t>{depth}</w:t><w:pict><w:txbxContent>{xml}</w:txbxContent></w:pict></w:r></w:p>"
    assert body(xml).split() == [*map(str, range(19, -1, -1)), "innermost"]


def test_a_table_keeps_its_shape() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    down, again = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    nested = f"<w:tbl><w:tr>{cell('x')}{cell('y')}</w:tr><w:tr>{cell('z')}</w:tr></w:tbl>"
    rows = [
        cell("a") + cell("b", '<w:gridSpan w:val="2"/>'),
        cell("c", down) + f"<w:tc>{paragraph('one')}{nested}{paragraph('two')}</w:tc>" + cell("d|e"),
        cell("ignored", again) + f"<w:sdt><w:sdtContent>{cell('f')}</w:sdtContent></w:sdt>",
        '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell("g"),
    ]
    xml = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    assert body(f"<w:tbl>{xml}</w:tbl>{paragraph('after')}") == (
        "| a | b | b |\n| --- | --- | --- |\n"
        "| c | one<br>x; y<br>z<br>two | d\\|e |\n| c | f |  |\n|  | g |  |"
        "\n\nafter"
    )


def test_a_table_of_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_documents, "MOST_TABLE_CELLS", 5)
    with pytest.raises(Refused, match="more than 5 cells"):
        body('<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="900"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>')


def test_a_document_without_numbering_or_styles_is_read() -> None:
    found = saved_docx(lambda document: document.add_paragraph("text", style="List Number"))
    without = changed(
        found, {"word/styles.xml": lambda xml: xml[: xml.index(b"<w:docDefaults")] + b"</w:styles>"}
    )
    assert extract(without).markdown == "text\n"


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(Refused, match=r"^this Word document has no text$"):
        extract(saved_docx(lambda document: document.add_paragraph(" ")))


def test_qualified_names_are_those_of_word() -> None:
    assert qn("w:p") == "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
