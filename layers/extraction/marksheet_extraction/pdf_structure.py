"""The page tree of a PDF, walked before its pages are read: that it ends, and where."""

from __future__ import annotations

import io
import logging
from typing import Any

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from marksheet_extraction.extracted import Refused
from marksheet_extraction.limits import MOST_PAGES

# It logs what it mends, with pieces of the document.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def count_pages(content: bytes) -> int | None:
    """How many pages the tree really has, whatever it says; None when that cannot be told, because the file
    is encrypted or too damaged for this reader.

    Raises `Refused` for more than `MOST_PAGES`, and for a tree that leads back into itself or has a branch in
    two places.
    """
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        root = None if reader.is_encrypted else reader.trailer["/Root"].get_object()
        pages = root.raw_get("/Pages") if isinstance(root, DictionaryObject) else None
        return None if pages is None else _count(pages)
    except (Refused, MemoryError):
        raise
    except Exception:  # of any kind, on a file that the other reader may mend
        return None


def _count(pages: Any) -> int:
    count = 0
    branches: set[tuple[int, int]] = set()
    waiting = [pages]
    while waiting:
        node = waiting.pop()
        identity = (node.idnum, node.generation) if isinstance(node, IndirectObject) else None
        found = node.get_object()
        if not isinstance(found, DictionaryObject):
            continue
        kids = found["/Kids"].get_object() if "/Kids" in found else None
        if not isinstance(kids, ArrayObject):
            count += 1
            if count > MOST_PAGES:
                raise Refused(f"this PDF has more than {MOST_PAGES:,} pages")
            continue
        if identity in branches:
            raise Refused("this PDF is damaged: its list of pages leads back into itself")
        if identity:
            branches.add(identity)
        waiting += list(kids)
        if len(waiting) > 10 * MOST_PAGES:
            raise Refused(f"this PDF has more than {MOST_PAGES:,} pages")
    return count
