"""Checks of the archive that an Office file is, before any reader of such files sees it.

Everything is unpacked once here, in pieces that are dropped again, because what an archive says about its
sizes need not be so.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from itertools import chain
from typing import TYPE_CHECKING

from marksheet_extraction.extracted import Refused
from marksheet_extraction.kinds import archive_kind
from marksheet_extraction.limits import HIGHEST_RATIO, LARGEST_DIRECTORY, LARGEST_UNPACKED, MOST_ENTRIES
from marksheet_extraction.xml_checks import check_xml, looks_like_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 1 << 16
_FREE_SIZE = 1 << 20
"""Bytes up to which a file may be packed however well: it does no harm."""
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s2B4HL2L2H")
_CENTRAL_64 = struct.Struct("<4sQ2H2L4Q")
_ENCRYPTED = 0x1 | 0x40 | 0x2000
# The workbook behind a chart, documents embedded as objects, packed drawings: carried along and never opened.
_UNOPENED = re.compile(
    r"(?:word|ppt|xl)/(?:embeddings/[^/]+\.(?:xlsx|xlsm|xlsb|docx|pptx|bin)|media/[^/]+\.(?:emz|wmz))",
    re.IGNORECASE,
)
_NOT_WHOLE = "the file is damaged: it is not a whole ZIP archive, as an Office file must be"
_BOMB = "it unpacks to far more than it holds, as an attack does"


def check_archive(content: bytes) -> zipfile.ZipFile:
    """The archive, opened, after every file in it has been looked at.

    Raises `Refused` for a broken or encrypted archive; for more than `MOST_ENTRIES` files or
    `LARGEST_UNPACKED` bytes, whatever it declares; for a file packed more than `HIGHEST_RATIO` times; for
    names that are absolute, lead upwards or are there twice; for files that overlap; for an archive within
    it, but embedded Office files, which nobody opens; and for XML that `check_xml` refuses.
    """
    _check_directory_size(content)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as error:
        raise Refused(_NOT_WHOLE) from error
    entries = archive.infolist()
    _check_names(entries)
    _check_declared(entries)
    _check_places(content, entries)
    left = LARGEST_UNPACKED
    for entry in entries:
        left -= _check_entry(archive, content, entry, left)
    return archive


def _check_directory_size(content: bytes) -> None:
    """The list of files is read whole when the archive is opened; what it declares bounds it."""
    tail_start = max(0, len(content) - (1 << 16) - _END.size)
    at = content.rfind(b"PK\5\6", tail_start)
    if at < 0 or at + _END.size > len(content):
        raise Refused(_NOT_WHOLE)
    _, disk, start_disk, _, entries, size, *_ = _END.unpack_from(content, at)
    if disk not in (0, 0xFFFF) or start_disk not in (0, 0xFFFF):
        raise Refused("it is one part of an archive in several parts")
    large = content.rfind(b"PK\6\6", max(0, at - (1 << 16)), at)
    if large >= 0 and large + _CENTRAL_64.size <= len(content):
        *_, entries_64, size_64, _ = _CENTRAL_64.unpack_from(content, large)
        entries = max(0 if entries == 0xFFFF else entries, entries_64)
        size = max(0 if size == 0xFFFFFFFF else size, size_64)
    if entries > MOST_ENTRIES or size > LARGEST_DIRECTORY:
        raise Refused(f"it holds more than {MOST_ENTRIES:,} files")


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"it holds more than {MOST_ENTRIES:,} files")
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        parts = name.split("/")
        if (
            not name
            or name.startswith("/")
            or ".." in parts
            or "\\" in name
            or re.match(r"[A-Za-z]:", name)
            or any(ord(char) < 32 for char in name)
        ):
            raise Refused("it holds files whose names lead out of it")
        folded = name.casefold()
        if folded in seen:
            raise Refused("it holds two files of the same name")
        seen.add(folded)


def _check_declared(entries: list[zipfile.ZipInfo]) -> None:
    total = 0
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise Refused("it is protected with a password")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("it is packed in a way that Office files are not")
        total += entry.file_size
        if total > LARGEST_UNPACKED or entry.file_size > _most_unpacked(entry.compress_size):
            raise Refused(_BOMB)


def _check_places(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """No two files may share bytes: that is how a small archive holds a huge one without a high ratio."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        start = entry.header_offset
        if start < end:
            raise Refused("it is damaged, or made to attack: its files overlap")
        if start + _LOCAL.size > len(content):
            raise Refused(_NOT_WHOLE)
        *_, name_length, extra_length = _LOCAL.unpack_from(content, start)
        end = start + _LOCAL.size + name_length + extra_length + entry.compress_size
        if end > len(content):
            raise Refused(_NOT_WHOLE)


def _check_entry(archive: zipfile.ZipFile, content: bytes, entry: zipfile.ZipInfo, most: int) -> int:
    """Unpack one file; returns its bytes."""
    try:
        archive.open(entry).close()  # compares the two places in which an archive describes each of its files
        pieces = _unpacked(content, entry, min(most, _most_unpacked(entry.compress_size)))
        first = next(pieces, b"")
        kind = archive_kind(first)
        if kind and not _UNOPENED.fullmatch(entry.filename):
            raise Refused(f"it holds an archive within it ({kind})")
        if looks_like_xml(first):
            check_xml(chain((first,), pieces))
        for _ in pieces:
            pass
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise Refused("the file is damaged: a part of it cannot be unpacked") from error
    return entry.file_size


def _unpacked(content: bytes, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The bytes of one file in pieces, all that there are: `ZipFile.open` would stop at the size that is
    declared.
    """
    *_, name_length, extra_length = _LOCAL.unpack_from(content, entry.header_offset)
    start = entry.header_offset + _LOCAL.size + name_length + extra_length
    packed = memoryview(content)[start : start + entry.compress_size]
    count = 0
    for piece in _pieces(packed) if entry.compress_type == zipfile.ZIP_STORED else _inflated(packed):
        count += len(piece)
        if count > most:
            raise Refused(_BOMB)
        yield piece
    if count != entry.file_size:
        raise Refused("the file is damaged: a part of it has not the size that it declares")


def _inflated(packed: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), _PIECE):
        waiting = bytes(packed[start : start + _PIECE])
        while waiting and not unpacker.eof:
            yield unpacker.decompress(waiting, _PIECE)
            waiting = unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        raise zlib.error


def _pieces(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), _PIECE):
        yield bytes(packed[start : start + _PIECE])


def _most_unpacked(packed: int) -> int:
    return max(_FREE_SIZE, packed * HIGHEST_RATIO)
