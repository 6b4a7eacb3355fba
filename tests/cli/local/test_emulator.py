from __future__ import annotations

import fcntl
import os
import socket
import sys
from pathlib import Path

import pytest

from marksheet_cli.exits import CommandError
from marksheet_cli.local.emulator import HOST, Emulator, answers, free_port, install, run
from marksheet_cli.local.home import Home


def test_nothing_runs_in_a_new_home(tmp_path: Path) -> None:
    assert not Emulator(Home(tmp_path)).running()


def test_whoever_holds_the_lock_is_running(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.lock_file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert Emulator(home).running()
    assert not Emulator(home).running()


def test_a_taken_port_is_not_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        taken = server.getsockname()[1]
        assert free_port(taken) != taken


def test_a_preferred_port_is_kept_when_it_can_be_had() -> None:
    port = free_port()
    assert free_port(port) == port


def test_nobody_answers_on_a_free_port() -> None:
    assert not answers(free_port())


def test_an_emulator_that_does_not_start_is_an_error_that_names_the_log(tmp_path: Path) -> None:
    home = Home(tmp_path)
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\nexit 1\n")
    failing.chmod(0o755)
    with pytest.raises(CommandError) as caught:
        Emulator(home).start(failing, free_port())
    assert str(home.log_file) in (caught.value.hint or "")
    assert not Emulator(home).running()


def test_the_emulators_environment_is_made_once(tmp_path: Path) -> None:
    lock = tmp_path / "nothing.lock"
    lock.write_text("")
    said: list[str] = []
    for _ in range(2):
        python = install(tmp_path / "environment", lock, said.append)
    assert os.access(python, os.X_OK)
    assert len(said) == 1


def test_a_failed_command_tells_the_end_of_its_output() -> None:
    with pytest.raises(CommandError, match="it broke:\nlast words"):
        run([sys.executable, "-c", "print('last words'); raise SystemExit(1)"], "it broke")
