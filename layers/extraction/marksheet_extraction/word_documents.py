"""DOCX: headings, paragraphs, nested lists, tables and links, in the order of the document.

Left out are headers and footers, pictures, comments and deleted text. Text boxes stand after the paragraph
that they are anchored to, footnotes and endnotes at the end.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from marksheet_extraction.blocks import DEEPEST_ITEM, item, joined
from marksheet_extraction.extracted import Extracted, Refused
from marksheet_extraction.limits import MOST_TABLE_CELLS
from marksheet_extraction.markup import inert, link, literal_starts, one_line, visible
from marksheet_extraction.numbering import Numbering, list_of
from marksheet_extraction.office_files import DOCX
from marksheet_extraction.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document

_WRAPPERS = frozenset(
    qn(tag)
    for tag in (
        "w:sdt",
        "w:sdtContent",
        "w:ins",
        "w:moveTo",
        "w:smartTag",
        "w:customXml",
        "w:fldSimple",
        "w:dir",
        "w:bdo",
    )
)
"""Elements around paragraphs or runs that say something about them and nothing by themselves."""
_HEADING = re.compile(r"heading ([1-9])")
_LIST = re.compile(r"list (?:bullet|number) ([2-5])")
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_NOTES = (("footnotes", "w:footnote", "w:footnoteReference"), ("endnotes", "w:endnote", "w:endnoteReference"))
_CHARACTERS = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:softHyphen"): "",
}


def read(content: bytes) -> Extracted:
    """The document as Markdown. Raises `Refused` for a table of more than a million cells, and what
    python-docx raises for a file that is not what it says.
    """
    document = docx.Document(io.BytesIO(content))
    return Extracted(DOCX, _Walk(document).markdown())


class _Walk:
    """Goes through a document once, from its first paragraph to its last note."""

    def __init__(self, document: Document) -> None:
        self._body = document.element.body
        self._part = document.part
        self._numbering = Numbering(document)
        self._styles = _Styles(document)
        self._notes: dict[str, int] = {}
        """The notes referred to so far, such as `footnotes 2`, and the number of each."""

    def markdown(self) -> str:
        blocks = list(self._blocks(self._body))
        return joined([*blocks, *self._written_notes()])

    def _blocks(self, parent: Any) -> Iterator[str]:
        """Markdown of every paragraph and table below an element. List items begin with their marker."""
        for child in parent.iterchildren():
            if child.tag == qn("w:p"):
                yield from self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                yield table(self._grid(child))
            elif child.tag in _WRAPPERS:
                yield from self._blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        text = self._inline(paragraph)
        style = self._styles.of(paragraph)
        if text.strip():
            if style.heading:
                # Already escaped, so only brought into one line.
                yield f"{'#' * style.heading} {one_line(text)}"
            elif style.list_id and (marker := self._numbering.marker(style.list_id, style.level)):
                yield item(text, marker, max(style.level, style.shown_level))
            else:
                yield literal_starts("\n".join(line.strip() for line in text.strip().split("\n")))
        for box in _boxes(paragraph):
            yield from self._blocks(box)

    def _inline(self, parent: Any, *, followed: bool = False) -> str:
        """Markdown of the runs and links below an element; newlines are line breaks of the text. `followed`
        says that more of the paragraph comes after it.
        """
        pieces: list[str] = []
        plain: list[str] = []
        for child in parent.iterchildren():
            if child.tag == qn("w:r"):
                plain.append(self._run(child))
            elif child.tag == qn("w:hyperlink") or child.tag in _WRAPPERS:
                # Escaping looks at neighbours, so runs that follow each other are escaped as one text.
                pieces.append(inert(visible("".join(plain)), followed=True))
                plain.clear()
                inner = self._inline(child, followed=True)
                target = self._target(child) if child.tag == qn("w:hyperlink") else None
                pieces.append(link(one_line(inner), target) if target else inner)
        return "".join([*pieces, inert(visible("".join(plain)), followed=followed)])

    def _run(self, run: Any) -> str:
        pieces: list[str] = []
        for child in run.iterchildren():
            if child.tag == qn("w:t"):
                pieces.append(child.text or "")
            elif child.tag in _CHARACTERS:
                pieces.append(_CHARACTERS[child.tag])
            else:
                pieces += [self._reference(child, kind) for kind, _, tag in _NOTES if child.tag == qn(tag)]
        return "".join(pieces)

    def _reference(self, element: Any, kind: str) -> str:
        key = f"{kind} {element.get(qn('w:id'), '')}"
        return f"[{self._notes.setdefault(key, len(self._notes) + 1)}]"

    def _target(self, hyperlink: Any) -> str | None:
        relation = self._part.rels.get(hyperlink.get(qn("r:id"), ""))
        return relation.target_ref if relation is not None and relation.is_external else None

    def _grid(self, element: Any) -> list[list[str]]:
        """The rows of a table, a merged cell's text repeated wherever it reaches."""
        rows: list[list[str]] = []
        places = 0
        for row in _below(element, qn("w:tr")):
            cells: list[str] = [""] * _count(row, "w:trPr", "w:gridBefore", 0)
            for cell in _below(row, qn("w:tc")):
                properties = cell.find(qn("w:tcPr"))
                merged = None if properties is None else properties.find(qn("w:vMerge"))
                continued = merged is not None and merged.get(qn("w:val"), "continue") == "continue"
                above = rows[-1][len(cells)] if continued and rows and len(rows[-1]) > len(cells) else ""
                text = above if continued else self._cell(cell)
                wide = _count(cell, "w:tcPr", "w:gridSpan", 1)
                places += wide
                if places > MOST_TABLE_CELLS:
                    raise Refused(f"a table has more than {MOST_TABLE_CELLS:,} cells")
                cells += [text] * wide
            rows.append(cells)
        return rows

    def _cell(self, cell: Any) -> str:
        """What is in a cell, its blocks on lines of their own; a table within it with a row on each."""
        lines: list[str] = []
        for child in cell.iterchildren():
            if child.tag == qn("w:tbl"):
                lines += ["; ".join(filter(None, row)) for row in self._grid(child)]
            elif child.tag == qn("w:p"):
                lines += [block.strip() for block in self._paragraph(child)]
            elif child.tag in _WRAPPERS:
                lines.append(self._cell(child))
        return "\n".join(filter(None, lines))

    def _written_notes(self) -> Iterator[str]:
        texts: dict[str, str] = {}
        for kind, tag, _ in _NOTES:
            for relation in self._part.rels.values():
                if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
                    for note in parse_xml(relation.target_part.blob).iterchildren(qn(tag)):
                        text = " ".join(self._inline(child) for child in note.iterchildren(qn("w:p")))
                        texts[f"{kind} {note.get(qn('w:id'), '')}"] = one_line(text)
        for key, number in self._notes.items():
            if texts.get(key):
                yield f"[{number}] {texts[key]}"


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph is by its style and its own properties."""

    heading: int
    """Level of the heading that it is, 1 to 6, or 0."""
    list_id: str | None
    level: int
    """In its list, from 0."""
    shown_level: int
    """At which its style shows it: `List Bullet 2` is the first level of a list of its own, further in."""


class _Styles:
    """Styles by id, each with what it inherits."""

    def __init__(self, document: Document) -> None:
        found = document.styles.element.iterchildren(qn("w:style"))
        self._elements = {style.get(qn("w:styleId"), ""): style for style in found}

    def of(self, paragraph: Any) -> _Style:
        properties = paragraph.find(qn("w:pPr"))
        list_id, level = list_of(properties)
        outline = _outline(properties)
        named = shown = 0
        for style in self._ancestry(None if properties is None else properties.find(qn("w:pStyle"))):
            inherited = style.find(qn("w:pPr"))
            its_list, its_level = list_of(inherited)
            list_id = its_list if list_id is None else list_id
            level = its_level if level is None else level
            outline = _outline(inherited) if outline is None else outline
            named = named or _heading_level(_name(style))
            shown = shown or _shown_level(_name(style))
        heading = named or (outline + 1 if outline is not None and outline < 9 else 0)
        return _Style(
            min(heading, 6), None if list_id == "0" else list_id, min(level or 0, DEEPEST_ITEM), shown
        )

    def _ancestry(self, named: Any) -> Iterator[Any]:
        """The style and those that it is based on, nearest first; a circle of them ends where it closes."""
        seen: set[str] = set()
        while named is not None:
            name = named.get(qn("w:val"), "")
            style = self._elements.get(name)
            if style is None or name in seen:
                return
            seen.add(name)
            yield style
            named = style.find(qn("w:basedOn"))


def _name(style: Any) -> str:
    """The name of a style, which is English in every language, in small letters: `heading 2`, `title`."""
    element = style.find(qn("w:name"))
    return "" if element is None else element.get(qn("w:val"), "").lower()


def _heading_level(name: str) -> int:
    found = _HEADING.fullmatch(name)
    return 1 if name == "title" else int(found[1]) if found else 0


def _shown_level(name: str) -> int:
    found = _LIST.fullmatch(name)
    return int(found[1]) - 1 if found else 0


def _outline(properties: Any) -> int | None:
    element = None if properties is None else properties.find(qn("w:outlineLvl"))
    value = "" if element is None else element.get(qn("w:val"), "")
    return int(value) if value.isdecimal() and len(value) == 1 else None


def _below(parent: Any, tag: str) -> Iterator[Any]:
    """Children of a tag, those in content controls too."""
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _below(child, tag)


def _boxes(element: Any) -> Iterator[Any]:
    """The contents of text boxes, but for those within them. What is there twice, for newer and for older
    programs, is read in the newer form.
    """
    for child in element.iterchildren():
        if child.tag == qn("w:txbxContent"):
            yield child
        elif child.tag == _ALTERNATIVES:
            yield from _boxes(child[0] if len(child) else child)
        else:
            yield from _boxes(child)


def _count(element: Any, properties: str, name: str, default: int) -> int:
    found = element.find(f"{qn(properties)}/{qn(name)}")
    value = "" if found is None else found.get(qn("w:val"), "")
    return min(int(value), 1000) if value.isdecimal() and len(value) < 9 else default
