from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.spool import open_spool


@given(st.lists(st.binary(max_size=50)))
def test_what_was_written_is_read(pieces: list[bytes]) -> None:
    with open_spool() as spool:
        for piece in pieces:
            spool.write(piece)
        assert b"".join(spool.chunks()) == b"".join(pieces)


def test_what_packs_well_is_still_read_in_small_pieces() -> None:
    with open_spool() as spool:
        spool.write(bytes(5 << 20))
        assert [len(chunk) for chunk in spool.chunks()] == [1 << 20] * 5


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with open_spool() as spool:
        spool.write(b"x" * 1000)
    assert not list(tmp_path.iterdir())
