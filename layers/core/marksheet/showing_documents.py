"""How documents are shown: small texts in the answer, large ones and the files by presigned address."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from marksheet.dispositions import attachment
from marksheet.domain import ShownDocument, Status
from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.application import Application
    from marksheet.domain import Document

MOST_INLINE_BYTES = 200_000
"""Markdown of up to this size stands in an answer."""

MOST_INLINE_TOGETHER = 4_000_000
"""What all Markdown of one answer may take, as a function's result, which may have 6 MB."""

_FETCHED_AT_ONCE = 16


def show(app: Application, documents: Sequence[Document]) -> list[ShownDocument]:
    """The documents in their order, those that are READY with text and addresses.

    One that was deleted since it was looked up is left out.
    """
    small = [document for document in documents if _is_small(document)]
    with ThreadPoolExecutor(_FETCHED_AT_ONCE) as pool:
        found = pool.map(lambda document: app.store.objects.find(_markdown_key(document)), small)
        contents = {document.document_id: content for document, content in zip(small, found, strict=True)}
    shown: list[ShownDocument] = []
    left = MOST_INLINE_TOGETHER
    for document in documents:
        if document.status is not Status.READY:
            shown.append(ShownDocument(document))
            continue
        content = contents.get(document.document_id)
        if content is None and document.document_id in contents:
            continue
        markdown = None if content is None else content.decode(errors="replace")
        size = 0 if markdown is None else _size_in_answer(markdown)
        if size > left:
            markdown, size = None, 0
        left -= size
        shown.append(
            ShownDocument(
                document=document,
                markdown=markdown,
                markdown_url=_markdown_url(app, document) if markdown is None else None,
                download_url=_download_url(app, document),
            )
        )
    return shown


def _is_small(document: Document) -> bool:
    return (
        document.status is Status.READY
        and document.markdown_bytes is not None
        and document.markdown_bytes <= MOST_INLINE_BYTES
    )


def _size_in_answer(markdown: str) -> int:
    """Bytes of a text in a function's result: a JSON text within the JSON text that the result is, which the
    runtime may write in ASCII.
    """
    return len(json.dumps(json.dumps(markdown, ensure_ascii=False)))


def _markdown_key(document: Document) -> str:
    return layout.markdown_object(document.organization, document.dataset_id, document.document_id)


def _markdown_url(app: Application, document: Document) -> str:
    return app.store.objects.presign_download(
        _markdown_key(document),
        seconds=app.settings.presign_seconds,
        disposition=attachment(document.filename + ".md"),
        content_type="text/markdown; charset=utf-8",
    )


def _download_url(app: Application, document: Document) -> str:
    """The file as it was sent, under its name, as what its content is."""
    key = layout.document_object(document.organization, document.dataset_id, document.document_id)
    return app.store.objects.presign_download(
        key,
        seconds=app.settings.presign_seconds,
        disposition=attachment(document.filename),
        content_type=document.mime or "application/octet-stream",
    )
