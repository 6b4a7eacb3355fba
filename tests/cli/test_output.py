"""Closed, full and unread streams end a command with its documented code, never with a defect."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.stubs.api_stub import API_KEY

COMMANDS = [
    ("list",),
    ("list", "--json"),
    ("models", "list"),
    ("--help",),
    ("list", "--help"),
    ("--version",),
]


@pytest.fixture
def shell(service):
    """Runs a shell line in which $M is the command line, against the stub service."""

    def run(line: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "MARKSHEET_URL": service.url, "MARKSHEET_API_KEY": API_KEY}
        script = f'M() {{ "{sys.executable}" -m marksheet_cli.main "$@"; }}; {line}'
        return subprocess.run(
            ["bash", "-c", script, "bash", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_answer_that_cannot_be_written_says_so(shell, command):
    done = shell('M "$@" > /dev/full', *command)
    assert (done.returncode, done.stderr) == (
        6,
        "marksheet: the output could not be written: No space left on device\n",
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_closed_stdout_is_an_answer_that_cannot_be_written(shell, command):
    done = shell('M "$@" >&-', *command)
    assert (done.returncode, done.stderr) == (
        6,
        "marksheet: the output could not be written: stdout is closed\n",
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_that_went_away_ends_a_command_without_a_word(shell, command):
    done = shell('exec 3> >(exec true); wait $!; M "$@" >&3', *command)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("where", ["2>&-", "2> /dev/full"])
def test_notes_that_nobody_can_read_do_not_stop_the_work(shell, service, where):
    done = shell(f"M download eval-1 -o out.json {where}")
    assert (done.returncode, done.stdout) == (0, "out.json\n")


def test_a_failure_keeps_its_code_when_it_cannot_be_told(shell):
    assert shell("M results eval-99 >&- 2>&-").returncode == 5


@pytest.mark.parametrize("target", ["-", "/dev/stdout"])
def test_a_download_into_a_full_stdout_is_an_output_failure(shell, target):
    done = shell(f"M download eval-1 -o {target} > /dev/full")
    assert done.returncode == 6
    assert "No space left on device" in done.stderr


def test_a_download_to_the_name_of_stdout_prints_the_file_alone(shell, service):
    assert shell("M download eval-1 -o /dev/stdout").stdout.encode() == service.results_file


def test_a_download_to_the_name_of_stdout_adds_to_what_it_is_redirected_to(shell, service, tmp_path):
    (tmp_path / "log").write_text("before\n")
    assert shell("M download eval-1 -o /dev/stdout >> log").returncode == 0
    assert (tmp_path / "log").read_bytes() == b"before\n" + service.results_file


def test_a_download_into_a_fifo_leaves_a_fifo(shell, service, tmp_path):
    done = shell("mkfifo pipe; cat pipe & M download eval-1 -o pipe; code=$?; wait; exit $code")
    assert (done.returncode, done.stdout.encode()) == (0, service.results_file)
    assert (tmp_path / "pipe").is_fifo()
