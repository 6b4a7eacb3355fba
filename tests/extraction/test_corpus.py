"""The corpus through the child process: every document is read, or refused with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from marksheet_extraction import run_isolated
from marksheet_extraction.facts import Facts
from marksheet_extraction.isolation import read_markdown
from tests.extraction.corpus import READ, REFUSED, Sample

MEMORY = 768 << 20


def run(sample: Sample, folder: Path) -> Facts:
    source = folder / "original"
    source.write_bytes(sample.make())
    return run_isolated(source, folder / "out", name=sample.name, seconds=60, memory_bytes=MEMORY)


@pytest.mark.parametrize("sample", READ.values(), ids=READ.keys())
def test_a_document_is_read(sample: Sample, tmp_path: Path) -> None:
    facts = run(sample, tmp_path)
    assert (facts.status, facts.error, facts.mime, facts.pages) == ("READY", None, sample.mime, sample.pages)
    text = read_markdown(tmp_path / "out").decode()
    assert facts.characters == len(text)
    at = 0
    for fragment in sample.fragments:
        found = text.find(fragment, at)
        assert found >= 0, (
            f"{fragment!r} is not in what follows {text[max(0, at - 100) : at]!r}: {text[at : at + 2000]!r}"
        )
        at = found + len(fragment)
    for fragment in sample.absent:
        assert fragment not in text
    assert len(facts.warnings) == bool(sample.warning)
    if sample.warning:
        assert re.search(sample.warning, facts.warnings[0])


@pytest.mark.parametrize("sample", REFUSED.values(), ids=REFUSED.keys())
def test_a_document_is_refused_with_its_reason(sample: Sample, tmp_path: Path) -> None:
    facts = run(sample, tmp_path)
    assert facts.status == "FAILED"
    assert re.search(sample.refused, facts.error or ""), facts.error
    assert not (tmp_path / "out" / "markdown.md").exists()


def test_the_corpus_is_large_enough() -> None:
    assert len(READ) >= 25
    assert len(REFUSED) >= 25
