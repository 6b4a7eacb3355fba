"""Answers about files that go straight to storage."""

from __future__ import annotations

from marksheet.dialects.nugen import encode_upload, encode_upload_status
from marksheet.domain import Status


def test_an_upload_says_where_to_and_for_how_long() -> None:
    body = encode_upload(
        upload_id="upload-01",
        url="https://storage.example.com/",
        fields={"key": "orgs/acme/uploads/upload-01.upload", "policy": "p"},
        expires_seconds=900,
        maximum_bytes=1000,
    )
    assert body == {
        "upload_id": "upload-01",
        "upload": {
            "url": "https://storage.example.com/",
            "fields": {"key": "orgs/acme/uploads/upload-01.upload", "policy": "p"},
        },
        "expires_in": 900,
        "maximum_bytes": 1000,
    }


def test_a_file_that_was_wrong_says_where() -> None:
    body = encode_upload_status(
        upload_id="upload-01",
        status=Status.FAILED,
        benchmark_id=None,
        version=None,
        model_id=None,
        count=None,
        error="is not valid JSON",
        line=7,
        unit="line",
        field="question",
    )
    assert (body["status"], body["error"], body["line"], body["field"]) == (
        "FAILED",
        "is not valid JSON",
        7,
        "question",
    )
