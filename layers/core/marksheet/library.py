"""A dataset as questions cite it: which document is meant, and which part of its text."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from marksheet.domain import Status
from marksheet.errors import InvalidUpload
from marksheet.passages import Passages, listed
from marksheet.store import layout
from marksheet.textlines import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from marksheet.domain import Dataset, Document
    from marksheet.store import Store

_PARTS = ("section", "page", "from", "to")
_MOST_KEPT = 30_000_000
"""Characters of the texts that are kept for the next citation; a text has 10 million at most."""


class Library:
    """The READY documents of one dataset, looked up once; a text is read when it is first cited.

    What was deleted or added after the first citation is not seen.
    """

    def __init__(self, store: Store, dataset: Dataset, now: datetime) -> None:
        self._store = store
        self._dataset = dataset
        self._now = now
        self._catalogue: list[Document] | None = None
        self._named: dict[str, list[Document]] = {}
        """By id and by file name: a file may cite a million times among ten thousand documents."""
        self._texts: OrderedDict[str, Passages] = OrderedDict()

    def cite(self, citation: Mapping[str, Any]) -> tuple[str, str]:
        """The text that is meant, and the file name of the document it is from.

        A citation has `document`, an id or a file name, and of the parts at most one: `section`, a heading;
        `page`, a number; or `from` and `to`, character offsets of which one may be left out. Without a part
        it means the whole text. A field that is null is not given. Raises `InvalidUpload` with what follows
        the name of a field, and says what there is.
        """
        given = {name: value for name, value in citation.items() if value is not None}
        if unknown := sorted(given.keys() - {"document", *_PARTS}):
            allowed = ", ".join(("document", *_PARTS))
            raise InvalidUpload(f"has {listed(unknown)}; a citation may have {allowed}", field=unknown[0])
        if ("section" in given) + ("page" in given) + ("from" in given or "to" in given) > 1:
            raise InvalidUpload('cites more than one part; give "section", "page", or "from" and "to"')
        document = self._find(_value(given, "document", str))
        text = _part(self._open(document), given, document.filename)
        if not text.strip():
            raise InvalidUpload(f"cites a part of {listed([document.filename])} that has no text")
        return text, document.filename

    def _find(self, name: str) -> Document:
        """The document of this id, or the only READY one of this file name."""
        documents = self._list()
        found = self._named.get(name, [])
        ready = [document for document in found if document.status is Status.READY]
        if len(ready) == 1:
            return ready[0]
        if ready:
            ids = listed([document.document_id for document in ready])
            message = f"cites {listed([name])}, which {len(ready)} documents are called; name one of {ids}"
        elif found and found[-1].status is Status.PROCESSING:
            message = f"cites {listed([name])}, which is being read; try again when it is READY"
        elif found:
            message = f"cites {listed([name])}, which could not be read: {found[-1].error}"
        else:
            names = [document.filename for document in documents if document.status is Status.READY]
            there = f"it has {listed(names)}" if names else "it has none that is READY"
            message = f"cites {listed([name])}, which the dataset does not have; {there}"
        raise InvalidUpload(message, field="document")

    def _list(self) -> list[Document]:
        if self._catalogue is None:
            documents = self._store.datasets.list_documents(
                self._dataset.organization, self._dataset.dataset_id
            )
            self._catalogue = [document.seen_at(self._now) for document in documents]
            for document in self._catalogue:
                self._named.setdefault(document.filename, []).append(document)
            # An id wins over a file that is called like it.
            self._named |= {document.document_id: [document] for document in self._catalogue}
        return self._catalogue

    def _open(self, document: Document) -> Passages:
        """The document's text; of those read before, as many are kept as fit."""
        document_id = document.document_id
        if document_id not in self._texts:
            key = layout.markdown_object(document.organization, document.dataset_id, document_id)
            content = self._store.objects.find(key)
            if content is None:
                message = f"cites {listed([document.filename])}, which was deleted meanwhile"
                raise InvalidUpload(message, field="document")
            self._texts[document_id] = Passages(content.decode(errors="replace"))
        self._texts.move_to_end(document_id)
        while len(self._texts) > 1 and sum(len(t.markdown) for t in self._texts.values()) > _MOST_KEPT:
            self._texts.popitem(last=False)
        return self._texts[document_id]


def _part(text: Passages, given: Mapping[str, Any], filename: str) -> str:
    """The part of a text that a citation means."""
    field = next((name for name in _PARTS if name in given), None)
    try:
        match field:
            case "section":
                return text.section(_value(given, "section", str))
            case "page":
                return text.page(_value(given, "page", int))
            case "from" | "to":
                start = _value(given, "from", int) if "from" in given else 0
                return text.span(start, _value(given, "to", int) if "to" in given else None)
            case _:
                return text.markdown
    except ValueError as error:
        raise InvalidUpload(f"cites {listed([filename])}, which has {error}", field=field) from error


def _value(given: Mapping[str, Any], field: str, kind: type[Any]) -> Any:
    """A field of a citation: a text or a whole number."""
    value = given.get(field)
    if type(value) is not kind:
        allowed = "a text" if kind is str else "a whole number"
        raise InvalidUpload(f'cites with "{field}" being {kind_of(value)}; use {allowed}', field=field)
    return value
