from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lxml.etree import XMLSyntaxError

from marksheet_extraction import Refused, extract, extraction, texts
from marksheet_extraction.extracted import Extracted

PACKAGE = Path(extraction.__file__).parent
READERS = {"docx", "lxml", "openpyxl", "pptx", "pypdf", "pypdfium2", "PIL", "xml.etree"}


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (KeyError("w:p"), "this file is damaged and cannot be read"),
        (XMLSyntaxError("mismatch", 76, 1, 2), "this file is damaged and cannot be read"),
        (RecursionError(), "this file is nested too deeply to be read"),
        (Refused("as it is"), "as it is"),
    ],
)
def test_what_a_reader_raises_becomes_a_reason(
    raised: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(content: bytes, hint: str | None) -> Extracted:
        raise raised

    monkeypatch.setattr(texts, "read", read)
    with pytest.raises(Refused) as caught:
        extract(b"North")
    assert caught.value.reason == reason


@pytest.mark.parametrize("raised", [MemoryError(), XMLSyntaxError("unknown error", 2, 0, 0)])
def test_the_end_of_memory_is_no_reason_against_the_document(
    raised: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(content: bytes, hint: str | None) -> Extracted:
        raise raised

    monkeypatch.setattr(texts, "read", read)
    with pytest.raises(MemoryError):
        extract(b"North")


def test_markdown_has_a_largest_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "LONGEST_MARKDOWN", 6)
    assert extract(b"North").markdown == "North\n"
    with pytest.raises(Refused, match="more than 6 characters"):
        extract(b"North!")


@pytest.mark.parametrize(
    ("hint", "loaded"),
    [("a.txt", set()), ("a.csv", set()), ("a.json", set()), ("a.html", set())],
)
def test_texts_load_no_reader_of_other_documents(hint: str, loaded: set[str]) -> None:
    script = (
        "import sys\nfrom marksheet_extraction import extract\n"
        f"extract(b'[1]', hint={hint!r})\nprint(sorted({READERS!r} & set(sys.modules)))"
    )
    assert _printed(script) == str(sorted(loaded))


def test_nothing_of_it_knows_aws_or_the_core() -> None:
    modules = sorted(f"marksheet_extraction.{path.stem}" for path in PACKAGE.glob("[a-z]*.py"))
    assert len(modules) > 20
    script = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'boto3', 'botocore', 'marksheet'}))"
    )
    assert _printed(script) == "[]"


def _printed(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env={"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
