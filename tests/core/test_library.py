from __future__ import annotations

import json
from typing import Any

import pytest

from marksheet import datasets, library
from marksheet.application import Application
from marksheet.domain import Caller
from marksheet.errors import InvalidUpload
from marksheet.library import Library
from marksheet.store import layout
from tests.deployment import Clock

POLICIES = "<!-- page 1 -->\n\n# Leave\n\nThirty days.\n\n<!-- page 2 -->\n\n# Refunds\n\nWithin a week.\n"


class Shelf:
    """A dataset to put documents on."""

    def __init__(self, app: Application, caller: Caller) -> None:
        self._app = app
        self._caller = caller
        self.dataset_id = datasets.create(app, caller, "policies").dataset_id

    def put(self, filename: str, markdown: str | None, **facts: Any) -> str:
        """A document, sent and read; one without Markdown is still waiting. Gives back its id."""
        asked = datasets.request_document(self._app, self._caller, self.dataset_id, filename)
        place = ("acme", self.dataset_id, asked.document.document_id)
        if markdown is not None:
            told = {"status": "READY", "mime": "application/pdf", **facts}
            self._app.store.objects.write(layout.markdown_object(*place), markdown.encode())
            self._app.store.objects.write(layout.extraction_facts(*place), json.dumps(told).encode())
            datasets.record_extraction(self._app, layout.extraction_facts(*place))
        return asked.document.document_id

    def open(self) -> Library:
        return datasets.open_library(self._app, "acme", self.dataset_id)

    def refusal_of(self, citation: dict[str, Any]) -> tuple[str, str | None]:
        """Why a citation is refused, and the field to blame."""
        with pytest.raises(InvalidUpload) as refused:
            self.open().cite(citation)
        return refused.value.detail, refused.value.field


@pytest.fixture
def shelf(app: Application, caller: Caller) -> Shelf:
    return Shelf(app, caller)


def test_a_document_is_cited_by_its_name_or_its_id(shelf: Shelf) -> None:
    document_id = shelf.put("policies.pdf", POLICIES)
    assert shelf.open().cite({"document": "policies.pdf"}) == (POLICIES, "policies.pdf")
    assert shelf.open().cite({"document": document_id, "page": None}) == (POLICIES, "policies.pdf")


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"section": "leave"}, "# Leave\n\nThirty days."),
        ({"page": 2}, "# Refunds\n\nWithin a week."),
        ({"from": 19, "to": 24}, "Leave"),
        ({"from": len(POLICIES) - 15}, "Within a week.\n"),
        ({"to": 15}, "<!-- page 1 -->"),
    ],
)
def test_a_part_of_it_can_be_cited(shelf: Shelf, part: dict[str, Any], text: str) -> None:
    shelf.put("policies.pdf", POLICIES)
    assert shelf.open().cite({"document": "policies.pdf", **part}) == (text, "policies.pdf")


@pytest.mark.parametrize(
    ("part", "message", "field"),
    [
        ({"section": "Sick"}, "no heading 'Sick'; its headings are 'Leave', 'Refunds'", "section"),
        ({"page": 9}, "no page 9; it has the pages 1 to 2", "page"),
        ({"from": 500}, "no characters from 500 to 83; it has 83,", "from"),
        ({"to": 0}, "no characters from 0 to 0; it has 83,", "to"),
    ],
)
def test_a_part_that_is_not_there_is_answered_with_what_is(
    shelf: Shelf, part: dict[str, Any], message: str, field: str
) -> None:
    shelf.put("policies.pdf", POLICIES)
    told, blamed = shelf.refusal_of({"document": "policies.pdf", **part})
    assert told.startswith(f"cites 'policies.pdf', which has {message}")
    assert blamed == field


