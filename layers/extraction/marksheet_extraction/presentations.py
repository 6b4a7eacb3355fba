"""PPTX: a page for every slide, with its title, its text in the levels of its lists, its tables and its
notes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pptx
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.oxml.ns import qn

from marksheet_extraction.blocks import item, joined
from marksheet_extraction.extracted import Extracted, Refused, page_mark
from marksheet_extraction.limits import MOST_PAGES, MOST_TABLE_CELLS
from marksheet_extraction.markup import heading, inert, link, literal_starts, one_line, visible
from marksheet_extraction.office_files import PPTX
from marksheet_extraction.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BULLETED = (
    PP_PLACEHOLDER.BODY,
    PP_PLACEHOLDER.OBJECT,
    PP_PLACEHOLDER.VERTICAL_BODY,
    PP_PLACEHOLDER.VERTICAL_OBJECT,
)
"""Placeholders whose paragraphs have bullets unless they say otherwise."""
_PASSED_OVER = (
    PP_PLACEHOLDER.DATE,
    PP_PLACEHOLDER.FOOTER,
    PP_PLACEHOLDER.HEADER,
    PP_PLACEHOLDER.SLIDE_NUMBER,
)


def read(content: bytes) -> Extracted:
    """The slides in their order, each after its page mark and with a heading; hidden ones are left out.

    What is in pictures, charts and diagrams is left out, and so are dates, footers and slide numbers. Raises
    `Refused` for more than `MOST_PAGES` slides, and what python-pptx raises for a file that is not what it
    says.
    """
    slides = pptx.Presentation(io.BytesIO(content)).slides
    if len(slides) > MOST_PAGES:
        raise Refused(f"it has more than {MOST_PAGES:,} slides")
    blocks: list[str] = []
    hidden: list[int] = []
    for number, slide in enumerate(slides, 1):
        if slide.element.get("show") in ("0", "false"):
            hidden.append(number)
        else:
            blocks += [page_mark(number), *_slide(slide, number)]
    if len(hidden) == len(slides):
        raise Refused("this presentation has no slide that is shown")
    warnings: tuple[str, ...] = ()
    if hidden:
        named = ", ".join(map(str, hidden[:10])) + (
            f" and {len(hidden) - 10} more" if len(hidden) > 10 else ""
        )
        warnings = (f"hidden slides were left out: {named}",)
    return Extracted(PPTX, joined(blocks), pages=len(slides), warnings=warnings)


def _slide(slide: Any, number: int) -> Iterator[str]:
    title = slide.shapes.title
    named = one_line(title.text_frame.text) if title is not None and title.has_text_frame else ""
    yield heading(named or f"Slide {number}", 2)
    yield from _shapes(slide.shapes, None if title is None else title.shape_id)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        notes = list(_text(frame, slide.notes_slide.part, bulleted=False))
        if notes:
            yield heading("Notes", 3)
            yield from notes


def _shapes(shapes: Iterable[Any], title: int | None) -> Iterator[str]:
    """Markdown of shapes in the order in which a screen reader reads them, which is that of the file."""
    for shape in shapes:
        kind = shape.placeholder_format.type if shape.is_placeholder else None
        if shape.shape_id == title or kind in _PASSED_OVER:
            continue
        if shape.has_text_frame:
            yield from _text(shape.text_frame, shape.part, bulleted=kind in _BULLETED)
        elif shape.has_table:
            yield table(_grid(shape.table, shape.part))
        elif shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from _shapes(shape.shapes, title)


def _text(frame: Any, part: Any, *, bulleted: bool) -> Iterator[str]:
    """Paragraphs and list items of a text frame."""
    counts: dict[int, int] = {}
    for element in frame._txBody.iterchildren(qn("a:p")):
        text = _inline(element, part)
        if not text.strip():
            continue
        properties = element.find(qn("a:pPr"))
        level = _number(properties, "lvl", 0)
        marker = _marker(properties, bulleted)
        if marker is None:
            counts.clear()
            yield literal_starts("\n".join(line.strip() for line in text.strip().split("\n")))
            continue
        for deeper in [known for known in counts if known > level]:
            del counts[deeper]
        if marker != "-":
            counts[level] = counts.get(level, int(marker) - 1) + 1
            marker = f"{counts[level]}."
        yield item(text, marker, level)


def _marker(properties: Any, bulleted: bool) -> str | None:
    """`-` for a bullet, the first number of a numbered list as digits, None for what is no item."""
    if properties is not None:
        if properties.find(qn("a:buNone")) is not None:
            return None
        numbered = properties.find(qn("a:buAutoNum"))
        if numbered is not None:
            return str(_number(numbered, "startAt", 1))
        if properties.find(qn("a:buChar")) is not None or properties.find(qn("a:buBlip")) is not None:
            return "-"
    return "-" if bulleted else None


def _inline(paragraph: Any, part: Any) -> str:
    """Markdown of the runs of a paragraph; newlines are line breaks of the text."""
    pieces: list[str] = []
    plain: list[str] = []
    for child in paragraph.iterchildren():
        text = "\n" if child.tag == qn("a:br") else child.findtext(qn("a:t")) or ""
        target = _target(child, part)
        if target is None:
            plain.append(text)
            continue
        # Escaping looks at neighbours, so runs that follow each other are escaped as one text.
        pieces += [
            inert(visible("".join(plain)), followed=True),
            link(inert(one_line(text), followed=True), target),
        ]
        plain.clear()
    return "".join([*pieces, inert(visible("".join(plain)))])


def _target(run: Any, part: Any) -> str | None:
    clicked = run.find(f"{qn('a:rPr')}/{qn('a:hlinkClick')}")
    identifier = "" if clicked is None else clicked.get(qn("r:id"), "")
    if not identifier or identifier not in part.rels:
        return None
    relation = part.rels[identifier]
    found: str | None = relation.target_ref if relation.is_external else None
    return found


def _grid(found: Any, part: Any) -> list[list[str]]:
    """The rows of a table, a merged cell's text repeated wherever it reaches."""
    elements = [list(row.iterchildren(qn("a:tc"))) for row in found._tbl.iterchildren(qn("a:tr"))]
    if sum(map(len, elements)) > MOST_TABLE_CELLS:
        raise Refused(f"a table has more than {MOST_TABLE_CELLS:,} cells")
    grid = [[_cell(element, part) for element in row] for row in elements]
    for top, row in enumerate(elements):
        for left, element in enumerate(row):
            wide, high = _number(element, "gridSpan", 1), _number(element, "rowSpan", 1)
            if wide > 1 or high > 1:
                for covered in grid[top : top + high]:
                    covered[left : left + wide] = [grid[top][left]] * len(covered[left : left + wide])
    return grid


def _cell(element: Any, part: Any) -> str:
    lines = (_inline(paragraph, part) for paragraph in element.iter(qn("a:p")))
    return "\n".join(line.strip() for line in lines if line.strip())


def _number(element: Any, name: str, default: int) -> int:
    value = "" if element is None else element.get(name, "")
    return min(int(value), 1000) if value.isdecimal() and len(value) < 9 else default
