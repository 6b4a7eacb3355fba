from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from marksheet.domain import Dataset, Document, Extraction, Status
from marksheet.store.datasets import DatasetFull, Datasets
from marksheet.store.table import ConditionFailed, Table

pytestmark = pytest.mark.usefixtures("aws_account")

AT = "2026-01-02T03:04:05.000Z"
DATASET = Dataset("acme", "dataset-1", "policies", AT, "what we promise")
READ = Extraction(
    Status.READY,
    mime="application/pdf",
    size_bytes=283719,
    sha256="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    pages=3,
    characters=4000,
    markdown_bytes=4100,
    warnings=("page 2 has no text",),
)


def document(number: int = 1, dataset_id: str = "dataset-1") -> Document:
    return Document("acme", dataset_id, f"doc-{number:03d}", f"{number}.pdf", Status.PROCESSING, AT)


@pytest.fixture
def datasets() -> Datasets:
    return Datasets(Table("marksheet-test"))


@pytest.fixture
def filled(datasets: Datasets) -> Datasets:
    """With a dataset of three documents."""
    datasets.add(DATASET)
    for number in (3, 1, 2):
        datasets.add_document(document(number), most=10)
    return datasets


def ids(datasets: Datasets, after: str | None = None) -> list[str]:
    found = datasets.list_documents("acme", "dataset-1", after=after, a_request=1)
    return [document.document_id for document in found]


def test_a_dataset_is_found_as_it_was_stored(datasets: Datasets) -> None:
    datasets.add(DATASET)
    assert datasets.find("acme", "dataset-1") == DATASET
    assert list(datasets.list_all("acme")) == [DATASET]
    assert list(datasets.list_all("umbrella")) == []


@pytest.mark.parametrize(
    ("after", "left"), [(None, [1, 2, 3]), ("dataset-1", [2, 3]), ("dataset-3", []), ("dataset-2x", [3])]
)
def test_datasets_are_listed_from_behind_an_id(
    datasets: Datasets, after: str | None, left: list[int]
) -> None:
    for number in (3, 1, 2):
        datasets.add(replace(DATASET, dataset_id=f"dataset-{number}", name=str(number)))
    listed = datasets.list_all("acme", after=after, a_request=1)
    assert [dataset.dataset_id for dataset in listed] == [f"dataset-{number}" for number in left]


def test_a_name_is_taken_once_in_an_organization(datasets: Datasets) -> None:
    datasets.add(DATASET)
    with pytest.raises(ConditionFailed):
        datasets.add(replace(DATASET, dataset_id="dataset-2"))
    assert datasets.find("acme", "dataset-2") is None
    datasets.add(replace(DATASET, organization="umbrella"))


def test_deleting_a_dataset_frees_its_name_and_leaves_no_document(filled: Datasets) -> None:
    filled.delete(DATASET)
    assert filled.find("acme", "dataset-1") is None
    assert ids(filled) == []
    filled.add(DATASET)


def test_a_document_is_found_as_it_was_stored(filled: Datasets) -> None:
    assert filled.find_document("acme", "dataset-1", "doc-001") == document(1)
    assert filled.find_document("acme", "dataset-2", "doc-001") is None
    assert filled.find_document("umbrella", "dataset-1", "doc-001") is None


def test_documents_are_listed_from_behind_an_id(filled: Datasets) -> None:
    assert ids(filled) == ["doc-001", "doc-002", "doc-003"]
    assert ids(filled, after="doc-001") == ["doc-002", "doc-003"]
    assert ids(filled, after="doc-0015") == ["doc-002", "doc-003"]
    assert ids(filled, after="doc-003") == []


def test_documents_are_counted_in_and_out(filled: Datasets) -> None:
    found = filled.find("acme", "dataset-1")
    assert found is not None
    assert found.document_count == 3
    assert filled.delete_document(document(2))
    assert filled.find("acme", "dataset-1") == replace(DATASET, document_count=2)


def test_a_document_is_deleted_once(filled: Datasets) -> None:
    assert filled.delete_document(document(2))
    assert not filled.delete_document(document(2))
    assert filled.find("acme", "dataset-1") == replace(DATASET, document_count=2)


def test_a_full_dataset_takes_no_further_document(filled: Datasets) -> None:
    with pytest.raises(DatasetFull):
        filled.add_document(document(4), most=3)
    assert ids(filled) == ["doc-001", "doc-002", "doc-003"]
    filled.delete_document(document(1))
    assert filled.add_document(document(4), most=3)


def test_of_many_documents_at_once_only_as_many_get_in_as_there_is_room_for(datasets: Datasets) -> None:
    datasets.add(DATASET)

    def add(number: int) -> bool:
        try:
            return datasets.add_document(document(number), most=5)
        except DatasetFull:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(12))) == 5
    assert datasets.find("acme", "dataset-1") == replace(DATASET, document_count=5)


def test_a_dataset_that_is_gone_takes_no_document(datasets: Datasets) -> None:
    assert not datasets.add_document(document(), most=10)
    assert datasets.find_document("acme", "dataset-1", "doc-001") is None


def test_what_a_document_came_to_is_kept_whole(filled: Datasets) -> None:
    assert filled.record_extraction("acme", "dataset-1", "doc-001", READ)
    assert filled.find_document("acme", "dataset-1", "doc-001") == replace(
        document(1),
        status=Status.READY,
        mime=READ.mime,
        size_bytes=READ.size_bytes,
        sha256=READ.sha256,
        pages=3,
        characters=4000,
        markdown_bytes=4100,
        warnings=READ.warnings,
    )


@pytest.mark.parametrize("first", [READ, Extraction(Status.FAILED, error="the file is encrypted")])
def test_what_a_document_came_to_is_never_overwritten(filled: Datasets, first: Extraction) -> None:
    filled.record_extraction("acme", "dataset-1", "doc-001", first)
    known = filled.find_document("acme", "dataset-1", "doc-001")
    for later in (READ, Extraction(Status.FAILED, error="another reason")):
        assert not filled.record_extraction("acme", "dataset-1", "doc-001", later)
    assert filled.find_document("acme", "dataset-1", "doc-001") == known


def test_a_deleted_document_does_not_come_back(filled: Datasets) -> None:
    filled.delete_document(document(1))
    assert not filled.record_extraction("acme", "dataset-1", "doc-001", READ)
    assert filled.find_document("acme", "dataset-1", "doc-001") is None
