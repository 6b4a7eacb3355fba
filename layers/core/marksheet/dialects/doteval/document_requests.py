"""What requests about datasets and documents ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.doteval.page_tokens import decode_page_token
from marksheet.dialects.reading import StrictModel, read_object, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 4_000
LONGEST_FILE_NAME = 255
LARGEST_PAGE = 100
USUAL_PAGE = 20


def _after(value: Any) -> str:
    """The id that a page token stands for."""
    try:
        return decode_page_token(str(value))
    except ValueError:
        raise PydanticCustomError(
            "page_token", "Input should be the next_page_token of an earlier answer, unchanged"
        ) from None


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


class DocumentsQuery(BaseModel):
    """The query of both lists of documents. Values arrive as text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=USUAL_PAGE, ge=1, le=LARGEST_PAGE)
    after: Annotated[str, BeforeValidator(_after)] | None = Field(default=None, alias="page_token")
    """The id to continue after."""


def decode_create_dataset(body: bytes) -> CreateDatasetRequest:
    """The body of a dataset's create. Raises InvalidRequest."""
    return validate(CreateDatasetRequest, read_object(body), "body")


def decode_add_document(body: bytes) -> AddDocumentRequest:
    """The body that announces a document. Raises InvalidRequest."""
    return validate(AddDocumentRequest, read_object(body), "body")


def decode_documents_query(query: Mapping[str, str]) -> DocumentsQuery:
    """Which page of a dataset's documents is asked for. Raises InvalidRequest."""
    return validate(DocumentsQuery, query, "query")
