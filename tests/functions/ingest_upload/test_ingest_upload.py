from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from ingest_upload.handler import handler

from marksheet import benchmarks, uploads
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
