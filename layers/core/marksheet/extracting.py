"""ExtractDocument: an uploaded document has arrived; have its text read in a process of its own.

Only S3 is touched: whoever reads strangers' files may read them, write their Markdown, and nothing else. What
became of a document lies beside its Markdown; another function enters that in the table.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from marksheet.store import layout
from marksheet.store.objects import ObjectExists, ObjectRefused

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.store.objects import OpenObject
    from marksheet_extraction import Facts

READING_SECONDS = 60
"""What a document may take to be read; half of the function's time."""
READING_BYTES = 768 << 20
"""Memory that the process which reads it may take; the rest of the function's is this process's."""
NOT_GIVEN = "the file could not be fetched from the storage; send it again"


def extract_document(app: Application, key: str) -> dict[str, Any] | None:
    """Read the document under a key, and write its Markdown and then, last, the facts of it. Returns what is
    of interest to an operator; None for a key that is no document's, and for a document that was deleted
    meanwhile.

    What is wrong with the document ends in the facts, never in an exception. What was written first stands,
    whether the same event is delivered again or another file was sent with the same form.
    """
    found = layout.parse_document_object(key)
    if found is None:
        return None
    with tempfile.TemporaryDirectory(prefix="document-") as folder:
        try:
            with app.store.objects.open(key) as original:
                facts, more = _read(original, Path(folder))
        except KeyError:
            return None
        except ObjectRefused:
            facts, more = _refused()
        if facts.status == "READY":
            from marksheet_extraction import read_markdown

            markdown = read_markdown(Path(folder))
            _keep(app, layout.markdown_object(*found), markdown, "text/markdown; charset=utf-8")
    told = facts.as_json() | more
    content = json.dumps(told, ensure_ascii=False).encode()
    _keep(app, layout.extraction_facts(*found), content, "application/json")
    return {name: told[name] for name in ("status", "error", "mime", "pages", "characters", "size_bytes")}


def _keep(app: Application, key: str, content: bytes, content_type: str) -> None:
    with suppress(ObjectExists):
        app.store.objects.write_once(key, content, content_type)


def _refused() -> tuple[Facts, dict[str, Any]]:
    """Our role may not list, so S3 refuses a document that was deleted meanwhile instead of saying that it is
    gone. Who enters the facts then removes them. If it is the role that is wrong, the document says so.
    """
    from marksheet_extraction import Facts

    return Facts("FAILED", error=NOT_GIVEN), {"size_bytes": None, "sha256": None}


def _read(original: OpenObject, folder: Path) -> tuple[Facts, dict[str, Any]]:
    """Facts of the text, and of the original. What is too large is not fetched, so its hash is not known."""
    from marksheet_extraction import LARGEST_DOCUMENT, TOO_LARGE, Facts, run_isolated

    if original.size > LARGEST_DOCUMENT:
        return Facts("FAILED", error=TOO_LARGE), {"size_bytes": original.size, "sha256": None}
    path = folder / "original"
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in original.chunks:
            digest.update(chunk)
            file.write(chunk)
    name = unquote(original.metadata["filename"]) if "filename" in original.metadata else None
    facts = run_isolated(path, folder, name=name, seconds=READING_SECONDS, memory_bytes=READING_BYTES)
    return facts, {"size_bytes": original.size, "sha256": digest.hexdigest()}
