"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from marksheet_extraction.extracted import Refused
from marksheet_extraction.limits import LARGEST_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable

TOO_LARGE = f"the file is larger than {LARGEST_DOCUMENT >> 20} MiB, the most that a document may have"
ACCEPTED = "PDF, DOCX, XLSX, PPTX, HTML, Markdown, plain text, CSV and JSON"


class Kind(StrEnum):
    """What can be told from the first bytes. Which kind of text or of Office file it is takes reading it."""

    PDF = "pdf"
    ARCHIVE = "archive"
    TEXT = "text"


_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"8BPS\0", "a Photoshop picture"),
    (b"\0\0\1\0", "an icon"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"AT&TFORM", "a DjVu file"),
)
_ARCHIVES = (
    (b"PK\5\6", "an empty ZIP archive"),
    (b"PK\7\x08", "a part of a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an XZ archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\7", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (b"MSCF\0", "a Windows cabinet"),
)
_OTHERS = (
    (b"\x7fELF", "a program"),
    (b"\xfe\xed\xfa\xce", "a program"),
    (b"\xfe\xed\xfa\xcf", "a program"),
    (b"\xce\xfa\xed\xfe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\0asm", "a program"),
    (b"{\\rtf", "an RTF document, which can be saved as DOCX"),
    (b"%!PS", "a PostScript file, which can be saved as PDF"),
    (b"SQLite format 3\0", "a database"),
    (b"PAR1\x15", "a Parquet file"),
    (b"ID3\2", "a sound file"),
    (b"ID3\3", "a sound file"),
    (b"ID3\4", "a sound file"),
    (b"OggS\0", "a sound or video file"),
    (b"fLaC\0", "a sound file"),
    (b"\x1a\x45\xdf\xa3", "a video file"),
    (b"wOFF\0\1", "a font"),
    (b"wOFFOTTO", "a font"),
    (b"wOF2\0\1", "a font"),
    (b"wOF2OTTO", "a font"),
    (b"OTTO\0", "a font"),
    (b"\0\1\0\0\0", "a font"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?"
    rb"(?:<!--.{0,500}?-->\s*|<!DOCTYPE svg[^>]{0,500}>\s*)*<svg[\s>]",
    re.DOTALL,
)


def recognise(content: bytes) -> Kind:
    """What the bytes are. Raises `Refused`, saying what they are, for what is no document, for no bytes at
    all, and for more than `LARGEST_DOCUMENT`.
    """
    if not content:
        raise Refused("the file is empty")
    if len(content) > LARGEST_DOCUMENT:
        raise Refused(TOO_LARGE)
    if content.startswith(b"PK\3\4"):
        return Kind.ARCHIVE
    if _is_pdf(content):
        return Kind.PDF
    refused = _other_kind(content)
    if refused:
        raise Refused(f"this is {refused}; documents are {ACCEPTED}")
    return Kind.TEXT


def archive_kind(content: bytes) -> str | None:
    """Which kind of packed file some bytes begin, or None."""
    found = _starting(content, _ARCHIVES)
    if found and found.endswith("bzip2 archive") and not _is_bzip2(content):
        return None
    return "a ZIP archive" if content.startswith(b"PK\3\4") else found


def _is_pdf(content: bytes) -> bool:
    """Readers allow a KiB of anything before the header; a text that merely names it has no trailer."""
    start = content[:1024]
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return True
    return b"%PDF-" in start and b"startxref" in content[-2048:]


def _other_kind(content: bytes) -> str | None:
    if content.startswith(_OLE):
        # Office wraps what it protects with a password into the old form.
        if "EncryptedPackage".encode("utf-16-le") in content:
            return "an Office file that is protected with a password"
        return (
            "an Office file in its old binary form (.doc, .xls, .ppt),"
            " which can be saved as .docx, .xlsx or .pptx"
        )
    for tell in (_by_start, archive_kind, _by_structure):
        found = tell(content)
        if found:
            return found
    return None


def _by_start(content: bytes) -> str | None:
    return _starting(content, _PICTURES) or _starting(content, _OTHERS)


def _by_structure(content: bytes) -> str | None:
    """Kinds that more tells than a start which a text could have too."""
    checks: tuple[tuple[Callable[[bytes], bool], str], ...] = (
        (lambda c: c.startswith(b"RIFF") and c[8:12] == b"WEBP", "a WebP picture"),
        (lambda c: c.startswith(b"RIFF") and c[8:12] in (b"WAVE", b"AVI "), "a sound or video file"),
        (lambda c: c[4:8] == b"ftyp" and c[8:12] in (b"heic", b"heix", b"mif1", b"avif"), "a HEIF picture"),
        (lambda c: c[:3] == bytes(3) and c[4:8] == b"ftyp", "a sound or video file"),
        (lambda c: c.startswith(b"BM") and c[6:10] == b"\0\0\0\0", "a BMP picture"),
        (lambda c: c.startswith(b"MZ") and b"\0" in c[:64], "a program"),
        (lambda c: c[257:262] == b"ustar" and b"\0" in c[:257], "a tar archive"),
        (lambda c: _SVG.match(c) is not None, "an SVG picture"),
    )
    return next((name for check, name in checks if check(content)), None)


def _is_bzip2(content: bytes) -> bool:
    return content[3:4].isdigit() and content[4:10] == b"1AY&SY"


def _starting(content: bytes, known: tuple[tuple[bytes, str], ...]) -> str | None:
    return next((name for start, name in known if content.startswith(start)), None)
