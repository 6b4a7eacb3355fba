"""Answers about datasets and documents, pinned by golden files."""

from __future__ import annotations

from typing import Any

import pytest

from marksheet.dialects.doteval import (
    encode_added_document,
    encode_dataset,
    encode_dataset_list,
    encode_deleted,
    encode_document,
    encode_document_list,
    encode_documents_page,
)
from tests.document_cases import dataset, document, load, shown, text, written


@pytest.mark.parametrize("case", ["documents_page", "documents_page_of_more"])
def test_the_documents_of_a_dataset_are_its_golden_file(case: str) -> None:
    """`documents_page` is the example of the API's page."""
    core = load(f"{case}.core")
    body = encode_documents_page(core["dataset_id"], map(shown, core["documents"]), core["next_after"])
    assert written(body) == text(f"{case}.response")


@pytest.mark.parametrize("case", ["document_ready", "document_failed"])
def test_one_document_is_its_golden_file(case: str) -> None:
    assert written(encode_document(shown(load(f"{case}.core")))) == text(f"{case}.response")


def test_a_list_of_documents_is_its_golden_file() -> None:
    core = load("document_list.core")
    body = encode_document_list(core["dataset_id"], map(document, core["documents"]), core["next_after"])
    assert written(body) == text("document_list.response")


def test_how_to_send_a_document_is_its_golden_file() -> None:
    core: dict[str, Any] = load("document_added.core")
    body = encode_added_document(document(core.pop("document")), **core)
    assert written(body) == text("document_added.response")


def test_a_list_of_datasets_is_its_golden_file() -> None:
    core = load("dataset_list.core")
    datasets = [dataset(facts) for facts in core["datasets"]]
    body = encode_dataset_list(datasets, core["next_after"])
    assert written(body) == text("dataset_list.response")
    assert encode_dataset(datasets[0]) == body["datasets"][0]


def test_the_last_page_of_datasets_has_no_token() -> None:
    assert encode_dataset_list([], None) == {"datasets": [], "next_page_token": None}


def test_a_deletion_is_confirmed() -> None:
    assert encode_deleted("dataset", "dataset-1") == {
        "id": "dataset-1",
        "message": "Successfully deleted dataset",
    }
