"""Compressed blocks, one after the other, as they lie in an object or a file."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST = 1 << 20
"""Bytes handed on at once, be they packed ever so tightly."""


def unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of blocks that arrive in pieces cut anywhere."""
    unpacker = zlib.decompressobj()
    for chunk in chunks:
        packed = chunk
        while packed:
            if content := unpacker.decompress(packed, _MOST):
                yield content
            packed = unpacker.unconsumed_tail
            if unpacker.eof:
                packed = unpacker.unused_data
                unpacker = zlib.decompressobj()
