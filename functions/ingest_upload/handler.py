"""S3 event: a file sent by presigned POST has arrived; take it in."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

from marksheet.application import application
from marksheet.ingesting import ingest_upload


def handler(event: dict[str, Any], context: Any) -> None:
    for record in event["Records"]:
        ingest_upload(application(), unquote_plus(record["s3"]["object"]["key"]))
