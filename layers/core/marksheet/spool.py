"""Bytes on their way that memory does not hold."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from marksheet.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 64 << 10
_LEVEL = 1
"""Of zlib: they are read once and thrown away."""


class Spool:
    """Written, then read; in a file, packed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._packer = zlib.compressobj(_LEVEL)

    def write(self, content: bytes) -> None:
        self._file.write(self._packer.compress(content))

    def chunks(self) -> Iterator[bytes]:
        """All that was written, once, in pieces of at most 1 MiB."""
        self._file.write(self._packer.flush())
        self._file.seek(0)
        yield from unpacked(iter(partial(self._file.read, _CHUNK), b""))


@contextmanager
def open_spool() -> Iterator[Spool]:
    """An empty one, which is gone when the block is left."""
    with TemporaryFile(prefix="spool-") as file:
        yield Spool(file)
