from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import marksheet_extraction
from marksheet_extraction.child import OUT_OF_MEMORY


def child(folder: Path, content: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    """The child on a file in a folder."""
    (folder / "in").write_bytes(content)
    return subprocess.run(
        [sys.executable, "-P", "-m", "marksheet_extraction", folder / "in", folder, *options],
        env={"PYTHONPATH": str(Path(marksheet_extraction.__file__).parent.parent)},
        capture_output=True,
        check=False,
    )


def facts(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "facts.json").read_bytes())
    return found


def test_it_writes_markdown_and_facts_and_prints_nothing(tmp_path: Path) -> None:
    done = child(tmp_path, "Größe\n# 灯台".encode(), "--name", "a.md")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "markdown.md").read_text("utf-8") == "Größe\n# 灯台\n"
    assert facts(tmp_path) == {
        "status": "READY",
        "error": None,
        "mime": "text/markdown",
        "pages": None,
        "characters": 11,
        "warnings": [],
    }


def test_a_refused_document_has_facts_only(tmp_path: Path) -> None:
    done = child(tmp_path, b"")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (facts(tmp_path)["status"], facts(tmp_path)["error"]) == ("FAILED", "the file is empty")
    assert not (tmp_path / "markdown.md").exists()


def test_too_little_memory_is_told(tmp_path: Path) -> None:
    done = child(tmp_path, b"[1]" * (12 << 20), f"--memory-bytes={80 << 20}")
    assert done.returncode == 0
    assert facts(tmp_path)["error"] == "it needs more memory than is allowed"


def test_no_memory_at_all_has_an_exit_code_or_facts(tmp_path: Path) -> None:
    done = child(tmp_path, b"North", f"--memory-bytes={1 << 20}")
    assert done.returncode in (0, OUT_OF_MEMORY)


@pytest.mark.parametrize("options", [(), ("only-one",), ("a", "b", "--unknown")])
def test_wrong_arguments_are_a_usage_error(options: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "marksheet_extraction", *options],
        env={"PYTHONPATH": str(Path(marksheet_extraction.__file__).parent.parent)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