@pytest.mark.parametrize(
    ("citation", "message", "field"),
    [
        ({"document": 7}, 'cites with "document" being a number; use a text', "document"),
        ({"section": "Leave"}, 'cites with "document" being null; use a text', "document"),
        ({"document": "a", "page": "1"}, 'cites with "page" being text; use a whole number', "page"),
        ({"document": "a", "page": True}, 'cites with "page" being true or false', "page"),
        ({"document": "a", "from": 1.5}, 'cites with "from" being a number; use a whole number', "from"),
        ({"document": "a", "section": ["x"]}, 'cites with "section" being a list; use a text', "section"),
        ({"document": "a", "pages": 1}, "has 'pages'; a citation may have document, section, page", "pages"),
        ({"document": "a", "page": 1, "section": "x"}, "cites more than one part", None),
        ({"document": "a", "page": 1, "to": 3}, "cites more than one part", None),
    ],
)
def test_a_citation_has_the_fields_it_may_have(
    shelf: Shelf, citation: dict[str, Any], message: str, field: str | None
) -> None:
    shelf.put("a", "text")
    told, blamed = shelf.refusal_of(citation)
    assert told.startswith(message)
    assert blamed == field


def test_a_document_that_is_not_there_is_answered_with_those_that_are(shelf: Shelf) -> None:
    assert shelf.refusal_of({"document": "x"}) == (
        "cites 'x', which the dataset does not have; it has none that is READY",
        "document",
    )
    shelf.put("waiting.pdf", None)
    shelf.put("a.md", "a")
    shelf.put("b.md", "b")
    assert shelf.refusal_of({"document": "x"})[0].endswith("it has 'a.md', 'b.md'")


def test_a_name_that_two_documents_have_is_answered_with_their_ids(shelf: Shelf) -> None:
    first, second = shelf.put("a.md", "1"), shelf.put("a.md", "2")
    assert shelf.refusal_of({"document": "a.md"}) == (
        f"cites 'a.md', which 2 documents are called; name one of '{first}', '{second}'",
        "document",
    )
    assert shelf.open().cite({"document": second})[0] == "2"


def test_a_name_means_the_document_that_is_ready(shelf: Shelf) -> None:
    shelf.put("a.md", "", status="FAILED", error="the file is encrypted")
    shelf.put("a.md", "text")
    shelf.put("a.md", None)
    assert shelf.open().cite({"document": "a.md"})[0] == "text"


def test_a_document_that_is_not_ready_says_why(shelf: Shelf, clock: Clock) -> None:
    shelf.put("broken.pdf", "", status="FAILED", error="the file is encrypted")
    shelf.put("waiting.pdf", None)
    assert shelf.refusal_of({"document": "broken.pdf"})[0] == (
        "cites 'broken.pdf', which could not be read: the file is encrypted"
    )
    assert shelf.refusal_of({"document": "waiting.pdf"})[0] == (
        "cites 'waiting.pdf', which is being read; try again when it is READY"
    )


def test_a_part_without_text_is_refused(shelf: Shelf) -> None:
    shelf.put("scan.pdf", "<!-- page 1 -->\n\n<!-- page 2 -->\n\ntext\n")
    assert shelf.refusal_of({"document": "scan.pdf", "page": 1})[0] == (
        "cites a part of 'scan.pdf' that has no text"
    )


def test_a_document_is_read_once(app: Application, shelf: Shelf) -> None:
    document_id = shelf.put("policies.pdf", POLICIES)
    opened = shelf.open()
    opened.cite({"document": "policies.pdf", "page": 1})
    app.store.objects.delete(layout.markdown_object("acme", shelf.dataset_id, document_id))
    assert opened.cite({"document": document_id, "section": "Refunds"})[0] == "# Refunds\n\nWithin a week."
    assert shelf.refusal_of({"document": "policies.pdf"})[0] == (
        "cites 'policies.pdf', which was deleted meanwhile"
    )


def test_no_more_texts_are_kept_than_fit(
    app: Application, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_MOST_KEPT", 25)
    ids = {name: shelf.put(name, name * 5) for name in ("aa", "bb", "cc")}
    opened = shelf.open()
    for name in ("aa", "bb", "aa", "cc"):
        opened.cite({"document": name})
    for document_id in ids.values():
        app.store.objects.delete(layout.markdown_object("acme", shelf.dataset_id, document_id))
    assert opened.cite({"document": "cc"})[0] == "cc" * 5
    assert opened.cite({"document": "aa"})[0] == "aa" * 5
    with pytest.raises(InvalidUpload, match="deleted"):
        opened.cite({"document": "bb"})
