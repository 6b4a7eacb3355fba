"""Files that are sent straight to storage."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from marksheet_openapi.bodies import Body, Count, Identifier, StatusWord


class Form(Body):
    """A presigned form."""

    url: Annotated[str, Field(pattern="^https?://")]
    fields: dict[str, str]


class Upload(Body):
    """How to send a file: POST a multipart/form-data form of `upload.fields`, then the file as a last field
    `file`, to `upload.url`, without the key. Then ask for the upload's status."""

    upload_id: Identifier
    upload: Form
    expires_in: Count
    """Seconds that the form is good for."""
    maximum_bytes: Count


class UploadProgress(Body):
    """What became of a file."""

    upload_id: Identifier
    status: StatusWord
    """PROCESSING until the file has arrived and was read."""
    benchmark_id: Identifier | None
    """The benchmark it made."""
    version: Annotated[int, Field(ge=1)] | None
    model_id: Identifier | None
    """The model it gave answers to."""
    count: Count | None
    """Questions or answers in it."""
    error: str | None
    """What is wrong with it; nothing of it was kept."""
    line: Count | None
    """Where, from 1."""
    field: str | None
    unit: Literal["line", "element"] | None
    """What `line` counts: lines of a file, or elements of a JSON array."""
