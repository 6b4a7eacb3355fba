"""Datasets and their documents: make, list, look at, delete; send a file, record what its text came to, read
it, cite it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from marksheet.dispositions import LONGEST_FILE_NAME, kept_file_name
from marksheet.domain import Caller, Dataset, Document, Extraction, ShownDocument, Status
from marksheet.errors import Conflict, InvalidRequest, NotFound, Problem
from marksheet.extraction_facts import UNREADABLE, read_facts
from marksheet.identifiers import new_id
from marksheet.library import Library
from marksheet.pages import cut
from marksheet.showing_documents import show
from marksheet.store import layout
from marksheet.store.datasets import DatasetFull
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.store.objects import PresignedPost

MAXIMUM_NAME = 200

MAXIMUM_DOCUMENT_BYTES = 50 << 20
"""The largest file that is taken as a document."""

MAXIMUM_DOCUMENTS = 10_000
"""Documents of any status that a dataset may have."""

DOCUMENT_CONTENT_TYPE = "application/octet-stream"
"""What every document is sent as. What it is, its content decides."""

_LONGEST_METADATA = 1_000
"""Bytes of a file name beside the object, percent-encoded; S3 keeps 2 KB of metadata in all."""

_READY_A_REQUEST = 100


@dataclass(frozen=True, slots=True)
class RequestedDocument:
    """A document that is to come, and where and how to send its file."""

    document: Document
    post: PresignedPost
    expires_seconds: int
    maximum_bytes: int


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """Some of the organization's datasets, oldest first."""

    datasets: tuple[Dataset, ...]
    next_after: str | None
    """What to continue after; None when these are the last ones."""


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """Some of a dataset's documents, oldest first."""

    documents: tuple[Document, ...]
    next_after: str | None
    """What to continue after; None when these are the last ones."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Some of a dataset's READY documents with their texts, oldest first."""

    documents: tuple[ShownDocument, ...]
    next_after: str | None
    """What to continue after; None when these are the last ones."""


def create(app: Application, caller: Caller, name: str, description: str | None = None) -> Dataset:
    """Make a dataset without documents. Raises `InvalidRequest`, or `Conflict` when the name is taken."""
    if not name.strip() or len(name) > MAXIMUM_NAME or not name.isprintable():
        message = f"use 1 to {MAXIMUM_NAME} printable characters on one line"
        raise InvalidRequest(Problem(("body", "name"), message))
    dataset = Dataset(
        organization=caller.organization,
        dataset_id=new_id("dataset", app.clock()),
        name=name,
        created_at=app.now(),
        description=description,
    )
    try:
        app.store.datasets.add(dataset)
    except ConditionFailed as lost:
        message = f"there is a dataset {name!r} already; delete it first, or choose another name"
        raise Conflict(message) from lost
    return dataset


def list_datasets(app: Application, caller: Caller, limit: int, after: str | None = None) -> DatasetPage:
    """Up to `limit` of the organization's datasets, from the first one behind the id `after`."""
    found = app.store.datasets.list_all(caller.organization, after=after, a_request=limit + 1)
    return DatasetPage(*cut(found, limit, lambda dataset: dataset.dataset_id))


def get(app: Application, caller: Caller, dataset_id: str) -> Dataset:
    """Raises `NotFound`."""
    return _find(app, caller.organization, dataset_id)


def delete(app: Application, caller: Caller, dataset_id: str) -> Dataset:
    """Delete a dataset with its documents, their files and texts. Raises `NotFound`.

    Benchmarks that are based on it stand in no way: a version keeps the text that it cited.
    """
    dataset = get(app, caller, dataset_id)
    _delete_all_objects(app, dataset)
    app.store.datasets.delete(dataset)
    # Documents that were read meanwhile. What is read from now on `record_extraction` removes.
    _delete_all_objects(app, dataset)
    return dataset


def request_document(
    app: Application, caller: Caller, dataset_id: str, filename: str, size_bytes: int | None = None
) -> RequestedDocument:
    """A presigned POST for one document's file, of exactly `size_bytes` where that is told.

    The document is PROCESSING until its text was extracted. Raises `InvalidRequest` for a file name of which
    nothing can be kept and for a size that is not taken, `NotFound`, or `Conflict` when the dataset is full.
    """
    kept = kept_file_name(filename) if len(filename) <= LONGEST_FILE_NAME else None
    if kept is None:
        message = (
            f"use a file's name of 1 to {LONGEST_FILE_NAME} characters; of a path the last part is kept, "
            "and no control character"
        )
        raise InvalidRequest(Problem(("body", "filename"), message))
    if size_bytes is not None and not 1 <= size_bytes <= MAXIMUM_DOCUMENT_BYTES:
        message = f"a document has 1 to {MAXIMUM_DOCUMENT_BYTES:,} bytes"
        raise InvalidRequest(Problem(("body", "size_bytes"), message))
    document = Document(
        organization=caller.organization,
        dataset_id=dataset_id,
        document_id=new_id("doc", app.clock()),
        filename=kept,
        status=Status.PROCESSING,
        created_at=app.now(),
    )
    maximum = size_bytes or MAXIMUM_DOCUMENT_BYTES
    post = app.store.objects.presign_upload(
        layout.document_object(caller.organization, dataset_id, document.document_id),
        seconds=app.settings.presign_seconds,
        content_type=DOCUMENT_CONTENT_TYPE,
        minimum_bytes=size_bytes or 1,
        maximum_bytes=maximum,
        metadata={"filename": _as_metadata(kept)},
    )
    try:
        stored = app.store.datasets.add_document(document, most=MAXIMUM_DOCUMENTS)
    except DatasetFull as full:
        message = (
            f"the dataset has {MAXIMUM_DOCUMENTS:,} documents, the most that one may have; "
            "delete some of them, or make another dataset"
        )
        raise Conflict(message) from full
    if not stored:
        raise NotFound("Dataset", dataset_id)
    return RequestedDocument(document, post, app.settings.presign_seconds, maximum)


