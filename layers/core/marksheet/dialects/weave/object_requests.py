"""Objects, tables and files as the clients keep and read them."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field

from marksheet.dialects.reading import of_form, validate
from marksheet.dialects.weave.bodies import Logged, read_exactly
from marksheet.dialects.weave.projects import Project, ProjectId
from marksheet.errors import InvalidRequest, Problem

MOST_ROWS = 1_000_000
OBJECT_ID = r"[\w-][\w.-]{0,127}"
DIGEST = r"[A-Za-z0-9]{1,64}"
ObjectId = Annotated[
    str,
    Field(
        pattern=of_form(f"^{OBJECT_ID}$", "a name of 1 to 128 letters, digits and . _ -, the first no dot")
    ),
]
Digest = Annotated[str, Field(pattern=of_form(f"^{DIGEST}$", "a digest: letters and digits"))]
"""Those of objects, rows and files have 43 characters, those of tables 64."""


class ObjectToKeep(Logged):
    """An object to be kept."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    object_id: ObjectId
    """Its name; objects of one name are versions of each other."""
    val: Any
    """Any JSON."""
    builtin_object_class: None = None
    """No value is completed by a class of the service's."""
    set_base_object_class: None = None
    """The same, as older clients call it."""
    expected_digest: Digest | None = None
    """What its digest has to be."""


class KeepObjectRequest(Logged):
    """`POST /obj/create`."""

    obj: ObjectToKeep
    """An object to be kept."""


class ReadObjectRequest(Logged):
    """`POST /obj/read`."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    object_id: ObjectId
    """Its name."""
    digest: Digest
    """The version's, its number (`v0`), or `latest`."""
    metadata_only: bool | None = None
    """Leave the value out."""


class TableToKeep(Logged):
    """Rows to be kept."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    rows: list[dict[str, Any]] = Field(max_length=MOST_ROWS)
    """Any objects."""
    expected_digest: Digest | None = None
    """What the table's digest has to be."""


class KeepTableRequest(Logged):
    """`POST /table/create`."""

    table: TableToKeep
    """Rows to be kept."""


class JoinTableRequest(Logged):
    """`POST /table/create_from_digests`."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    row_digests: list[Digest] = Field(max_length=MOST_ROWS)
    """Those of all its rows, in order."""
    expected_digest: Digest | None = None
    """What the table's digest has to be."""


class TableRowFilter(Logged):
    """Which rows of a table."""

    row_digests: list[Digest] | None = None
    """Those with these digests."""


class QueryTableRequest(Logged):
    """`POST /table/query`."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    digest: Digest
    """The table's."""
    filter: TableRowFilter | None = None
    """Which rows."""
    limit: int | None = Field(default=None, ge=0, le=MOST_ROWS, strict=False)
    """Rows at most; all of them without it."""
    offset: int | None = Field(default=None, ge=0, le=MOST_ROWS, strict=False)
    """Rows to pass over."""
    sort_by: None = None
    """No other order than the table's is offered."""


class CountTableRequest(Logged):
    """`POST /table/query_stats`."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    digest: Digest
    """The table's."""


class ReadFileRequest(Logged):
    """`POST /file/content`."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    digest: Digest
    """The file's."""


class FileFields(Logged):
    """What a form says beside its file."""

    project_id: ProjectId
    """The project: organization, slash, label."""
    expected_digest: Digest | None = None
    """What the file's digest has to be."""


class SentFile(NamedTuple):
    """A file to be kept."""

    project_id: Project
    content: bytes
    expected_digest: str | None


def decode_keep_object(body: bytes) -> ObjectToKeep:
    """The body of `POST /obj/create`. Raises InvalidRequest."""
    return validate(KeepObjectRequest, read_exactly(body), "body").obj


def decode_read_object(body: bytes) -> ReadObjectRequest:
    """The body of `POST /obj/read`. Raises InvalidRequest."""
    return validate(ReadObjectRequest, read_exactly(body), "body")


def decode_keep_table(body: bytes) -> TableToKeep:
    """The body of `POST /table/create`. Raises InvalidRequest."""
    return validate(KeepTableRequest, read_exactly(body), "body").table


def decode_join_table(body: bytes) -> JoinTableRequest:
    """The body of `POST /table/create_from_digests`. Raises InvalidRequest."""
    return validate(JoinTableRequest, read_exactly(body), "body")


def decode_query_table(body: bytes) -> QueryTableRequest:
    """The body of `POST /table/query`. Raises InvalidRequest."""
    return validate(QueryTableRequest, read_exactly(body), "body")


def decode_count_table(body: bytes) -> CountTableRequest:
    """The body of `POST /table/query_stats`. Raises InvalidRequest."""
    return validate(CountTableRequest, read_exactly(body), "body")


def decode_read_file(body: bytes) -> ReadFileRequest:
    """The body of `POST /file/content`. Raises InvalidRequest."""
    return validate(ReadFileRequest, read_exactly(body), "body")


def decode_keep_file(body: bytes, content_type: str) -> SentFile:
    """The form of `POST /file/create`. Raises InvalidRequest."""
    from marksheet.dialects.forms import is_form, read_form

    if not is_form(content_type):
        message = "Input should be multipart/form-data"
        raise InvalidRequest(Problem(("header", "content-type"), message))
    parts = {part.name: part for part in read_form(body, content_type)}
    if "file" not in parts:
        raise InvalidRequest(Problem(("body", "file"), "Field required", "missing"))
    told = {name: part.text for name, part in parts.items() if name != "file"}
    fields = validate(FileFields, told, "body")
    return SentFile(fields.project_id, parts["file"].content, fields.expected_digest)
