"""What requests about datasets and documents ask for."""

from __future__ import annotations

from pydantic import Field

from marksheet.dialects.reading import StrictModel, read_object, validate

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 4_000
LONGEST_FILE_NAME = 255


class CreateDatasetRequest(StrictModel):
    """`POST /v1/datasets`."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    """Printable, on one line; unique in the organization."""
    description: str | None = Field(default=None, max_length=LONGEST_DESCRIPTION)


class AddDocumentRequest(StrictModel):
    """`POST /v1/datasets/{id}/documents`: a file that will be sent by presigned form."""

    filename: str = Field(min_length=1, max_length=LONGEST_FILE_NAME)
    size_bytes: int | None = Field(default=None, ge=1)
    """Binds the form to exactly so many bytes."""


def decode_create_dataset(body: bytes) -> CreateDatasetRequest:
    """The body of a dataset's create. Raises InvalidRequest."""
    return validate(CreateDatasetRequest, read_object(body), "body")


def decode_add_document(body: bytes) -> AddDocumentRequest:
    """The body that announces a document. Raises InvalidRequest."""
    return validate(AddDocumentRequest, read_object(body), "body")
