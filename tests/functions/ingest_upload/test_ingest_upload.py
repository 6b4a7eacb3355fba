from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

from ingest_upload.handler import handler

from marksheet import benchmarks, datasets, uploads
from marksheet.application import Application
from marksheet.benchmarks import NewBenchmark
from marksheet.domain import Caller, Status
from marksheet.store import layout


def test_an_arrived_file_is_taken_in(
    deployed: Application, caller: Caller, load_event: Any, context: Any
) -> None:
    upload = benchmarks.request_upload(deployed, caller, NewBenchmark("sums"), "jsonl")
    key = layout.upload_object("acme", upload.upload_id)
    deployed.store.objects.write(key, b'{"question":"1 + 1?","answer":"2"}')
    event = load_event("ingest_upload", "object_created")
    event["Records"][0]["s3"]["object"]["key"] = quote_plus(key)
    handler(event, context)
    assert uploads.status(deployed, caller, upload.upload_id).status is Status.READY


def test_a_file_nobody_asked_for_is_passed_over(
    deployed: Application, caller: Caller, load_event: Any, context: Any
) -> None:
    handler(load_event("ingest_upload", "object_created"), context)
    assert benchmarks.list_all(deployed, caller) == []


def test_the_text_of_a_document_is_taken_in(
    deployed: Application, caller: Caller, load_event: Any, context: Any
) -> None:
    dataset_id = datasets.create(deployed, caller, "policies").dataset_id
    document = datasets.request_document(deployed, caller, dataset_id, "policies.md").document
    place = ("acme", dataset_id, document.document_id)
    deployed.store.objects.write(layout.markdown_object(*place), b"# Policies\n")
    key = layout.extraction_facts(*place)
    deployed.store.objects.write(key, json.dumps({"status": "READY", "mime": "text/markdown"}).encode())
    event = load_event("ingest_upload", "document_extracted")
    event["Records"][0]["s3"]["object"]["key"] = quote_plus(key)
    handler(event, context)
    found = datasets.get_document(deployed, caller, dataset_id, document.document_id)
    assert (found.document.status, found.markdown) == (Status.READY, "# Policies\n")


def test_the_text_of_a_document_that_is_gone_is_passed_over(
    deployed: Application, caller: Caller, load_event: Any, context: Any
) -> None:
    handler(load_event("ingest_upload", "document_extracted"), context)
    assert datasets.list_datasets(deployed, caller, 1).datasets == ()
