"""Datasets and documents on the stack: uploaded by presigned form, extracted, shown, downloaded, cited."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.client import Api
from tests.stubs.openai_stub import OpenAIStub

POLICY = b"# Company policies\n\nLeave is thirty days.\n\n## Travel\n\nTrains before planes, says page 7.\n"
NAME = 'Über "uns"\r\nX-Evil: 1.md'


@pytest.fixture
def model() -> Iterator[OpenAIStub]:
    with OpenAIStub() as stub:
        yield stub


def push(api: Api, dataset_id: str, filename: str, content: bytes) -> str:
    """Send a document as its presigned form says; its id."""
    body = {"filename": filename, "size_bytes": len(content)}
    added = api.call("POST", f"/v1/datasets/{dataset_id}/documents", json=body)
    form = added["upload"]
    sent = httpx.post(form["url"], data=form["fields"], files={"file": content}, timeout=60, trust_env=False)
    assert sent.status_code in (200, 201, 204), sent.text
    return str(added["document_id"])


def settled(api: Api, dataset_id: str) -> dict[str, dict[str, Any]]:
    """Every document once none is PROCESSING, by its name."""
    listed = api.wait(
        f"/v1/datasets/{dataset_id}/documents",
        lambda page: all(document["status"] != "PROCESSING" for document in page["documents"]),
    )
    return {document["filename"]: document for document in listed["documents"]}


def dataset(api: Api, name: str) -> str:
    return str(api.call("POST", "/v1/datasets", json={"name": name})["dataset_id"])


def word_document() -> bytes:
    """A DOCX as python-docx writes it."""
    import docx

    document = docx.Document()
    document.add_heading("Minutes", level=1)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "who", "Ada"
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def bomb() -> bytes:
    """An office file that inflates to a gigabyte."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * (200 << 20))
    return written.getvalue()


def test_documents_are_extracted_shown_and_downloaded(api: Api) -> None:
    dataset_id = dataset(api, "policies")
    push(api, dataset_id, NAME, POLICY)
    push(api, dataset_id, "minutes.docx", word_document())
    documents = settled(api, dataset_id)
    assert {document["status"] for document in documents.values()} == {"READY"}, documents
    key = api.http.headers["Authorization"].removeprefix("Bearer ")
    command = ["curl", "-sS", "--noproxy", "*", "-X", "GET", f"{api.url}/v1/eval/{dataset_id}/documents"]
    done = subprocess.run(
        [*command, "-H", f"Authorization: Api-Key {key}"], capture_output=True, check=True, timeout=60
    )
    answer = httpx.Response(200, content=done.stdout).json()
    assert answer["dataset_id"] == dataset_id
    policy, minutes = answer["documents"]
    assert list(policy) == ["filename", "mime", "size_bytes", "extracted_md", "download_url"]
    assert policy["extracted_md"].startswith("# Company policies")
    assert policy["size_bytes"] == len(POLICY)
    assert "# Minutes" in minutes["extracted_md"]
    assert "Ada" in minutes["extracted_md"]
    assert minutes["mime"].endswith("wordprocessingml.document")
    file = httpx.get(policy["download_url"], timeout=60, trust_env=False)
    assert file.content == POLICY
    disposition = file.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert "filename*=UTF-8''%C3%9Cber" in disposition
    assert "X-Evil" not in file.headers


def test_a_hostile_document_fails_with_a_reason_and_blocks_no_other(api: Api) -> None:
    dataset_id = dataset(api, "hostile")
    push(api, dataset_id, "bomb.docx", bomb())
    push(api, dataset_id, "picture.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    push(api, dataset_id, "good.md", POLICY)
    documents = settled(api, dataset_id)
    assert {name: document["status"] for name, document in documents.items()} == {
        "bomb.docx": "FAILED",
        "picture.pdf": "FAILED",
        "good.md": "READY",
    }
    assert documents["bomb.docx"]["error"]
    assert documents["picture.pdf"]["error"]
    shown = api.call("GET", f"/v1/eval/{dataset_id}/documents")["documents"]
    assert [document["filename"] for document in shown] == ["good.md"]


def test_a_form_takes_the_announced_size_and_no_other(api: Api) -> None:
    dataset_id = dataset(api, "sized")
    body = {"filename": "a.md", "size_bytes": 5}
    form = api.call("POST", f"/v1/datasets/{dataset_id}/documents", json=body)["upload"]
    sent = httpx.post(
        form["url"], data=form["fields"], files={"file": b"too long"}, timeout=60, trust_env=False
    )
    assert sent.status_code in (400, 403)


def test_a_dataset_without_documents_is_not_found(api: Api) -> None:
    dataset_id = dataset(api, "empty")
    assert api.http.get(f"/v1/eval/{dataset_id}/documents").status_code == 404
    assert api.http.get("/v1/eval/dataset-unknown/documents").status_code == 404


def test_questions_cite_documents_and_the_model_and_the_rows_see_them(api: Api, model: OpenAIStub) -> None:
    dataset_id = dataset(api, "cited")
    push(api, dataset_id, "policies.md", POLICY)
    settled(api, dataset_id)
    model.script.answer_to = lambda prompt: "Trains before planes."  # type: ignore[method-assign]
    api.endpoint("asked", model.base_url)
    question = {
        "question_id": "q1",
        "question": "How do we travel?",
        "expected_answer": "Trains before planes.",
        "context": [{"document": "policies.md", "section": "Travel"}, "The moon is round."],
    }
    benchmark_id = api.benchmark("cited", [question], dataset_id=dataset_id, scorers=["includes"])
    # What was cited stays with the benchmark.
    api.call("DELETE", f"/v1/datasets/{dataset_id}")
    document = api.evaluate("asked", benchmark_id)
    (prompt,) = model.stats()["by_prompt"]
    assert "Trains before planes, says page 7." in prompt
    assert "Leave is thirty days." not in prompt
    (row,) = document["detailed_results"]
    cited, moon = row["context"]
    assert (cited["source"], cited["chunk_used"]) == ("policies.md", True)
    assert cited["chunk_usage_pct"] > 0
    assert (moon["source"], moon["chunk_used"], moon["chunk_usage_pct"]) == (None, False, 0)


def test_another_organizations_dataset_does_not_exist(api: Api, environment: dict[str, str]) -> None:
    dataset_id = dataset(api, "secret")
    push(api, dataset_id, "policies.md", POLICY)
    settled(api, dataset_id)
    with Api.of(environment) as stranger:
        for path in (f"/v1/eval/{dataset_id}/documents", f"/v1/datasets/{dataset_id}"):
            assert stranger.http.get(path).status_code == 404
        assert stranger.http.delete(f"/v1/datasets/{dataset_id}").status_code == 404
