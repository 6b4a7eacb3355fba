from __future__ import annotations

import pytest

from marksheet_extraction.extracted import Refused
from marksheet_extraction.kinds import Kind, archive_kind, recognise
from marksheet_extraction.limits import LARGEST_DOCUMENT


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", Kind.PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.4", Kind.PDF),
        (b"junk\n%PDF-1.4\n startxref\n1\n%%EOF", Kind.PDF),
        (b"A text on %PDF-1.4 files", Kind.TEXT),
        (b"PK\3\4rest", Kind.ARCHIVE),
        (b"North", Kind.TEXT),
        (b"MZ is how programs begin", Kind.TEXT),
        (b"BMW and BZh are no pictures", Kind.TEXT),
        (b"ID3 is a kind of tag", Kind.TEXT),
        (b"a b ftyp c", Kind.TEXT),
        (b"<p>", Kind.TEXT),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: Kind) -> None:
    assert recognise(content) is kind


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
        (b"GIF89a", "a GIF picture"),
        (b"II*\0", "a TIFF picture"),
        (b"RIFF\1\2\3\4WEBPVP8 ", "a WebP picture"),
        (b"BM\1\2\3\4\0\0\0\0", "a BMP picture"),
        (b"\0\0\0\x18ftypheic", "a HEIF picture"),
        (b"\0\0\0\x18ftypmp42", "a sound or video file"),
        (b"RIFF\1\2\3\4WAVEfmt ", "a sound or video file"),
        (b"  <!-- x --><svg xmlns='a'>", "an SVG picture"),
        (b"\x7fELF\2\1\1", "a program"),
        (b"MZ\x90\0\3\0", "a program"),
        (b"\xcf\xfa\xed\xfe\7", "a program"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"BZh91AY&SY", "a bzip2 archive"),
        (b"PK\5\6" + bytes(18), "an empty ZIP archive"),
        (bytes(257) + b"ustar\0", "a tar archive"),
        (b"SQLite format 3\0", "a database"),
        (b"%!PS-Adobe", "a PostScript file"),
    ],
)
def test_what_is_no_document_is_refused_by_its_name(content: bytes, name: str) -> None:
    with pytest.raises(Refused, match=f"^this is {name}.*; documents are PDF, DOCX,"):
        recognise(content)


def test_the_largest_document_is_one_byte_smaller_than_one_that_is_refused() -> None:
    assert recognise(b"a" * LARGEST_DOCUMENT) is Kind.TEXT
    with pytest.raises(Refused, match="larger than 50 MiB"):
        recognise(b"a" * (LARGEST_DOCUMENT + 1))


def test_an_archive_is_told_from_what_begins_alike() -> None:
    assert archive_kind(b"PK\3\4") == "a ZIP archive"
    assert archive_kind(b"BZhello") is None
    assert archive_kind(b"text") is None
