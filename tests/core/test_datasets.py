from __future__ import annotations

import base64
import json
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from botocore.client import BaseClient

from marksheet import aws, datasets
from marksheet.application import Application
from marksheet.datasets import RequestedDocument
from marksheet.domain import Caller, Dataset, Status
from marksheet.domain.documents import NEVER_READ
from marksheet.errors import Conflict, InvalidRequest, NotFound
from marksheet.store import layout
from tests.deployment import BUCKET, Clock

PDF = "application/pdf"


@pytest.fixture
def dataset(app: Application, caller: Caller) -> Dataset:
    return datasets.create(app, caller, "policies", "what we promise")


class Documents:
    """Puts documents into a dataset, as S3 and the extraction would."""

    def __init__(self, app: Application, caller: Caller, dataset: Dataset) -> None:
        self._app = app
        self._caller = caller
        self._dataset = dataset

    def request(self, filename: str = "policies.pdf") -> RequestedDocument:
        return datasets.request_document(self._app, self._caller, self._dataset.dataset_id, filename)

    def extract(self, document_id: str, markdown: str | None = "# Policies\n", **facts: Any) -> str:
        """What stands in the bucket when the extraction is done; gives back the key of the facts."""
        place = (self._caller.organization, self._dataset.dataset_id, document_id)
        self._app.store.objects.write(layout.document_object(*place), b"%PDF-1.7")
        if markdown is not None:
            self._app.store.objects.write(layout.markdown_object(*place), markdown.encode())
        told = {"status": "READY", "error": None, "mime": PDF, "pages": 1, "characters": len(markdown or "")}
        told |= {"warnings": [], "size_bytes": 8, "sha256": "0" * 64, **facts}
        key = layout.extraction_facts(*place)
        self._app.store.objects.write(key, json.dumps(told).encode())
        return key

    def add(self, filename: str = "policies.pdf", markdown: str = "# Policies\n", **facts: Any) -> str:
        """A document that was sent and read; gives back its id."""
        document_id = self.request(filename).document.document_id
        datasets.record_extraction(self._app, self.extract(document_id, markdown, **facts))
        return document_id

    def objects(self) -> list[str]:
        """Keys of everything in the bucket that belongs to documents."""
        found = aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [entry["Key"] for entry in found]


@pytest.fixture
def documents(app: Application, caller: Caller, dataset: Dataset) -> Documents:
    return Documents(app, caller, dataset)


def cut_off_at(monkeypatch: pytest.MonkeyPatch, write: int) -> None:
    """The function is killed before the table or the bucket is changed for the so manieth time."""
    make_call = BaseClient._make_api_call
    writes = count(1)

    def make_call_or_die(self: BaseClient, operation: str, given: Any) -> Any:
        if operation.startswith(("Delete", "Batch", "Transact", "Update", "Put")) and next(writes) == write:
            raise KeyboardInterrupt
        return make_call(self, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", make_call_or_die)


def query_of(url: str | None) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url or "").query).items()}


# Datasets


def test_a_dataset_begins_empty(app: Application, caller: Caller, dataset: Dataset) -> None:
    assert (dataset.name, dataset.description, dataset.document_count) == ("policies", "what we promise", 0)
    assert datasets.get(app, caller, dataset.dataset_id) == dataset
    assert datasets.list_datasets(app, caller, 10).datasets == (dataset,)


def test_datasets_are_listed_page_by_page(app: Application, caller: Caller, stranger: Caller) -> None:
    made = [datasets.create(app, caller, str(number)) for number in range(5)]
    made.sort(key=lambda dataset: dataset.dataset_id)
    datasets.create(app, stranger, "another's")
    first = datasets.list_datasets(app, caller, 2)
    assert (first.datasets, first.next_after) == (tuple(made[:2]), made[1].dataset_id)
    second = datasets.list_datasets(app, caller, 3, first.next_after)
    assert (second.datasets, second.next_after) == (tuple(made[2:]), None)


def test_a_page_goes_on_behind_a_dataset_that_was_deleted(app: Application, caller: Caller) -> None:
    made = sorted(datasets.create(app, caller, str(number)).dataset_id for number in range(2))
    first = datasets.list_datasets(app, caller, 1)
    datasets.delete(app, caller, made[0])
    left = datasets.list_datasets(app, caller, 1, first.next_after)
    assert [dataset.dataset_id for dataset in left.datasets] == made[1:]


