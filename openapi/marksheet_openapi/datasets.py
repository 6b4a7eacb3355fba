"""Datasets and their documents: what their routes take and answer."""

from __future__ import annotations

from marksheet.dialects.doteval import document_requests as requests
from marksheet.dialects.doteval.page_requests import PageQuery
from marksheet_openapi.bodies import Body, Count, Identifier, Sha256, Time, absent
from marksheet_openapi.grading import PAGE, Deletion, GradingStatus
from marksheet_openapi.operations import READ, WRITE, Operation
from marksheet_openapi.surfaces import GRADING
from marksheet_openapi.uploads import Form


class Dataset(Body):
    """Documents that belong together."""

    dataset_id: Identifier
    name: str
    description: str | None
    documents: Count
    """How many it has, of any status."""
    created_at: Time


class DatasetList(Body):
    """A page of the organization's datasets."""

    datasets: list[Dataset]
    next_page_token: str | None


class Document(Body):
    """One uploaded file."""

    document_id: Identifier
    filename: str
    status: GradingStatus
    """PROCESSING until its text was extracted."""
    mime: str | None
    """What its content is."""
    size_bytes: Count | None
    sha256: Sha256 | None
    pages: Count | None
    characters: Count | None
    """Of its Markdown."""
    warnings: list[str]
    error: str | None
    """Why it FAILED."""
    created_at: Time


class DocumentOfDataset(Document):
    """One uploaded file; once READY with its text."""

    dataset_id: Identifier
    extracted_md: str | None = absent()
    extracted_md_url: str | None = absent()
    """Where a large text is; for 15 minutes, without a key."""
    download_url: str = absent()
    """Where the file is; for 15 minutes, without a key."""


class DocumentList(Body):
    """A page of a dataset's documents."""

    dataset_id: Identifier
    documents: list[Document]
    next_page_token: str | None


class AddedDocument(Body):
    """How to send a document: POST a multipart/form-data form of `upload.fields`, then the file as a last
    field `file`, to `upload.url`, without the key."""

    document_id: Identifier
    dataset_id: Identifier
    filename: str
    status: GradingStatus
    upload: Form
    expires_in: Count
    """Seconds that the form is good for."""
    maximum_bytes: Count


class ReadDocument(Body):
    """A document with its text."""

    filename: str
    mime: str
    size_bytes: Count
    extracted_md: str | None
    extracted_md_url: str = absent()
    """Only where the text is too large to stand here."""
    download_url: str


class ReadDocuments(Body):
    """The documents of a dataset whose text was extracted."""

    dataset_id: Identifier
    documents: list[ReadDocument]
    next_page_token: str = absent()
    """Only where there are more."""


OPERATIONS = {
    "create_dataset": Operation(
        "Datasets",
        "Make a dataset",
        surface=GRADING,
        scope=WRITE,
        bodies=(requests.CreateDatasetRequest,),
        fields={"description": "A sentence about it."},
        request_examples={"policies": {"name": "policies"}},
        answer=Dataset,
        refusals={409: "There is a dataset of this name."},
    ),
    "list_datasets": Operation(
        "Datasets",
        "List datasets",
        "Oldest first.",
        surface=GRADING,
        scope=READ,
        query=PageQuery,
        fields=PAGE,
        answer=DatasetList,
    ),
    "get_dataset": Operation("Datasets", "Get a dataset", surface=GRADING, scope=READ, answer=Dataset),
    "delete_dataset": Operation(
        "Datasets",
        "Delete a dataset",
        "With all its documents. Benchmarks keep the text that their questions cite.",
        surface=GRADING,
        scope=WRITE,
        answer=Deletion,
    ),
    "add_document": Operation(
        "Datasets",
        "Add a document",
        "Gives a presigned form for the file, bound to its place, type and size.",
        surface=GRADING,
        scope=WRITE,
        bodies=(requests.AddDocumentRequest,),
        fields={"filename": "What it is called; its content decides what it is."},
        request_examples={"pdf": {"filename": "policies.pdf", "size_bytes": 283719}},
        answer=AddedDocument,
        refusals={409: "The dataset is full."},
    ),
    "list_documents": Operation(
        "Datasets",
        "List a dataset's documents",
        "Of any status.",
        surface=GRADING,
        scope=READ,
        query=PageQuery,
        fields=PAGE,
        answer=DocumentList,
    ),
    "show_document": Operation(
        "Datasets", "Get a document", surface=GRADING, scope=READ, answer=DocumentOfDataset
    ),
    "delete_document": Operation(
        "Datasets", "Delete a document", surface=GRADING, scope=WRITE, answer=Deletion
    ),
    "read_documents": Operation(
        "Datasets",
        "Read a dataset's documents",
        "Those whose text was extracted, with it.",
        surface=GRADING,
        scope=READ,
        query=PageQuery,
        fields=PAGE,
        answer=ReadDocuments,
        refusals={404: "There is no such dataset in this organization, or it has no documents."},
    ),
}
