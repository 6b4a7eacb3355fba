"""Documents of every kind, good and hostile, each made here, with what must become of it."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image
from pptx.util import Inches
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader

from tests.extraction.making import (
    added,
    changed,
    column,
    drawn_pdf,
    one_page_pdf,
    overlapping,
    prose,
    raw_pdf,
    saved_docx,
    saved_pptx,
    saved_xlsx,
    stream,
    with_declared_size,
    with_flag,
    write_lines,
    zipped,
)

DOCTYPE = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
DECLARATION = re.compile(rb"^<\?xml[^>]*\?>\s*")


@dataclass(frozen=True)
class Sample:
    """A document, and what must become of it."""

    name: str
    """Under which it is uploaded."""
    make: Callable[[], bytes]
    mime: str = ""
    fragments: tuple[str, ...] = ()
    """What the Markdown contains, in this order."""
    absent: tuple[str, ...] = ()
    """What it does not contain."""
    pages: int | None = None
    warning: str = ""
    """A pattern of the only warning; "" for none."""
    refused: str = ""
    """A pattern of the reason; "" for a document that is read."""


READ: dict[str, Sample] = {}
REFUSED: dict[str, Sample] = {}

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

Maker = Callable[[], bytes]


def read(
    name: str,
    mime: str,
    *fragments: str,
    absent: tuple[str, ...] = (),
    pages: int | None = None,
    warning: str = "",
) -> Callable[[Maker], Maker]:
    """A document that is read, with these fragments in this order."""

    def add(make: Maker) -> Maker:
        READ[make.__name__] = Sample(name, make, mime, fragments, absent, pages, warning)
        return make

    return add


def refused(name: str, reason: str) -> Callable[[Maker], Maker]:
    """A document that is refused for this reason, a pattern."""

    def add(make: Maker) -> Maker:
        REFUSED[make.__name__] = Sample(name, make, refused=reason)
        return make

    return add


# ------------------------------------------------------------------------------------------------ text


@read("Übersicht 灯台 🗼.txt", "text/plain", "Der Turm heißt 灯台.", "Zweite Zeile")
def plain_text() -> bytes:
    return "Der Turm heißt 灯台.\r\n\r\nZweite Zeile\r".encode()


@read("old.txt", "text/plain", "Größe – fünf €", warning="not UTF-8")
def windows_text() -> bytes:
    return "Größe – fünf €\n".encode("cp1252")


@read("wide.txt", "text/plain", "Größe 灯台")
def utf16_text() -> bytes:
    return b"\xff\xfe" + "Größe 灯台\n".encode("utf-16-le")


@read("lamps.pdf", "text/plain", "Only the name says PDF.")
def text_named_pdf() -> bytes:
    return b"Only the name says PDF. The format begins with %PDF-1.7.\n"


@read(
    "notes.md",
    "text/markdown",
    "# Lamps",
    r"\![map](https://tracker.example/a.png)",
    r"\<script>",
    "[guide](https://example.org/guide)",
    "![code](stays)",
    absent=("\n![map", "\n<script", "[bad]("),
)
def markdown() -> bytes:
    return (
        b"# Lamps\n\n![map](https://tracker.example/a.png)\n<script>alert(1)</script>\n\n"
        b"[guide](https://example.org/guide) [bad](javascript:alert(1))\n\n```\n![code](stays)\n```\n"
    )


@read(
    "lamps.csv",
    "text/csv",
    "| Lamp | Note | Range |",
    "| --- | --- | --- |",
    r"| Nord \| Süd | two<br>lines, and a comma | 12 |",
    '| "Eck" |  |  |',
)
def csv_with_semicolons() -> bytes:
    return '\ufeffLamp;Note;Range\r\nNord | Süd;"two\r\nlines, and a comma";12\r\n"""Eck"""\r\n'.encode()


@read("lamps.tsv", "text/csv", "| Lamp | Range, nm |", "| North | 12 |")
def tab_separated() -> bytes:
    return b"Lamp\tRange, nm\nNorth\t12\n"


@read(
    "long.csv", "text/csv", "| a | b |", "| x", "x | 1 |", warning="of 60,001 rows the first 50,000 were kept"
)
def long_csv() -> bytes:
    return b"a,b\n" + b"x" * 500_000 + b",1\n" + b"short,2\n" * 59_999


@read("data.json", "application/json", "```json", '{"a": [1, 2.50, "``"],', ' "b": "<b>"}', "```")
def json_object() -> bytes:
    return b'{"a": [1, 2.50, "``"],\n "b": "<b>"}\n'


@read("rows.jsonl", "application/jsonl", '```json\n{"a": 1}\n\n[2]\n```')
def json_lines() -> bytes:
    return b'{"a": 1}\n\n[2]\n'


@read(
    "page.html",
    "text/html",
    "# Lamps & more",
    "A [guide](https://example.org/a%20b) and a trap.",
    "A picture of a lamp",
    "- North\n  - first\n  - second\n- South",
    "1. one\n2. two",
    "| Lamp | Range | Range |",
    "| North | 12 \\| 13 | nm |\n| North | 14 | nm |",
    "```\nif a < b:\n    go\n```",
    r"\<img src=x> stays a text",
    absent=(
        "alert",
        "color",
        "tracker",
        "javascript:",
        "hidden words",
        "comment",
        '<img src="',
        "![",
        "frame",
    ),
)
def web_page() -> bytes:
    return b"""<!DOCTYPE html><html><head><title>t</title><style>p {color: red}</style><meta charset=utf-8>
