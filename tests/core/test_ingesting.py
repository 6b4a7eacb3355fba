"""What starts IngestUpload, and whose it is. What becomes of each kind is told by its own module's tests."""

from __future__ import annotations

import json

import pytest

from marksheet import datasets
from marksheet.application import Application
from marksheet.domain import Caller, Status
from marksheet.ingesting import ingest_upload
from marksheet.store import layout


def test_facts_of_an_extracted_document_are_recorded_and_stay(app: Application, caller: Caller) -> None:
    dataset_id = datasets.create(app, caller, "policies").dataset_id
    asked = datasets.request_document(app, caller, dataset_id, "a.md")
    place = ("acme", dataset_id, asked.document.document_id)
    key = layout.extraction_facts(*place)
    app.store.objects.write(layout.markdown_object(*place), b"# A\n")
    app.store.objects.write(key, json.dumps({"status": "READY"}).encode())
    for _delivery in range(2):
        ingest_upload(app, key)
        found = datasets.get_document(app, caller, dataset_id, asked.document.document_id)
        assert (found.document.status, found.markdown) == (Status.READY, "# A\n")
    assert app.store.objects.find(key) is not None


@pytest.mark.parametrize(
    "key",
    [
        "orgs/acme/documents/dataset-1/doc-1.document",
        "orgs/acme/markdown/dataset-1/doc-1.md",
        "elsewhere",
    ],
)
def test_an_object_that_is_no_upload_is_left_alone(app: Application, key: str) -> None:
    app.store.objects.write(key, b"content")
    ingest_upload(app, key)
    assert app.store.objects.read(key) == b"content"


def test_a_file_that_nobody_waits_for_is_deleted(app: Application) -> None:
    key = "orgs/acme/uploads/upload-1.upload"
    app.store.objects.write(key, b"content")
    ingest_upload(app, key)
    assert app.store.objects.find(key) is None
