"""IngestUpload: a file sent by presigned POST has arrived, or the text of a document; take it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet import benchmarks, datasets, models
from marksheet.domain import Caller, Status
from marksheet.errors import InvalidUpload, MarksheetError
from marksheet.store import layout

if TYPE_CHECKING:
    from marksheet.application import Application


def ingest_upload(app: Application, key: str) -> None:
    """Read an uploaded file into what it was sent for, once, and delete it.

    The caller's mistakes end in the upload's status, never in an exception: a second delivery of the same
    event would not mend them. An object that is no upload is passed over; a file that nobody waits for (any
    more) is deleted. Facts of an extracted document are recorded, and stay.
    """
    if layout.parse_extraction_facts(key):
        datasets.record_extraction(app, key)
        return
    found = layout.parse_upload_object(key)
    if found is None:
        return
    item = app.store.uploads.find(*found)
    if item is None or item["status"] != Status.PROCESSING.value:
        # A second file of one form, or one whose job was deleted. Nobody would ever see it again.
        app.store.objects.delete(key)
        return
    organization, upload_id = found
    caller = Caller(organization, item["key_id"], frozenset())
    purpose = item["purpose"]
    chunks = app.store.objects.stream(key)
    try:
        if purpose["kind"] == "benchmark":
            outcome = benchmarks.take_in(app, caller, purpose, chunks, item["format"])
        elif purpose["kind"] == "submissions":
            from marksheet import grading_jobs

            outcome = grading_jobs.take_in(app, caller, upload_id, purpose, chunks)
        else:
            outcome = models.take_in(app, caller, purpose, chunks)
        app.store.uploads.finish(organization, upload_id, Status.READY, outcome)
    except MarksheetError as error:
        failure: dict[str, Any] = {"error": error.message}
        if isinstance(error, InvalidUpload):
            failure |= {"error": error.detail, "line": error.line, "field": error.field, "unit": error.unit}
        app.store.uploads.finish(organization, upload_id, Status.FAILED, failure)
        if purpose["kind"] == "answers":
            app.store.models.set_failed(organization, purpose["model_id"], error.message)
    app.store.objects.delete(key)
