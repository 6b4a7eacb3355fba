from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from botocore.exceptions import ClientError
from extract_document.handler import handler

from marksheet import aws, extracting
from marksheet.application import Application
from marksheet.extraction_facts import read_facts
from marksheet.store import layout
from tests.extraction.corpus import READ, REFUSED

DATASET, DOCUMENT = "dataset-01kdyak34dwzkbtfbxwaszq64r", "document-01kdyak34e8m2v5n9q3rt7wxyz"
KEY = layout.document_object("acme", DATASET, DOCUMENT)


def put(app: Application, content: bytes, filename: str | None = None) -> None:
    """An upload, with the name that it was declared to have."""
    metadata = {} if filename is None else {"filename": quote(filename)}
    aws.client("s3").put_object(Bucket=app.store.objects.bucket, Key=KEY, Body=content, Metadata=metadata)


def facts(app: Application) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        app.store.objects.read(layout.extraction_facts("acme", DATASET, DOCUMENT))
    )
    return found


def markdown(app: Application) -> str | None:
    found = app.store.objects.find(layout.markdown_object("acme", DATASET, DOCUMENT))
    return None if found is None else found.decode()


def arrive(load_event: Any, context: Any, key: str = KEY) -> None:
    event = load_event("extract_document", "object_created")
    event["Records"][0]["s3"]["object"]["key"] = quote_plus(key)
    handler(event, context)


def test_a_document_becomes_markdown_and_facts(deployed: Application, load_event: Any, context: Any) -> None:
    content = READ["report"].make()
    put(deployed, content, "report.pdf")
    arrive(load_event, context)
    text = markdown(deployed)
    assert text is not None
    assert text.startswith("<!-- page 1 -->\n\n# Report of the lamps")
    assert facts(deployed) == {
        "status": "READY",
        "error": None,
        "mime": "application/pdf",
        "pages": 2,
        "characters": len(text),
        "warnings": [],
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_the_objects_say_what_they_are(deployed: Application, load_event: Any, context: Any) -> None:
    put(deployed, b"North light")
    arrive(load_event, context)
    types = {
        key: aws.client("s3").head_object(Bucket=deployed.store.objects.bucket, Key=key)["ContentType"]
        for key in (
            layout.markdown_object("acme", DATASET, DOCUMENT),
            layout.extraction_facts("acme", DATASET, DOCUMENT),
        )
    }
    assert list(types.values()) == ["text/markdown; charset=utf-8", "application/json"]


@pytest.mark.parametrize(
    ("filename", "mime"), [("灯台 & more.csv", "text/csv"), ("lamps.txt", "text/plain"), (None, "text/plain")]
)
def test_the_declared_name_chooses_among_texts(
    deployed: Application, load_event: Any, context: Any, filename: str | None, mime: str
) -> None:
    put(deployed, b"Lamp,Range\nNorth,12\n", filename)
    arrive(load_event, context)
    assert facts(deployed)["mime"] == mime


def test_a_refused_document_has_a_reason_and_no_markdown(
    deployed: Application, load_event: Any, context: Any
) -> None:
    put(deployed, REFUSED["picture"].make(), "report.pdf")
    arrive(load_event, context)
    assert facts(deployed)["status"] == "FAILED"
    assert facts(deployed)["error"].startswith("this is a PNG picture")
    assert markdown(deployed) is None


def test_what_is_too_large_is_not_fetched(
    deployed: Application, load_event: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marksheet_extraction.LARGEST_DOCUMENT", 10)
    put(deployed, b"North light")
    arrive(load_event, context)
    found = facts(deployed)
    assert (found["status"], found["size_bytes"], found["sha256"]) == ("FAILED", 11, None)
    assert found["error"] == "the file is larger than 50 MiB, the most that a document may have"


def test_a_document_that_takes_too_long_is_told_so(
    deployed: Application, load_event: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracting, "READING_SECONDS", 0.001)
    put(deployed, b"North light")
    arrive(load_event, context)
    assert facts(deployed)["error"] == "it took longer than 0.001 seconds to read"


def test_a_second_delivery_changes_nothing(deployed: Application, load_event: Any, context: Any) -> None:
    put(deployed, b"North light")
    arrive(load_event, context)
    before = (markdown(deployed), facts(deployed))
    arrive(load_event, context)
    assert (markdown(deployed), facts(deployed)) == before


def test_a_second_file_sent_with_the_same_form_changes_nothing_that_was_read(
    deployed: Application, load_event: Any, context: Any
) -> None:
    put(deployed, b"North light")
    arrive(load_event, context)
    before = (markdown(deployed), facts(deployed))
    put(deployed, b"# South light")
    arrive(load_event, context)
    assert (markdown(deployed), facts(deployed)) == before


def test_a_document_that_is_gone_is_passed_over(deployed: Application, load_event: Any, context: Any) -> None:
    arrive(load_event, context)
    assert markdown(deployed) is None


def test_a_document_that_s3_does_not_give_says_so(
    deployed: Application, load_event: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = aws.client("s3").get_object

    def refuse(**request: Any) -> Any:
        if request["Key"] == KEY:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
        return real(**request)

    with monkeypatch.context() as patched:
        patched.setattr(aws.client("s3"), "get_object", refuse)
        arrive(load_event, context)
    found = facts(deployed)
    assert (found["status"], found["size_bytes"], found["sha256"]) == ("FAILED", None, None)
    assert found["error"] == "the file could not be fetched from the storage; send it again"
    assert read_facts(json.dumps(found).encode()).error == found["error"]


@pytest.mark.parametrize("key", ["orgs/acme/uploads/u.upload", "orgs/acme/documents/d/x/y.document"])
def test_another_object_is_passed_over(
    deployed: Application, load_event: Any, context: Any, key: str
) -> None:
    deployed.store.objects.write(key, b"North light")
    arrive(load_event, context, key)
    assert aws.client("s3").list_objects_v2(Bucket=deployed.store.objects.bucket)["KeyCount"] == 1


def test_nothing_is_left_on_the_disk(
    deployed: Application,
    load_event: Any,
    context: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    disk = tmp_path_factory.mktemp("disk")
    monkeypatch.setattr("tempfile.tempdir", str(disk))
    put(deployed, b"North light")
    arrive(load_event, context)
    assert list(disk.iterdir()) == []
