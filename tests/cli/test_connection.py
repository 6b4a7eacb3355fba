"""Which address and key are used, and where a key is never sent."""

from __future__ import annotations

import pytest

from marksheet_cli.connection import Connection, find_local_file, read_env_file, resolve
from marksheet_cli.exits import CommandError, ExitCode


def local_file(directory, text="MARKSHEET_URL=http://127.0.0.1:1/x\nMARKSHEET_API_KEY=msk_local\n"):
    path = directory / ".marksheet" / "local.env"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def nothing():
    return {"url": None, "api_key": None, "env_file": None}


def test_options_win_over_the_environment(monkeypatch):
    monkeypatch.setenv("MARKSHEET_URL", "https://environment.example")
    monkeypatch.setenv("MARKSHEET_API_KEY", "msk_environment")
    found = resolve(url="https://option.example/", api_key="msk_option", env_file=None)
    assert found == Connection("https://option.example", "msk_option")


def test_a_named_file_wins_over_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MARKSHEET_URL", "https://environment.example")
    path = local_file(tmp_path)
    found = resolve(url=None, api_key=None, env_file=path)
    assert found == Connection("http://127.0.0.1:1/x", "msk_local")


def test_the_local_file_is_found_upward(monkeypatch, tmp_path):
    local_file(tmp_path)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert resolve(**nothing()).api_key == "msk_local"


def test_the_home_variable_names_the_local_file_and_ends_the_search(monkeypatch, tmp_path):
    local_file(tmp_path)
    monkeypatch.setenv("MARKSHEET_HOME", str(tmp_path / "elsewhere"))
    assert find_local_file() is None


def test_a_found_files_key_is_never_sent_to_another_address(monkeypatch, tmp_path):
    local_file(tmp_path)
    monkeypatch.setenv("MARKSHEET_URL", "https://environment.example")
    with pytest.raises(CommandError) as caught:
        resolve(**nothing())
    assert caught.value.code is ExitCode.UNAUTHENTICATED


def test_without_an_address_it_says_how_to_get_one():
    with pytest.raises(CommandError) as caught:
        resolve(**nothing())
    assert caught.value.code is ExitCode.USAGE
    assert "marksheet local up" in str(caught.value.hint)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://x",
        "example.org",
        "https://",
        "https://u:p@x",
        "https://x?q=1",
        "https://x:port",
        "https://x\n.y",
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(CommandError) as caught:
        resolve(url=address, api_key="msk_a", env_file=None)
    assert caught.value.code is ExitCode.USAGE


def test_a_key_is_not_sent_unencrypted_over_a_network():
    with pytest.raises(CommandError, match="not encrypted"):
        resolve(url="http://example.org", api_key="msk_a", env_file=None)


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:80", "[::1]:80", "abc.localhost"])
def test_plain_http_is_accepted_on_this_machine(host):
    assert resolve(url=f"http://{host}", api_key="msk_a", env_file=None).loopback


@pytest.mark.parametrize("key", ["msk_a b", "msk_ä", "msk_a\r\nX: y"])
def test_a_key_that_cannot_stand_in_a_header_is_refused(key):
    with pytest.raises(CommandError, match="no key has"):
        resolve(url="https://x.example", api_key=key, env_file=None)


def test_env_files_are_read_as_a_shell_reads_them(tmp_path):
    path = tmp_path / "some.env"
    path.write_text("# a comment\n\nA=1\nexport B='two $words'\nC=\"x=y\"  # why\n")
    assert read_env_file(path) == {"A": "1", "B": "two $words", "C": "x=y"}


def test_a_broken_env_file_is_named_with_its_line(tmp_path):
    path = tmp_path / "some.env"
    path.write_text("A=1\nB='open\n")
    with pytest.raises(CommandError, match="line 2"):
        read_env_file(path)


def test_a_missing_env_file_is_a_usage_error(tmp_path):
    with pytest.raises(CommandError) as caught:
        read_env_file(tmp_path / "absent")
    assert caught.value.code is ExitCode.USAGE