def test_a_name_is_taken_once_in_an_organization(
    app: Application, caller: Caller, stranger: Caller, dataset: Dataset
) -> None:
    with pytest.raises(Conflict, match="'policies' already"):
        datasets.create(app, caller, "policies")
    datasets.create(app, stranger, "policies")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201, "a\u202eb"])
def test_a_name_is_one_printable_line(app: Application, caller: Caller, name: str) -> None:
    with pytest.raises(InvalidRequest, match="name"):
        datasets.create(app, caller, name)


def test_anothers_dataset_does_not_exist(
    app: Application, stranger: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id, dataset_id = documents.add(), dataset.dataset_id
    with pytest.raises(NotFound):
        datasets.get(app, stranger, dataset_id)
    with pytest.raises(NotFound):
        datasets.delete(app, stranger, dataset_id)
    with pytest.raises(NotFound):
        datasets.request_document(app, stranger, dataset_id, "a.md")
    with pytest.raises(NotFound):
        datasets.list_documents(app, stranger, dataset_id, 10)
    with pytest.raises(NotFound):
        datasets.read_documents(app, stranger, dataset_id, 10)
    with pytest.raises(NotFound):
        datasets.get_document(app, stranger, dataset_id, document_id)
    with pytest.raises(NotFound):
        datasets.delete_document(app, stranger, dataset_id, document_id)
    with pytest.raises(NotFound):
        datasets.open_library(app, stranger.organization, dataset_id)


def test_deleting_a_dataset_deletes_documents_files_and_texts(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    documents.add()
    other = datasets.create(app, caller, "other")
    kept = Documents(app, caller, other).add()
    datasets.delete(app, caller, dataset.dataset_id)
    with pytest.raises(NotFound):
        datasets.get(app, caller, dataset.dataset_id)
    assert {key.split("/")[3] for key in documents.objects()} == {other.dataset_id}
    assert datasets.get_document(app, caller, other.dataset_id, kept).markdown == "# Policies\n"
    datasets.create(app, caller, "policies")


@pytest.mark.parametrize("write", range(1, 8))
def test_a_deletion_that_was_cut_off_can_be_repeated_or_leaves_the_name_free(
    app: Application,
    caller: Caller,
    dataset: Dataset,
    documents: Documents,
    monkeypatch: pytest.MonkeyPatch,
    write: int,
) -> None:
    documents.add()
    with monkeypatch.context() as cut, suppress(KeyboardInterrupt):
        cut_off_at(cut, write)
        datasets.delete(app, caller, dataset.dataset_id)
    with suppress(NotFound):
        datasets.delete(app, caller, dataset.dataset_id)
    assert datasets.create(app, caller, "policies").document_count == 0


def test_a_document_that_is_read_while_its_dataset_is_deleted_leaves_nothing(
    app: Application,
    caller: Caller,
    dataset: Dataset,
    documents: Documents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document_id = documents.request().document.document_id
    delete = app.store.datasets.delete

    def read_before(given: Dataset) -> None:
        datasets.record_extraction(app, documents.extract(document_id))
        delete(given)

    monkeypatch.setattr(app.store.datasets, "delete", read_before)
    datasets.delete(app, caller, dataset.dataset_id)
    assert documents.objects() == []


def test_of_two_deletions_the_later_one_leaves_a_new_dataset_its_name(
    app: Application, caller: Caller, dataset: Dataset
) -> None:
    datasets.delete(app, caller, dataset.dataset_id)
    datasets.create(app, caller, "policies")
    # It had found the dataset before the other one had deleted it.
    app.store.datasets.delete(dataset)
    with pytest.raises(Conflict, match="'policies' already"):
        datasets.create(app, caller, "policies")


# Sending a document


def test_a_document_is_sent_by_a_form_bound_to_its_place(
    app: Application, caller: Caller, dataset: Dataset
) -> None:
    asked = datasets.request_document(app, caller, dataset.dataset_id, "Grüße & Co.pdf")
    document = asked.document
    assert (document.status, document.filename) == (Status.PROCESSING, "Grüße & Co.pdf")
    assert (asked.expires_seconds, asked.maximum_bytes) == (900, 52_428_800)
    policy = json.loads(base64.b64decode(asked.post.fields["policy"]))["conditions"]
    key = layout.document_object("acme", dataset.dataset_id, document.document_id)
    assert {"key": key} in policy
    assert {"Content-Type": "application/octet-stream"} in policy
    assert {"x-amz-meta-filename": "Gr%C3%BC%C3%9Fe%20%26%20Co.pdf"} in policy
    assert ["content-length-range", 1, 52_428_800] in policy
    assert asked.post.fields["key"] == key
    assert asked.post.fields["Content-Type"] == "application/octet-stream"
    assert asked.post.fields["x-amz-meta-filename"] == "Gr%C3%BC%C3%9Fe%20%26%20Co.pdf"


def test_a_size_that_is_told_binds_the_form_to_it(app: Application, caller: Caller, dataset: Dataset) -> None:
    asked = datasets.request_document(app, caller, dataset.dataset_id, "a.pdf", 1234)
    policy = json.loads(base64.b64decode(asked.post.fields["policy"]))["conditions"]
    assert ["content-length-range", 1234, 1234] in policy
    assert asked.maximum_bytes == 1234


@pytest.mark.parametrize("size", [-1, 0, 52_428_801])
def test_a_size_that_is_not_taken_is_refused(
    app: Application, caller: Caller, dataset: Dataset, size: int
) -> None:
    with pytest.raises(InvalidRequest, match=r"size_bytes: .* 1 to 52,428,800"):
        datasets.request_document(app, caller, dataset.dataset_id, "a.pdf", size)


def test_of_a_path_the_last_part_is_kept(documents: Documents) -> None:
    assert documents.request("C:\\docs\r\n/policies.pdf").document.filename == "policies.pdf"


@pytest.mark.parametrize("filename", ["", "  ", "a/", "..", "\r\n", "x" * 256])
def test_a_file_name_of_which_nothing_is_left_is_refused(documents: Documents, filename: str) -> None:
    with pytest.raises(InvalidRequest, match="filename"):
        documents.request(filename)


def test_the_longest_file_name_fits_beside_the_object(documents: Documents) -> None:
    asked = documents.request("报" * 251 + ".pdf")
    kept = asked.post.fields["x-amz-meta-filename"]
    assert len(kept) <= 1000
    assert kept.startswith(quote("报"))
    assert kept.endswith(".pdf")


def test_a_dataset_has_no_more_documents_than_it_may(
    app: Application, caller: Caller, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "MAXIMUM_DOCUMENTS", 2)
    documents.request()
    documents.request()
    with pytest.raises(Conflict, match="2 documents, the most"):
        documents.request()
    assert datasets.list_datasets(app, caller, 1).datasets[0].document_count == 2


# What a document came to


def test_a_document_that_was_read_is_ready(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id = documents.add(markdown="# Grüße\n", warnings=["a picture was left out"])
    document = datasets.get_document(app, caller, dataset.dataset_id, document_id).document
    assert (document.status, document.mime, document.pages) == (Status.READY, PDF, 1)
    assert (document.characters, document.markdown_bytes) == (8, 10)
    assert (document.size_bytes, document.sha256) == (8, "0" * 64)
    assert document.warnings == ("a picture was left out",)


def test_a_document_that_could_not_be_read_says_why(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id = documents.request().document.document_id
    key = documents.extract(document_id, None, status="FAILED", error="the file is encrypted", mime=None)
    datasets.record_extraction(app, key)
    shown = datasets.get_document(app, caller, dataset.dataset_id, document_id)
    assert (shown.document.status, shown.document.error) == (Status.FAILED, "the file is encrypted")
    assert (shown.markdown, shown.markdown_url, shown.download_url) == (None, None, None)


def test_facts_without_a_text_are_a_failure(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id = documents.request().document.document_id
    datasets.record_extraction(app, documents.extract(document_id, None))
    shown = datasets.get_document(app, caller, dataset.dataset_id, document_id)
    assert (shown.document.status, shown.document.error) == (
        Status.FAILED,
        "its text could not be extracted",
    )


def test_the_first_facts_count(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id = documents.add()
    before = datasets.get_document(app, caller, dataset.dataset_id, document_id).document
    datasets.record_extraction(app, documents.extract(document_id, status="FAILED", error="late"))
    assert datasets.get_document(app, caller, dataset.dataset_id, document_id).document == before


def test_a_document_that_was_deleted_meanwhile_leaves_nothing(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id = documents.request().document.document_id
    datasets.delete_document(app, caller, dataset.dataset_id, document_id)
    datasets.record_extraction(app, documents.extract(document_id))
    assert documents.objects() == []
    assert datasets.list_documents(app, caller, dataset.dataset_id, 10).documents == ()


def test_a_document_that_is_deleted_while_its_facts_are_read_leaves_nothing(
    app: Application,
    caller: Caller,
    dataset: Dataset,
    documents: Documents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document_id = documents.request().document.document_id
    key = documents.extract(document_id)
    find = app.store.objects.find

    def find_and_lose(wanted: str) -> bytes | None:
        content = find(wanted)
        datasets.delete_document(app, caller, dataset.dataset_id, document_id)
        documents.extract(document_id)
        return content

    monkeypatch.setattr(app.store.objects, "find", find_and_lose)
    datasets.record_extraction(app, key)
    assert documents.objects() == []


def test_a_document_of_a_dataset_that_was_deleted_meanwhile_leaves_nothing(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id = documents.request().document.document_id
    datasets.delete(app, caller, dataset.dataset_id)
    datasets.record_extraction(app, documents.extract(document_id))
    assert documents.objects() == []


@pytest.mark.parametrize("key", ["orgs/acme/markdown/a/b.md", "nonsense", "orgs/acme/markdown/a/b.extracted"])
def test_what_is_no_facts_or_gone_is_passed_over(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents, key: str
) -> None:
    documents.request()
    before = datasets.list_documents(app, caller, dataset.dataset_id, 10)
    datasets.record_extraction(app, key)
    assert datasets.list_documents(app, caller, dataset.dataset_id, 10) == before


def test_a_document_that_never_came_is_shown_as_failed(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents, clock: Clock
) -> None:
    document_id = documents.request().document.document_id
    clock.at += timedelta(minutes=59)
    (document,) = datasets.list_documents(app, caller, dataset.dataset_id, 10).documents
    assert (document.status, document.error) == (Status.PROCESSING, None)
    clock.at += timedelta(minutes=2)
    (document,) = datasets.list_documents(app, caller, dataset.dataset_id, 10).documents
    assert (document.status, document.error) == (Status.FAILED, NEVER_READ)
    assert datasets.get_document(app, caller, dataset.dataset_id, document_id).document == document


def test_a_document_that_comes_late_is_ready_after_all(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents, clock: Clock
) -> None:
    document_id = documents.request().document.document_id
    clock.at += timedelta(hours=2)
    datasets.record_extraction(app, documents.extract(document_id))
    shown = datasets.get_document(app, caller, dataset.dataset_id, document_id)
    assert (shown.document.status, shown.document.error) == (Status.READY, None)


# Listing and deleting documents


def test_documents_are_listed_page_by_page(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    ids = [documents.request(f"{number}.md").document.document_id for number in range(5)]
    first = datasets.list_documents(app, caller, dataset.dataset_id, 2)
    assert ([d.document_id for d in first.documents], first.next_after) == (ids[:2], ids[1])
    second = datasets.list_documents(app, caller, dataset.dataset_id, 3, first.next_after)
    assert ([d.document_id for d in second.documents], second.next_after) == (ids[2:], None)


def test_a_dataset_without_documents_has_an_empty_list(
    app: Application, caller: Caller, dataset: Dataset
) -> None:
    page = datasets.list_documents(app, caller, dataset.dataset_id, 10)
    assert (page.documents, page.next_after) == ((), None)


def test_deleting_a_document_deletes_its_file_and_its_text(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id, other = documents.add("a.md"), documents.add("b.md")
    assert datasets.delete_document(app, caller, dataset.dataset_id, document_id).filename == "a.md"
    with pytest.raises(NotFound):
        datasets.get_document(app, caller, dataset.dataset_id, document_id)
    assert all(other in key for key in documents.objects())
    assert len(documents.objects()) == 3
    assert datasets.get(app, caller, dataset.dataset_id).document_count == 1


# Reading documents


def test_ready_documents_are_read_with_their_texts(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    documents.add("a.pdf", "# A\n")
    documents.request("waiting.pdf")
    documents.add("b.pdf", "# Grüße\n")
    page = datasets.read_documents(app, caller, dataset.dataset_id, 10)
    assert [(s.document.filename, s.markdown, s.markdown_url) for s in page.documents] == [
        ("a.pdf", "# A\n", None),
        ("b.pdf", "# Grüße\n", None),
    ]
    assert page.next_after is None


def test_a_file_is_offered_under_its_name_as_what_it_is(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    document_id = documents.add('Grüße "neu".pdf')
    url = datasets.get_document(app, caller, dataset.dataset_id, document_id).download_url
    told = query_of(url)
    assert layout.document_object("acme", dataset.dataset_id, document_id) in (url or "")
    assert told["X-Amz-Expires"] == "900"
    assert told["response-content-type"] == PDF
    assert told["response-content-disposition"] == (
        "attachment; filename=\"Gru_e _neu_.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%22neu%22.pdf"
    )


def test_a_large_text_is_given_by_its_address(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    small = documents.add("small.pdf", "x" * 200_000)
    large = documents.add("large.pdf", "x" * 200_001)
    shown = datasets.get_document(app, caller, dataset.dataset_id, large)
    assert shown.markdown is None
    told = query_of(shown.markdown_url)
    assert layout.markdown_object("acme", dataset.dataset_id, large) in (shown.markdown_url or "")
    assert told["response-content-type"] == "text/markdown; charset=utf-8"
    assert 'filename="large.pdf.md"' in told["response-content-disposition"]
    shown = datasets.get_document(app, caller, dataset.dataset_id, small)
    assert (len(shown.markdown or ""), shown.markdown_url) == (200_000, None)


def test_an_answer_holds_no_more_texts_than_it_can_carry(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    # Written as JSON within JSON, a text of quotes takes four times its size.
    for number in range(6):
        documents.add(f"{number}.md", '"' * 200_000)
    page = datasets.read_documents(app, caller, dataset.dataset_id, 10)
    held = [shown.markdown is not None for shown in page.documents]
    assert held == [True, True, True, True, False, False]
    assert all((shown.markdown is None) == (shown.markdown_url is not None) for shown in page.documents)


def test_documents_are_read_page_by_page_whatever_lies_between(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    for number in range(3):
        documents.request("waiting.md")
        documents.add(f"{number}.md")
    first = datasets.read_documents(app, caller, dataset.dataset_id, 2)
    assert [shown.document.filename for shown in first.documents] == ["0.md", "1.md"]
    last = datasets.read_documents(app, caller, dataset.dataset_id, 2, first.next_after)
    assert ([shown.document.filename for shown in last.documents], last.next_after) == (["2.md"], None)
    after = last.documents[0].document.document_id
    assert datasets.read_documents(app, caller, dataset.dataset_id, 2, after).documents == ()


def test_a_dataset_without_a_document_that_was_read_is_not_found(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    documents.request()
    with pytest.raises(NotFound, match="READY document of this dataset not found"):
        datasets.read_documents(app, caller, dataset.dataset_id, 10)
    with pytest.raises(NotFound, match="Dataset not found"):
        datasets.read_documents(app, caller, "dataset-none", 10)


def test_a_text_that_is_gone_by_now_is_left_out(
    app: Application, caller: Caller, dataset: Dataset, documents: Documents
) -> None:
    gone, _ = documents.add("a.md"), documents.add("b.md")
    app.store.objects.delete(layout.markdown_object("acme", dataset.dataset_id, gone))
    page = datasets.read_documents(app, caller, dataset.dataset_id, 10)
    assert [shown.document.filename for shown in page.documents] == ["b.md"]
    with pytest.raises(NotFound):
        datasets.get_document(app, caller, dataset.dataset_id, gone)
