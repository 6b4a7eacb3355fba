"""List markers of a Word document: which of its paragraphs are list items, how deep, and with what number.

A paragraph, or its style, names a list (`numId`) and a level (`ilvl`). The list names an abstract one, whose
levels say whether they are numbered and from what on. Lists of the same abstract one go on counting unless
they say where to start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn

from marksheet_extraction.blocks import DEEPEST_ITEM

if TYPE_CHECKING:
    from docx.document import Document

_UNNUMBERED = ("bullet", "none")


@dataclass(slots=True)
class _List:
    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    """Level -> the number that this list starts that level with, where it does not go on counting."""


class Numbering:
    """The lists of one document, counted as its paragraphs are asked for in order."""

    def __init__(self, document: Document) -> None:
        self._lists: dict[str, _List] = {}
        self._numbered: dict[tuple[str, int], int] = {}
        """(abstract list, level) -> the first number of a level that is numbered."""
        self._counts: dict[tuple[str, int], int] = {}
        self._begun: set[tuple[str, int]] = set()
        root = _numbering_root(document)
        if root is not None:
            self._read(root)

    def marker(self, list_id: str, level: int) -> str | None:
        """The marker of the next item of a list at a level, `-` or `3.`; None when there is no such list."""
        found = self._lists.get(list_id)
        if found is None:
            return None
        level = min(max(level, 0), DEEPEST_ITEM)
        for deeper in range(level + 1, DEEPEST_ITEM + 1):
            self._counts.pop((found.abstract, deeper), None)
        first = self._numbered.get((found.abstract, level))
        if first is None:
            return "-"
        place = (found.abstract, level)
        if level in found.starts and (list_id, level) not in self._begun:
            self._counts[place] = found.starts[level] - 1
        self._begun.add((list_id, level))
        self._counts[place] = self._counts.get(place, first - 1) + 1
        return f"{self._counts[place]}."

    def _read(self, root: Any) -> None:
        for abstract in root.iterchildren(qn("w:abstractNum")):
            name = abstract.get(qn("w:abstractNumId"), "")
            for level in abstract.iterchildren(qn("w:lvl")):
                number = _number(level.get(qn("w:ilvl")), 0)
                if _value(level, "w:numFmt", "decimal") not in _UNNUMBERED:
                    self._numbered[name, number] = _number(_value(level, "w:start", "1"), 1)
        for listed in root.iterchildren(qn("w:num")):
            found = _List(_value(listed, "w:abstractNumId", ""))
            for override in listed.iterchildren(qn("w:lvlOverride")):
                start = _value(override, "w:startOverride", "")
                if start:
                    found.starts[_number(override.get(qn("w:ilvl")), 0)] = _number(start, 1)
            self._lists[listed.get(qn("w:numId"), "")] = found


def list_of(properties: Any) -> tuple[str | None, int | None]:
    """(list id, level) as the properties of a paragraph or a style name them, each None where they do not.
    The list "0" is none.
    """
    numbered = None if properties is None else properties.find(qn("w:numPr"))
    if numbered is None:
        return None, None
    level = _value(numbered, "w:ilvl", "")
    return _value(numbered, "w:numId", "") or None, _number(level, 0) if level else None


def _numbering_root(document: Document) -> Any:
    from docx.opc.constants import RELATIONSHIP_TYPE

    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.NUMBERING and not relation.is_external:
            return getattr(relation.target_part, "element", None)
    return None


def _value(parent: Any, tag: str, default: str) -> str:
    child = parent.find(qn(tag))
    found: str = default if child is None else child.get(qn("w:val"), default)
    return found


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else default