<link rel=stylesheet href="https://tracker.example/a.css"><body onload="alert(1)">
<h1>Lamps &amp; more</h1><script>alert("<p>x</p>")</script><!-- comment -->
<p>A <a href="https://example.org/a b" onclick="alert(2)">guide</a>
and a <a href=" javascript:alert(3)">trap</a>.
<p hidden>hidden words</p><div style="display: none"><p>hidden words</div>
<img src="https://tracker.example/pixel.png" alt="A picture of a lamp"><img src="https://tracker.example/b.png">
<iframe src="https://tracker.example">frame</iframe><svg><text>hidden words</text></svg>
<ul><li>North<ul><li>first<li>second</ul><li>South</ul><ol><li>one<li>two</ol>
<table><tr><th>Lamp<th colspan=2>Range<tr><td rowspan=2>North<td>12 | 13<td>nm<tr><td>14<td>nm</table>
<pre>if a &lt; b:
    go</pre><p>&lt;img src=x&gt; stays a text
"""


@read("deep.html", "text/html", "innermost", "after")
def deep_web_page() -> bytes:
    return b"<html>" + b"<div><b>" * 50_000 + b"innermost" + b"</b></div>" * 50_000 + b"<p>after"


@read("wide.html", "text/html", "first", "**a****a**", "last")
def web_page_of_one_paragraph() -> bytes:
    return b"<html>first " + b"<b>a</b>" * 200_000 + b" last"


# ------------------------------------------------------------------------------------------------ DOCX


@read(
    "Lampen – Übersicht.docx",
    DOCX,
    "# Lamps",
    "First paragraph, with a [guide](https://example.org/guide) and a trap.",
    "## Kinds",
    "- bright\n    - very bright\n        - blinding\n- dim",
    "1. climb\n    1. breathe\n    2. rest\n2. trim",
    "| Lamp | Range | Range |\n| --- | --- | --- |\n",
    "| North \\| Cape | 12 | nm |\n| North \\| Cape | 14 | nm |",
    r"\# After the table",
    r"Markup stays text: \<b> and \![x\](y)",
    "in the control",
    "kept [1]",
    "[1] The note below.",
    absent=("deleted words", "javascript:"),
)
def word_document() -> bytes:
    return saved_docx(_fill_document)


def _fill_document(document: object) -> None:
    from docx.document import Document

    assert isinstance(document, Document)
    document.add_heading("Lamps", 1)
    paragraph = document.add_paragraph("First paragraph, with a ")
    _hyperlink(
        paragraph._p,
        document.part.relate_to("https://example.org/guide", RELATIONSHIP_TYPE.HYPERLINK, True),
        "guide",
    )
    paragraph.add_run(" and a ")
    _hyperlink(
        paragraph._p,
        document.part.relate_to("javascript:alert(1)", RELATIONSHIP_TYPE.HYPERLINK, True),
        "trap",
    )
    paragraph.add_run(".")
    document.add_heading("Kinds", 2)
    for text, style in (("bright", ""), ("very bright", " 2"), ("blinding", " 3"), ("dim", "")):
        document.add_paragraph(text, style=f"List Bullet{style}")
    for text, level in (("climb", 0), ("breathe", 1), ("rest", 1), ("trim", 0)):
        _listed(document.add_paragraph(text)._p, _numbered_list(document), level)
    table = document.add_table(3, 3)
    texts = (("Lamp", "Range", ""), ("North | Cape", "12", "nm"), ("", "14", "nm"))
    for row, line in enumerate(texts):
        for place, text in enumerate(line):
            table.cell(row, place).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_paragraph("# After the table")
    document.add_paragraph("Markup stays text: <b> and ![x](y)")
    body = document.element.body
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    control.append(content)
    content.append(document.add_paragraph("in the control")._p)
    body.insert(len(body) - 1, control)
    deleted = document.add_paragraph("kept ")
    removed = OxmlElement("w:del")
    removed.append(_run("deleted words", "w:delText"))
    deleted._p.append(removed)
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), "2")
    noted = OxmlElement("w:r")
    noted.append(reference)
    deleted._p.append(noted)
    _footnotes(document)


def _run(text: str, tag: str = "w:t") -> object:
    run, element = OxmlElement("w:r"), OxmlElement(tag)
    element.text = text
    run.append(element)
    return run


def _hyperlink(paragraph: object, relation: str, text: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    link.append(_run(text))
    paragraph.append(link)  # type: ignore[attr-defined]


def _numbered_list(document: object) -> str:
    """The id of a list with numbers at every level, made once."""
    numbering = document.part.numbering_part.element  # type: ignore[attr-defined]
    if numbering.find(f"{qn('w:num')}[@{qn('w:numId')}='99']") is None:
        abstract = OxmlElement("w:abstractNum")
        abstract.set(qn("w:abstractNumId"), "99")
        for level in range(3):
            element = OxmlElement("w:lvl")
            element.set(qn("w:ilvl"), str(level))
            for tag, value in (("w:start", "1"), ("w:numFmt", "decimal")):
                child = OxmlElement(tag)
                child.set(qn("w:val"), value)
                element.append(child)
            abstract.append(element)
        numbering.insert(0, abstract)
        numbered = OxmlElement("w:num")
        numbered.set(qn("w:numId"), "99")
        refers = OxmlElement("w:abstractNumId")
        refers.set(qn("w:val"), "99")
        numbered.append(refers)
        numbering.append(numbered)
    return "99"


def _listed(paragraph: object, list_id: str, level: int) -> None:
    properties = paragraph.get_or_add_pPr().get_or_add_numPr()  # type: ignore[attr-defined]
    properties.get_or_add_numId().val = int(list_id)
    properties.get_or_add_ilvl().val = level


def _footnotes(document: object) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    xml = (
        '<?xml version="1.0"?><w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:footnote w:id="2"><w:p><w:r><w:t>The note below.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    package = document.part.package  # type: ignore[attr-defined]
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)  # type: ignore[attr-defined]


@read("chart.docx", DOCX, "with a workbook inside")
def word_document_with_a_workbook() -> bytes:
    document = saved_docx(lambda document: document.add_paragraph("with a workbook inside"))
    return added(document, "word/embeddings/Microsoft_Excel_Worksheet.xlsx", zipped({"a": b"b"}))


# ------------------------------------------------------------------------------------------------ XLSX


@read(
    "Lampen.xlsx",
    XLSX,
    "## Türme & Lampen",
    "| Lamp | Built | Range | Lit |",
    "| North \\| Cape | 1899-04-01 | 12.5 | TRUE |",
    "| a<br>b | 2026-01-02T03:04:05 | 0.3 | FALSE |",
    "| merged | merged | 7 |  |",
    "| merged | merged | 8 |  |",
    "## Second",
    "| only |",
    absent=("secret", "SUM"),
    warning='hidden sheets were left out: "Hidden"',
)
def workbook() -> bytes:
    def fill(book: object) -> None:
        sheet = book.active  # type: ignore[attr-defined]
        sheet.title = "Türme & Lampen"
        for row in (
            ["Lamp", "Built", "Range", "Lit"],
            ["North | Cape", date(1899, 4, 1), 12.5, True],
            ["a\nb", datetime.fromisoformat("2026-01-02T03:04:05"), 0.1 + 0.2, False],
            [],
            ["merged", None, 7],
            [None, None, 8],
        ):
            sheet.append(row)
        sheet.move_range("A1:D6", rows=2, cols=1)
        sheet.merge_cells("B7:C8")
        sheet["B7"] = "merged"
        hidden = book.create_sheet("Hidden")  # type: ignore[attr-defined]
        hidden["A1"] = "secret"
        hidden.sheet_state = "hidden"
        book.create_sheet("Second")["C9"] = "only"  # type: ignore[attr-defined]
        book.create_sheet("Empty")  # type: ignore[attr-defined]

    return saved_xlsx(fill)


@read(
    "sum.xlsx",
    XLSX,
    "| total |",
    "| 3 |",
    absent=("SUM",),
    warning="formulas without a saved value are blank: 1",
)
def workbook_with_formulas() -> bytes:
    def fill(book: object) -> None:
        sheet = book.active  # type: ignore[attr-defined]
        sheet["A1"], sheet["A2"], sheet["A3"] = "total", "=SUM(1,2)", "=SUM(4,5)"

    # openpyxl saves no values, so the first is put in by hand.
    return changed(
        saved_xlsx(fill),
        {
            "xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"<v></v>", b"<v>3</v>", 1).replace(
                b"<v />", b"<v>3</v>", 1
            )
        },
    )


@read(
    "lie.xlsx",
    XLSX,
    "| first |",
    "| last |",
    warning=r'sheet "Sheet": of 1,048,576 rows the first 50,000 were kept',
)
def workbook_that_claims_a_million_rows() -> bytes:
    def fill(book: object) -> None:
        sheet = book.active  # type: ignore[attr-defined]
        assert isinstance(sheet, Worksheet)
        sheet["A1"], sheet["A40000"], sheet["A1048576"] = "first", "last", "cut"

    return changed(
        saved_xlsx(fill),
        {
            "xl/worksheets/sheet1.xml": lambda xml: re.sub(
                rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml
            )
        },
    )


# ------------------------------------------------------------------------------------------------ PPTX


@read(
    "Vortrag.pptx",
    PPTX,
    "<!-- page 1 -->",
    "## Lamps",
    "- bright\n    - very bright\n- dim",
    "### Notes",
    "Say it slowly.",
    "<!-- page 3 -->",
    "## Slide 3",
    "| Lamp | Range |",
    "| both | both |",
    "In a group",
    "A [guide](https://example.org/guide)",
    absent=("secret", "page 2"),
    pages=3,
    warning="hidden slides were left out: 2",
)
def presentation() -> bytes:
    def fill(deck: object) -> None:
        slides, layouts = deck.slides, deck.slide_layouts  # type: ignore[attr-defined]
        first = slides.add_slide(layouts[1])
        first.shapes.title.text = "Lamps"
        frame = first.placeholders[1].text_frame
        frame.text = "bright"
        for text, level in (("very bright", 1), ("dim", 0)):
            added_paragraph = frame.add_paragraph()
            added_paragraph.text, added_paragraph.level = text, level
        first.notes_slide.notes_text_frame.text = "Say it slowly."
        hidden = slides.add_slide(layouts[1])
        hidden.shapes.title.text = "secret"
        hidden.element.set("show", "0")
        third = slides.add_slide(layouts[6])
        table = third.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
        table.cell(0, 0).text, table.cell(0, 1).text, table.cell(1, 0).text = "Lamp", "Range", "both"
        table.cell(1, 0).merge(table.cell(1, 1))
        group = third.shapes.add_group_shape()
        group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "In a group"
        paragraph = third.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.paragraphs[0]
        paragraph.add_run().text = "A "
        run = paragraph.add_run()
        run.text = "guide"
        run.hyperlink.address = "https://example.org/guide"

    return saved_pptx(fill)


# ------------------------------------------------------------------------------------------------ PDF


@read(
    "report.pdf",
    PDF,
    "<!-- page 1 -->",
    "# Report of the lamps",
    "The lamp is lit at dusk by the keeper, who climbs the stairs with a can of oil, as illuminated on every",
    "## Kinds",
    "- bright\n    - very bright\n- dim",
    "| Lamp | Range | Height |",
    "| South light | 9 nm | 22 m |",
    "<!-- page 2 -->",
    r"Second page, with \<b>.",
    pages=2,
)
def report() -> bytes:
    def draw(canvas: object) -> None:
        canvas.setFont("Helvetica-Bold", 20)  # type: ignore[attr-defined]
        canvas.drawString(72, 780, "Report of the lamps")  # type: ignore[attr-defined]
        top = write_lines(
            canvas,  # type: ignore[arg-type]
            [
                "The lamp is lit at dusk by the keeper, who climbs the stairs with a can of oil, as illumi-",
                "nated on every day.",
            ],
            top=750,
        )
        top = write_lines(canvas, ["Kinds"], top=top - 12, size=14)  # type: ignore[arg-type]
        for text, left in (("bright", 72), ("very bright", 92), ("dim", 72)):
            top = write_lines(canvas, [f"• {text}"], left=left, top=top)  # type: ignore[arg-type]
        top -= 20
        for row in (("Lamp", "Range", "Height"), ("North", "12 nm", "30 m"), ("South light", "9 nm", "22 m")):
            for place, text in enumerate(row):
                write_lines(canvas, [text], left=72 + 100 * place, top=top)  # type: ignore[arg-type]
            top -= 14
        canvas.showPage()  # type: ignore[attr-defined]
        write_lines(canvas, ["Second page, with <b>."])  # type: ignore[arg-type]

    return drawn_pdf(draw)


@read(
    "columns.pdf",
    PDF,
    "# Two columns",
    "L1 ",
    "L15 ",
    "L30 ",
    "R1 ",
    "R15 ",
    "R30 ",
    "Foot of the page",
    pages=1,
)
def two_columns_written_line_by_line() -> bytes:
    def draw(canvas: object) -> None:
        write_lines(canvas, ["Two columns"], top=800, size=20)  # type: ignore[arg-type]
        top = 760.0
        for left, right in zip(column(1, "L"), column(2, "R"), strict=True):
            write_lines(canvas, [left], left=60, top=top)  # type: ignore[arg-type]
            write_lines(canvas, [right], left=315, top=top)  # type: ignore[arg-type]
            top -= 12
        write_lines(canvas, ["Foot of the page"], left=260, top=40)  # type: ignore[arg-type]

    return drawn_pdf(draw)


@read("columns.pdf", PDF, "L1 ", "L15 ", "L30 ", "R1 ", "R15 ", "R30 ", pages=1)
def two_columns_written_one_after_the_other() -> bytes:
    def draw(canvas: object) -> None:
        write_lines(canvas, column(1, "L"), left=60)  # type: ignore[arg-type]
        write_lines(canvas, column(2, "R"), left=315, top=766)  # type: ignore[arg-type]

    return drawn_pdf(draw)


@read("sideways.pdf", PDF, "S1 ", "S2 ", "S12 ", pages=1)
def sideways() -> bytes:
    def draw(canvas: object) -> None:
        canvas.translate(500, 100)  # type: ignore[attr-defined]
        canvas.rotate(90)  # type: ignore[attr-defined]
        write_lines(canvas, column(1, "S", 12), left=0, top=0)  # type: ignore[arg-type]

    return drawn_pdf(draw)


@read(
    "long.pdf",
    PDF,
    "<!-- page 1 -->",
    "<!-- page 100 -->",
    "P100-1 ",
    "<!-- page 200 -->",
    "P200-50 ",
    pages=200,
)
def two_hundred_pages() -> bytes:
    def draw(canvas: object) -> None:
        for page in range(1, 201):
            if page > 1:
                canvas.showPage()  # type: ignore[attr-defined]
            write_lines(canvas, [f"P{page}-{row} {' '.join(prose(13, row))}" for row in range(1, 51)])  # type: ignore[arg-type]

    return drawn_pdf(draw)


def _picture() -> ImageReader:
    return ImageReader(Image.effect_noise((40, 40), 50))


@read(
    "partly.pdf",
    PDF,
    "<!-- page 1 -->",
    "Here is text",
    "<!-- page 2 -->",
    "<!-- page 3 -->",
    pages=3,
    warning="2 of 3 pages have hardly any text and may be scanned: 2, 3",
)
def partly_scanned() -> bytes:
    def draw(canvas: object) -> None:
        write_lines(canvas, ["Here is text, and more than a little of it."])  # type: ignore[arg-type]
        for number in (2, 3):
            canvas.showPage()  # type: ignore[attr-defined]
            canvas.drawImage(_picture(), 0, 0, 595, 842)  # type: ignore[attr-defined]
            write_lines(canvas, [f"- {number} -"])  # type: ignore[arg-type]

    return drawn_pdf(draw)


@read("changes.pdf", PDF, "Nobody may change this, everybody may read it.", pages=1)
def protected_against_changes() -> bytes:
    encryption = StandardEncryption("", ownerPassword="owner", canModify=0)
    return drawn_pdf(
        lambda canvas: write_lines(canvas, ["Nobody may change this, everybody may read it."]) and None,
        encryption=encryption,
    )


@read("mended.pdf", PDF, "The table of places is wrong.", pages=1)
def wrong_table_of_places() -> bytes:
    return one_page_pdf(stream(b"BT /F1 12 Tf 72 700 Td (The table of places is wrong.) Tj ET"), xref=False)


@read("report.txt", PDF, "A PDF by any name.", pages=1)
def pdf_named_txt() -> bytes:
    return drawn_pdf(lambda canvas: write_lines(canvas, ["A PDF by any name."]) and None)


# ------------------------------------------------------------------------------------------------ no
# documents


@refused("empty.txt", "^the file is empty$")
def empty() -> bytes:
    return b""


@refused("blank.md", "^the file is blank$")
def blank() -> bytes:
    return b"\xef\xbb\xbf \n\t\r\n"


@refused("picture.pdf", "^this is a PNG picture; documents are PDF, DOCX,")
def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    return buffer.getvalue()


@refused("drawing.html", "^this is an SVG picture")
def drawing() -> bytes:
    return b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><text>a</text></svg>'


@refused("lamp.docx", "^this is a program")
def program() -> bytes:
    return b"MZ\x90\0\3\0\0\0" + bytes(200)


@refused("lamp.txt", "^this is a gzip archive")
def gzip_archive() -> bytes:
    return b"\x1f\x8b\x08" + bytes(40)


@refused("lamp.docx", "^this is a ZIP archive; ")
def zip_archive() -> bytes:
    return zipped({"lamp.txt": b"North"})


@refused("lamp.odt", "^this is an OpenDocument file")
def open_document() -> bytes:
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"})


@refused("lamp.doc", "^this is an Office file in its old binary form")
def old_word_document() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le")


@refused("lamp.docx", "^this is an Office file that is protected with a password")
def protected_word_document() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")


@refused("lamp.docx", "^this is an Office file with macros")
def word_document_with_macros() -> bytes:
    return changed(
        _document(),
        {
            "[Content_Types].xml": lambda xml: xml.replace(
                b"openxmlformats-officedocument.wordprocessingml.document.main+xml",
                b"ms-word.document.macroEnabled.main+xml",
            )
        },
    )


@refused("lamp.rtf", "^this is an RTF document")
def rtf() -> bytes:
    return rb"{\rtf1\ansi North}"


@refused("lamp.txt", "^the file is neither a known kind of document nor text$")
def binary() -> bytes:
    return b"North\0\1\2\3" * 50


@refused("lamp.txt", "^the file is larger than 50 MiB")
def too_large() -> bytes:
    return b"North\n" * (9 << 20)


@refused("lamp.txt", "^it has more than 10,000,000 characters of text$")
def too_long() -> bytes:
    return b"North\n" * 2_000_000


@refused("lamp.json", "^it is not valid JSON: line 1, column 9")
def broken_json() -> bytes:
    return b'{"a": 1,\n'


@refused("lamp.json", "more than 200 deep")
def deep_json() -> bytes:
    return b"[" * 100_000 + b"]" * 100_000


@refused("lamp.csv", "^a field of the CSV file is longer than 1,000,000 characters$")
def huge_csv_field() -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["a", "b"], ["x" * 1_200_000, json.dumps({})]])
    return buffer.getvalue().encode()


# ------------------------------------------------------------------------------------------------ hostile
# archives


def _document() -> bytes:
    return saved_docx(lambda document: document.add_paragraph("North"))


@refused("bomb.docx", "^it unpacks to far more than it holds")
def bomb_of_one_part() -> bytes:
    return changed(
        _document(), {"word/document.xml": lambda xml: xml.replace(b"North", b"North " * 4_000_000)}
    )


@refused("bomb.docx", "^it unpacks to far more than it holds")
def bomb_that_declares_little() -> bytes:
    return with_declared_size(
        added(_document(), "word/media/a.bin", bytes(20_000_000)), "word/media/a.bin", 1000
    )


@refused("bomb.docx", "^it unpacks to far more than it holds")
def bomb_of_many_parts() -> bytes:
    # Each alone may be packed this well, together they are 300 MB.
    return zipped({f"word/media/{number}.bin": bytes(1_000_000) for number in range(300)})


@refused("bomb.docx", "^it holds more than 5,000 files$")
def bomb_of_entries() -> bytes:
    return zipped({f"word/{number}": b"" for number in range(5_001)})


@refused("bomb.docx", "^it holds two files of the same name$")
def bomb_of_overlapping_files() -> bytes:
    return overlapping(500, 200_000)


@refused("bomb.docx", r"^it holds an archive within it \(a ZIP archive\)$")
def nested_archive() -> bytes:
    return added(_document(), "word/media/inner.bin", zipped({"a": b"b"}))


@refused("lamp.docx", "^it holds files whose names lead out of it$")
def traversing_name() -> bytes:
    return added(_document(), "word/../../../tmp/lamp", b"North")


@refused("lamp.docx", "^it holds files whose names lead out of it$")
def absolute_name() -> bytes:
    return added(_document(), "/tmp/lamp", b"North")


@refused("lamp.docx", "^it holds two files of the same name$")
def doubled_name() -> bytes:
    return added(_document(), "word/Document.xml", b"<a/>")


@refused("lamp.docx", "^it is protected with a password$")
def encrypted_entry() -> bytes:
    return with_flag(_document(), "word/document.xml", 1)


@refused("lamp.docx", "^the file is damaged: it is not a whole ZIP archive")
def cut_archive() -> bytes:
    document = _document()
    return document[: len(document) // 2]


@refused("lamp.docx", "^the file is damaged: a part of it cannot be unpacked$")
def scrambled_archive() -> bytes:
    document = bytearray(_document())
    document[60:90] = b"\xff" * 30
    return bytes(document)


@refused("lamp.docx", "^this Word document is damaged and cannot be read$")
def word_document_without_text() -> bytes:
    return changed(_document(), {"word/document.xml": lambda _: b"<nothing/>"})


# ------------------------------------------------------------------------------------------------ hostile XML


def _declared(xml: bytes) -> bytes:
    return DECLARATION.sub(b"", xml)


@refused("lamp.docx", "DOCTYPE")
def doctype_in_a_word_document() -> bytes:
    return changed(_document(), {"word/document.xml": lambda xml: DOCTYPE.encode() + _declared(xml)})


@refused("lamp.xlsx", "DOCTYPE")
def doctype_in_a_workbook() -> bytes:
    book = saved_xlsx(lambda book: book.active.append(["North"]))  # type: ignore[union-attr]
    return changed(book, {"xl/worksheets/sheet1.xml": lambda xml: b"\n" + DOCTYPE.encode() + _declared(xml)})


@refused("lamp.pptx", "DOCTYPE")
def doctype_in_a_presentation_in_utf16() -> bytes:
    deck = saved_pptx(lambda deck: deck.slides.add_slide(deck.slide_layouts[6]) and None)
    return changed(
        deck,
        {
            "ppt/slides/slide1.xml": lambda xml: (
                b"\xff\xfe" + (DOCTYPE + _declared(xml).decode()).encode("utf-16-le")
            )
        },
    )


@refused("lamp.docx", "DOCTYPE")
def external_entity_in_relationships() -> bytes:
    doctype = b'<!DOCTYPE r SYSTEM "file:///etc/passwd">'
    return changed(_document(), {"word/_rels/document.xml.rels": lambda xml: doctype + _declared(xml)})


@refused("lamp.docx", "^a part of it is not well-formed XML$")
def xml_in_utf32() -> bytes:
    return changed(
        _document(),
        {"word/document.xml": lambda xml: (DOCTYPE + _declared(xml).decode()).encode("utf-32")},
    )


@refused("lamp.docx", "more than 256 deep")
def deep_xml() -> bytes:
    return changed(
        _document(),
        {
            "word/document.xml": lambda xml: xml.replace(
                b"<w:body>", b"<w:body>" + b"<w:sdt>" * 300 + b"</w:sdt>" * 300
            )
        },
    )


# ------------------------------------------------------------------------------------------------ hostile PDF


@refused("scan.pdf", "^this PDF is scanned: its pages are pictures without text; run text recognition first$")
def scanned() -> bytes:
    def draw(canvas: object) -> None:
        for number in range(1, 4):
            if number > 1:
                canvas.showPage()  # type: ignore[attr-defined]
            canvas.drawImage(_picture(), 0, 0, 595, 842)  # type: ignore[attr-defined]

    return drawn_pdf(draw)


@refused("scan.pdf", "^this PDF is scanned")
def scanned_with_page_numbers() -> bytes:
    def draw(canvas: object) -> None:
        canvas.drawImage(_picture(), 0, 0, 595, 842)  # type: ignore[attr-defined]
        write_lines(canvas, ["- 1 -"])  # type: ignore[arg-type]

    return drawn_pdf(draw)


@refused("secret.pdf", "^this PDF is protected with a password$")
def encrypted_pdf() -> bytes:
    encryption = StandardEncryption("user", ownerPassword="owner")
    return drawn_pdf(lambda canvas: write_lines(canvas, ["North"]) and None, encryption=encryption)


@refused("loop.pdf", "^this PDF is damaged: its list of pages leads back into itself$")
def looping_page_tree() -> bytes:
    return raw_pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 1 >>",
        }
    )


@refused("tree.pdf", "^this PDF is damaged: its list of pages leads back into itself$")
def page_tree_that_doubles() -> bytes:
    branches = {
        number: b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % (number + 1, number + 1)
        for number in range(2, 60)
    }
    page = {60: b"<< /Type /Page /MediaBox [0 0 9 9] >>"}
    return raw_pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>", **branches, **page})


@refused("many.pdf", "^this PDF has more than 2,000 pages$")
def ten_thousand_pages() -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 10_003))
    pages = dict.fromkeys(range(3, 10003), b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>")
    tree = b"<< /Type /Pages /Kids [%b] /Count 10000 >>" % kids
    return raw_pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: tree, **pages})


@refused("cut.pdf", "^this PDF is damaged and cannot be read$")
def cut_pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog"


@refused("bomb.pdf", "^(it needs more memory than is allowed|the reader crashed on it)$")
def pdf_bomb() -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(1024)) + packer.flush()
    return one_page_pdf(stream(packed, deflated=True))