def list_documents(
    app: Application, caller: Caller, dataset_id: str, limit: int, after: str | None = None
) -> DocumentPage:
    """Up to `limit` documents of any status, from the first one behind the id `after`. Raises `NotFound`."""
    _find(app, caller.organization, dataset_id)
    now = app.clock()
    found = app.store.datasets.list_documents(
        caller.organization, dataset_id, after=after, a_request=limit + 1
    )
    seen = (document.seen_at(now) for document in found)
    return DocumentPage(*cut(seen, limit, lambda document: document.document_id))


def get_document(app: Application, caller: Caller, dataset_id: str, document_id: str) -> ShownDocument:
    """One document, with its text and the addresses of both once it is READY. Raises `NotFound`."""
    shown = show(app, [_find_document(app, caller, dataset_id, document_id).seen_at(app.clock())])
    if not shown:
        raise NotFound("Document", document_id)
    return shown[0]


def delete_document(app: Application, caller: Caller, dataset_id: str, document_id: str) -> Document:
    """Delete a document with its file and its text. Raises `NotFound`.

    What is extracted from it later goes the same way (`record_extraction`).
    """
    document = _find_document(app, caller, dataset_id, document_id)
    app.store.datasets.delete_document(document)
    _delete_objects(app, caller.organization, dataset_id, document_id)
    return document.seen_at(app.clock())


def read_documents(
    app: Application, caller: Caller, dataset_id: str, limit: int, after: str | None = None
) -> ReadPage:
    """Up to `limit` READY documents with their texts, from the first one behind the id `after`.

    Raises `NotFound` when there is no such dataset, or none of its documents is READY.
    """
    _find(app, caller.organization, dataset_id)
    found = app.store.datasets.list_documents(
        caller.organization, dataset_id, after=after, a_request=_READY_A_REQUEST
    )
    ready = (document for document in found if document.status is Status.READY)
    documents, next_after = cut(ready, limit, lambda document: document.document_id)
    if not documents and after is None:
        raise NotFound("READY document of this dataset", dataset_id)
    return ReadPage(tuple(show(app, documents)), next_after)


def record_extraction(app: Application, key: str) -> None:
    """Note what the extraction says of a document; `key` is that of its facts.

    Facts of a document that is READY or FAILED already change nothing: the first ones count. Those of a
    document that was deleted meanwhile are removed, with all there is of it.
    """
    found = layout.parse_extraction_facts(key)
    if found is None:
        return
    document = app.store.datasets.find_document(*found)
    if document is not None and document.status is Status.PROCESSING:
        content = app.store.objects.find(key)
        if content is None or app.store.datasets.record_extraction(*found, _read(app, document, content)):
            return
        # Somebody came before us: another delivery of the same event, or a deletion.
        document = app.store.datasets.find_document(*found)
    if document is None:
        _delete_objects(app, *found)


def open_library(app: Application, organization: str, dataset_id: str) -> Library:
    """A dataset to cite from. Raises `NotFound`."""
    return Library(app.store, _find(app, organization, dataset_id), app.clock())


def _find(app: Application, organization: str, dataset_id: str) -> Dataset:
    dataset = app.store.datasets.find(organization, dataset_id)
    if dataset is None:
        raise NotFound("Dataset", dataset_id)
    return dataset


def _find_document(app: Application, caller: Caller, dataset_id: str, document_id: str) -> Document:
    """A document as it is stored."""
    document = app.store.datasets.find_document(caller.organization, dataset_id, document_id)
    if document is None:
        raise NotFound("Document", document_id)
    return document


def _read(app: Application, document: Document, facts: bytes) -> Extraction:
    """What came of a document. How much Markdown there is, is not taken from the facts."""
    extraction = read_facts(facts)
    if extraction.status is not Status.READY:
        return extraction
    key = layout.markdown_object(document.organization, document.dataset_id, document.document_id)
    size = app.store.objects.size(key)
    if size is None:
        return Extraction(Status.FAILED, error=UNREADABLE)
    return replace(extraction, markdown_bytes=size)


def _delete_all_objects(app: Application, dataset: Dataset) -> None:
    for prefix in (layout.documents_prefix, layout.markdown_prefix):
        app.store.objects.delete_prefix(prefix(dataset.organization, dataset.dataset_id))


def _delete_objects(app: Application, organization: str, dataset_id: str, document_id: str) -> None:
    for key in (layout.document_object, layout.markdown_object, layout.extraction_facts):
        app.store.objects.delete(key(organization, dataset_id, document_id))


def _as_metadata(filename: str) -> str:
    """A file name in ASCII, percent-encoded; of a long one the end, which tells what kind of file it is."""
    encoded = [quote(character, safe="") for character in filename]
    while sum(map(len, encoded)) > _LONGEST_METADATA:
        del encoded[0]
    return "".join(encoded)
