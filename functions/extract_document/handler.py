"""S3 event: a document was uploaded to a dataset; turn it into Markdown."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

from marksheet.application import application
from marksheet.extracting import extract_document
from marksheet.observability import logger


def handler(event: dict[str, Any], context: Any) -> None:
    for record in event["Records"]:
        outcome = extract_document(application(), unquote_plus(record["s3"]["object"]["key"]))
        if outcome is not None:
            logger().info("document read", extra=outcome)
