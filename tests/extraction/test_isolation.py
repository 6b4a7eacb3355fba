"""The parent's side, with children that end in every way; most are shell scripts instead of Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from marksheet_extraction.facts import Facts, encode
from marksheet_extraction.isolation import read_markdown, run_isolated

READY = encode(Facts("READY", None, "text/plain", None, 6)).decode()
FAILED = encode(Facts("FAILED", "it is empty")).decode()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "original"
    path.write_bytes(b"Lamp,Range\nNorth,12\n")
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out"


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Run a shell script as the child; its working folder is that for what it makes."""
    path = folder / "interpreter"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))


def run(source: Path, target: Path, *, name: str | None = None, seconds: float = 60) -> Facts:
    return run_isolated(source, target, name=name, seconds=seconds, memory_bytes=512 << 20)


def test_a_document_is_read_by_the_real_child(source: Path, target: Path) -> None:
    facts = run(source, target, name="Türme 灯台.csv")
    assert facts == Facts("READY", None, "text/csv", None, 46)
    assert read_markdown(target) == b"| Lamp | Range |\n| --- | --- |\n| North | 12 |\n"


@pytest.mark.parametrize(
    "name", [None, "", "a", "a.txt; rm -rf", "--help", "a.\0", "\ud800.csv", "../../a.csv", "a" * 9999]
)
def test_a_name_of_any_kind_does_no_harm(source: Path, target: Path, name: str | None) -> None:
    assert run(source, target, name=name).status == "READY"


def test_only_the_ending_of_a_name_reaches_the_child(
    source: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, tmp_path, 'echo "$*" > arguments')
    run(source, target, name="secret plan.CSV")
    arguments = (target / "arguments").read_text()
    assert "--name=document.CSV" in arguments
    assert "secret" not in arguments


def test_the_child_has_no_environment_but_what_python_needs(
    source: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/var/lang/lib")
    stand_in(monkeypatch, tmp_path, "tr '\\0' '\\n' < /proc/self/environ > environment")
    run(source, target)
    given = dict(line.split("=", 1) for line in (target / "environment").read_text().splitlines())
    given.pop("PWD", None)
    assert given.keys() == {"PYTHONPATH", "LANG", "LD_LIBRARY_PATH"}
    assert (Path(given["PYTHONPATH"]) / "marksheet_extraction").is_dir()


def test_the_child_inherits_no_open_file_and_leads_a_group(
    source: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "secret").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        script = "for f in /proc/$$/fd/*; do readlink $f; done > files; cut -d' ' -f1,5 /proc/$$/stat > group"
        stand_in(monkeypatch, tmp_path, script)
        run(source, target)
    files = set((target / "files").read_text().split())
    assert files - {str(target / "files"), str(tmp_path / "interpreter")} == {"/dev/null"}
    process, group = (target / "group").read_text().split()
    assert process == group


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("kill -SEGV $$", "the reader crashed on it"),
        ("kill -ABRT $$", "the reader crashed on it"),
        ("kill -BUS $$", "the reader crashed on it"),
        ("kill -TRAP $$", "the reader crashed on it"),
        ("kill -XCPU $$", "it took longer than 60 seconds to read"),
        ("kill -KILL $$", "it needs more memory than is allowed"),
        ("exit 3", "it needs more memory than is allowed"),
        ("exit 1", "the reader crashed on it"),
        ("exit 0", "the reader crashed on it"),
        (f"echo '{FAILED}' > facts.json", "it is empty"),
        (f"echo '{FAILED}' > facts.json; exit 1", "the reader crashed on it"),
        ("echo nonsense > facts.json", "the reader crashed on it"),
        (f"echo '{READY}' > facts.json", "the reader crashed on it"),
        (f"echo '{READY}' > facts.json; echo 'too long' > markdown.md", "the reader crashed on it"),
        (
            f"echo '{READY}' > facts.json; printf '\\377\\377\\377\\377\\377\\n' > markdown.md",
            "the reader crashed on it",
        ),
        (f"echo '{READY}' > facts.json; mkfifo markdown.md", "the reader crashed on it"),
        (f"echo '{READY}' > facts.json; mkdir markdown.md", "the reader crashed on it"),
        (f"echo '{READY}' > facts.json; echo North > x; ln x markdown.md", "the reader crashed on it"),
        (f"echo '{READY}' > facts.json; echo North > x; ln -s x markdown.md", "the reader crashed on it"),
        (f"echo '{FAILED}' > x; ln -s x facts.json", "the reader crashed on it"),
        ("dd if=/dev/zero of=facts.json bs=65537 count=1", "the reader crashed on it"),
    ],
)
def test_every_ending_has_its_reason(
    source: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, error: str
) -> None:
    stand_in(monkeypatch, tmp_path, script)
    facts = run(source, target)
    assert (facts.status, facts.error) == ("FAILED", error)


def test_what_the_stand_ins_write_would_do(
    source: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, tmp_path, f"echo '{READY}' > facts.json; echo North > markdown.md")
    assert run(source, target).status == "READY"


def test_at_the_deadline_the_child_and_its_children_are_killed(
    source: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both hold the pipe open, so that its end tells that both are gone.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    stand_in(monkeypatch, tmp_path, f"exec 3> {pipe}\necho started >&3\ncat /dev/zero > /dev/null &\nwait")
    facts = run(source, target, seconds=1)
    assert facts.error == "it took longer than 1 seconds to read"
    os.set_blocking(reader, True)
    with os.fdopen(reader, "rb") as file:
        assert file.read() == b"started\n"


def test_the_real_child_is_killed_at_its_deadline(source: Path, target: Path) -> None:
    assert run(source, target, seconds=0.001).error == "it took longer than 0.001 seconds to read"
    assert not (target / "markdown.md").exists()


def test_what_an_earlier_run_left_is_not_taken_for_this_ones(
    source: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(source, target).status == "READY"
    stand_in(monkeypatch, tmp_path, "exit 0")
    assert run(source, target).error == "the reader crashed on it"
    with pytest.raises(ValueError, match=r"no markdown\.md"):
        read_markdown(target)
