"""Files that are text: which kind each is, and Markdown and plain text themselves.

HTML and JSON are told by their content under any name. Markdown, CSV and plain text look alike; among them
the name chooses, or without one what the text looks like most.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from marksheet_extraction import csv_tables, json_texts, web_pages
from marksheet_extraction.extracted import Extracted, Refused
from marksheet_extraction.limits import LONGEST_MARKDOWN
from marksheet_extraction.markup import inert_markdown
from marksheet_extraction.text_decoding import decode

if TYPE_CHECKING:
    from marksheet_extraction.text_decoding import DecodedText

MARKDOWN = "text/markdown"
PLAIN = "text/plain"

_NAMES = {
    ".csv": "csv",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".log": "plain",
    ".markdown": "markdown",
    ".md": "markdown",
    ".ndjson": "jsonl",
    ".text": "plain",
    ".tsv": "csv",
    ".txt": "plain",
    ".xhtml": "html",
}
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*|<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|`{3}|~{3}|={3,}$|\|.*\|$)|\]\(https?://", re.MULTILINE)


def read(content: bytes, hint: str | None) -> Extracted:
    """A text file as Markdown. Raises `Refused` for what is no text, and for JSON that its name promises and
    its content does not keep.
    """
    decoded = decode(content)
    if not decoded.text.strip():
        raise Refused("the file is blank")
    named = _NAMES.get(PurePosixPath(hint.strip().lower()).suffix) if hint else None
    if named == "html" or _HTML.match(decoded.text):
        return web_pages.read(decoded)
    if named in ("json", "jsonl") or (
        named not in ("csv", "markdown") and json_texts.may_be_json(decoded.text)
    ):
        found = json_texts.read(decoded, named=named in ("json", "jsonl"))
        if found:
            return found
    if named == "csv" or (named is None and csv_tables.looks_like_csv(decoded.text)):
        return csv_tables.read(decoded)
    markdown = named == "markdown" or (named is None and _MARKDOWN.search(decoded.text))
    return _read_lines(decoded, MARKDOWN if markdown else PLAIN)


def _read_lines(decoded: DecodedText, mime: str) -> Extracted:
    """Markdown stays as it is but for what a viewer would load or run, and plain text is kept in the same
    way.
    """
    if len(decoded.text) > LONGEST_MARKDOWN:
        raise Refused(f"it has more than {LONGEST_MARKDOWN:,} characters of text")
    return Extracted(mime, inert_markdown(decoded.text).strip("\n") + "\n", warnings=decoded.warnings)
