"""What clients keep beside their calls: what its routes take and answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from marksheet.dialects.weave import object_requests as requests
from marksheet_openapi.bodies import Body, Count, Time
from marksheet_openapi.logged_calls import NO_SUCH_PROJECT, TAG
from marksheet_openapi.operations import READ, WRITE, Operation
from marksheet_openapi.surfaces import TRACES

Digest = Annotated[str, Field(pattern=f"^{requests.DIGEST}$")]
_OTHER_DIGEST = {409: "It has another digest than expected."}


class KeptObject(Body):
    """The version that an object is."""

    digest: Digest
    object_id: str


class ReadObject(Body):
    """A version of an object."""

    project_id: str
    object_id: str
    created_at: Time
    deleted_at: None
    digest: Digest
    version_index: Count
    is_latest: Literal[0, 1]
    kind: Literal["op", "object"]
    base_object_class: str | None
    leaf_object_class: str | None
    val: Any
    wb_user_id: None


class ReadObjectAnswer(Body):
    """A version of an object."""

    obj: ReadObject


class KeptTable(Body):
    """The digests of a table and of its rows in order."""

    digest: Digest
    row_digests: list[Digest]


class TableRow(Body):
    """A row of a table."""

    digest: str
    val: Any
    original_index: Count
    """From 0, in the table."""


class TableRows(Body):
    """Rows of a table in its order."""

    rows: list[TableRow]


class TableCount(Body):
    """How many rows a table has."""

    count: Count


class KeptDigest(Body):
    """What was kept, by its digest."""

    digest: Digest


def _kept(summary: str, model: Any, answer: Any, text: str = "") -> Operation:
    return Operation(
        TAG,
        summary,
        text,
        surface=TRACES,
        scope=WRITE,
        bodies=(model,),
        answer=answer,
        refusals={**NO_SUCH_PROJECT, **_OTHER_DIGEST},
    )


def _read(summary: str, model: Any, answer: Any, text: str = "") -> Operation:
    return Operation(
        TAG,
        summary,
        surface=TRACES,
        scope=READ,
        bodies=(model,),
        answer=answer,
        text=text,
        refusals={404: "There is no such thing in a project of the key's organization."},
    )


OPERATIONS = {
    "keep_object": _kept("Keep an object", requests.KeepObjectRequest, KeptObject),
    "read_object": _read("Read an object", requests.ReadObjectRequest, ReadObjectAnswer),
    "keep_table": _kept("Keep rows", requests.KeepTableRequest, KeptTable),
    "join_table": _kept(
        "Ask for the table of rows that were sent",
        requests.JoinTableRequest,
        KeptDigest,
        "They have to have been sent as one table.",
    ),
    "query_table": _read("Read rows", requests.QueryTableRequest, TableRows),
    "count_table": _read("Count rows", requests.CountTableRequest, TableCount),
    "keep_file": Operation(
        TAG,
        "Keep a file",
        surface=TRACES,
        scope=WRITE,
        form=requests.FileFields,
        file="Any file.",
        answer=KeptDigest,
        refusals={**NO_SUCH_PROJECT, **_OTHER_DIGEST},
    ),
    "read_file": _read(
        "Read a file", requests.ReadFileRequest, "application/octet-stream", "The file as it was sent."
    ),
}
