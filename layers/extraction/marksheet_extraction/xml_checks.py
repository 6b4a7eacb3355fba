"""Checks of XML before anything builds a tree of it: no document type, no entities, nothing too deep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from marksheet_extraction.extracted import Refused
from marksheet_extraction.limits import DEEPEST_XML

if TYPE_CHECKING:
    from collections.abc import Iterable

_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s*<[?!A-Za-z_:\x80-\xff]|\s+\Z)"  # UTF-8, and what is like ASCII
    rb"|(?:\xff\xfe)?(?:\s\0)*<\0"  # UTF-16
    rb"|(?:\xfe\xff)?(?:\0\s)*\0<\0"
    rb"|(?:\xff\xfe\0\0)?(?:\s\0{3})*<\0{3}"  # UTF-32
    rb"|(?:\0\0\xfe\xff)?(?:\0{3}\s)*\0{3}<\0{3}"
    rb"|\x4c\x6f\xa7\x94"  # `<?xm` in EBCDIC
)


def looks_like_xml(start: bytes) -> bool:
    """Whether a file that begins with these bytes could be taken for XML in any encoding. White space alone
    could go on as XML.
    """
    return _START.match(start) is not None


def check_xml(chunks: Iterable[bytes]) -> None:
    """Read XML that arrives in pieces and keep nothing of it.

    Raises `Refused` for a document type or entity declaration, for elements more than `DEEPEST_XML` deep, and
    for what this reader cannot read: it knows UTF-8, UTF-16 and the one-byte encodings, and what it cannot
    read another reader may read as something else.
    """
    depth = 0

    def deeper(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST_XML:
            raise Refused(
                f"it has elements more than {DEEPEST_XML} deep within each other, as no program writes them"
            )

    def back(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = deeper
    parser.EndElementHandler = back
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Refused("a part of it is not well-formed XML") from error


def _refuse_doctype(*_declaration: object) -> NoReturn:
    raise Refused("it declares a document type or entities (DOCTYPE), which Office files never do")
