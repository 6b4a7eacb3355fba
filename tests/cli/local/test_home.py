from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from marksheet_cli.connection import read_env_file
from marksheet_cli.local.home import Home, Record, locked, replace


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write_record(Record(port=4000, pid=12, digest="d"))
    assert home.read_record() == Record(port=4000, pid=12, digest="d")


def test_there_is_no_record_before_the_first_start(tmp_path: Path) -> None:
    assert Home(tmp_path).read_record() is None


def test_a_damaged_record_counts_as_none(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write_record(Record(port=4000))
    (tmp_path / "stack.json").write_text("{")
    assert home.read_record() is None


def test_the_environment_is_private_and_reads_back(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write_environment(
        {"MARKSHEET_URL": "http://127.0.0.1:1/_aws/x/$default", "EMPTY": "", "ODD": "a 'b' c"}
    )
    assert home.env_file.stat().st_mode & 0o777 == 0o600
    assert read_env_file(home.env_file) == {
        "MARKSHEET_URL": "http://127.0.0.1:1/_aws/x/$default",
        "EMPTY": "",
        "ODD": "a 'b' c",
    }


def test_replacing_a_file_that_others_may_read_closes_it_to_them(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    replace(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)


def test_a_home_is_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    assert home.path.stat().st_mode & 0o777 == 0o700


def test_a_wipe_leaves_the_shared_tools_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    (tmp_path / "emulator").mkdir()
    home.write_record(Record(port=4000))
    home.write_environment({"A": "b"})
    home.wipe()
    assert [path.name for path in tmp_path.iterdir()] == ["emulator"]


def test_a_lock_keeps_another_process_out(tmp_path: Path) -> None:
    attempt = (
        "import fcntl, sys; fcntl.flock(open(sys.argv[1], 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)",
        str(tmp_path / "lock"),
    )
    with locked(tmp_path / "lock"):
        refused = subprocess.run([sys.executable, "-c", *attempt], capture_output=True, check=False)
    allowed = subprocess.run([sys.executable, "-c", *attempt], capture_output=True, check=False)
    assert b"BlockingIOError" in refused.stderr
    assert allowed.returncode == 0
