from __future__ import annotations

from collections.abc import Callable

import pytest

from marksheet.store import layout

Parse = Callable[[str], tuple[str, str, str] | None]
PLACE = ("acme", "dataset-1", "document-1")


@pytest.mark.parametrize(
    ("key", "parse"),
    [
        (layout.document_object(*PLACE), layout.parse_document_object),
        (layout.extraction_facts(*PLACE), layout.parse_extraction_facts),
    ],
)
def test_a_key_is_read_as_it_was_made(key: str, parse: Parse) -> None:
    assert parse(key) == PLACE


@pytest.mark.parametrize(
    "key",
    [
        "",
        "orgs/acme/documents/dataset-1/document-1",
        "orgs/acme/documents/dataset-1/document-1.extracted",
        "orgs/acme/documents/dataset-1/.document",
        "orgs//documents/dataset-1/document-1.document",
        "orgs/acme/documents//document-1.document",
        "orgs/acme/documents/document-1.document",
        "orgs/acme/documents/dataset-1/more/document-1.document",
        "/orgs/acme/documents/dataset-1/document-1.document",
        "orgs/acme/uploads/dataset-1/document-1.document",
        layout.markdown_object(*PLACE),
        layout.extraction_facts(*PLACE),
    ],
)
def test_another_key_is_no_documents(key: str) -> None:
    assert layout.parse_document_object(key) is None


def test_what_belongs_to_a_dataset_is_below_its_prefixes() -> None:
    assert layout.document_object(*PLACE).startswith(layout.documents_prefix("acme", "dataset-1"))
    for key in (layout.markdown_object(*PLACE), layout.extraction_facts(*PLACE)):
        assert key.startswith(layout.markdown_prefix("acme", "dataset-1"))
    assert layout.parse_extraction_facts(layout.markdown_object(*PLACE)) is None
