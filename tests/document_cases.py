"""The golden files of datasets and documents, and the core's values that stand behind them.

`<case>.core.json` is what the core knows, `<case>.response.json` the answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marksheet.domain import Dataset, Document, ShownDocument, Status

FOLDER = Path(__file__).parent / "golden" / "doteval"


def text(name: str) -> str:
    """A golden file as it is."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def load(name: str) -> Any:
    """A golden file, decoded."""
    return json.loads(text(name))


def written(body: Any) -> str:
    """A body as golden files write it: indented, keys in the order they have."""
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def dataset(core: dict[str, Any] | None = None) -> Dataset:
    """The dataset that a core file describes; what it leaves out is usual."""
    facts: dict[str, Any] = {
        "organization": "acme",
        "dataset_id": "00000000-0000-0000-0000-000000000000",
        "name": "policies",
        "created_at": "2026-01-02T03:04:05.000Z",
    }
    return Dataset(**facts | (core or {}))


def document(core: dict[str, Any] | None = None) -> Document:
    """The document that a core file describes; what it leaves out is usual."""
    facts: dict[str, Any] = {
        "organization": "acme",
        "dataset_id": "00000000-0000-0000-0000-000000000000",
        "document_id": "doc-01kdy2m8r80000000000000001",
        "filename": "policies.pdf",
        "status": "PROCESSING",
        "created_at": "2026-01-02T03:04:05.000Z",
        **(core or {}),
    }
    facts |= {"status": Status(facts["status"]), "warnings": tuple(facts.get("warnings", ()))}
    return Document(**facts)


def shown(core: dict[str, Any]) -> ShownDocument:
    """A document with text and addresses; its own facts are in `document`."""
    return ShownDocument(**core | {"document": document(core["document"])})
