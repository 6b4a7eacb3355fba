"""`marksheet local` where it needs no emulator."""

from __future__ import annotations

import pytest


@pytest.fixture
def home(tmp_path):
    """A home in which something is stored and nothing runs."""
    stored = tmp_path / "home" / "state" / "table.json"
    stored.parent.mkdir(parents=True)
    stored.write_text("{}")
    return tmp_path / "home"


def test_a_wipe_without_a_terminal_needs_yes(bare_cli, home):
    result = bare_cli("local", "down", "--wipe", "--home", str(home))
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert (home / "state" / "table.json").exists()


def test_a_wipe_that_was_confirmed_forgets_what_is_stored(bare_cli, home):
    assert bare_cli("local", "down", "--wipe", "--yes", "--home", str(home)).exit_code == 0
    assert not (home / "state").exists()


def test_stopping_alone_asks_nothing(bare_cli, home):
    assert bare_cli("local", "down", "--home", str(home)).exit_code == 0
    assert (home / "state" / "table.json").exists()
