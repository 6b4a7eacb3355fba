from __future__ import annotations

import random
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet_extraction import archives
from marksheet_extraction.archives import check_archive
from marksheet_extraction.extracted import Refused
from tests.extraction.making import added, overlapping, with_declared_size, with_flag, zipped

SOUND = zipped(
    {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a>North</a>", "word/media/a.png": b"\x89PNG"}
)


def test_a_sound_archive_is_opened() -> None:
    with check_archive(SOUND) as archive:
        assert archive.read("word/document.xml") == b"<a>North</a>"


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/a", "\\a", "a\\..\\b", "C:/a", "c:a", "..", "a/\x01b"]
)
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="names lead out of it"):
        check_archive(added(SOUND, name, b""))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["word/document.xml", "WORD/Document.XML"])
def test_a_name_that_is_there_twice_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="two files of the same name"):
        check_archive(added(SOUND, name, b"<b/>"))


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_an_encrypted_file_is_refused(flag: int) -> None:
    with pytest.raises(Refused, match="protected with a password"):
        check_archive(with_flag(SOUND, "word/document.xml", flag))


@pytest.mark.parametrize(
    "inner",
    [
        zipped({"a": b""}),
        b"\x1f\x8b\x08\0",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\7\0",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
    ],
)
def test_an_archive_within_is_refused(inner: bytes) -> None:
    with pytest.raises(Refused, match="holds an archive within it"):
        check_archive(added(SOUND, "word/media/b.png", inner))


@pytest.mark.parametrize(
    "name", ["ppt/embeddings/Book1.xlsx", "word/embeddings/oleObject1.bin", "xl/media/image1.emz"]
)
def test_what_office_embeds_and_nobody_opens_is_let_pass(name: str) -> None:
    with check_archive(added(SOUND, name, zipped({"a": b"b"}))) as archive:
        assert name in archive.namelist()


def test_folders_and_empty_files_are_let_pass() -> None:
    with check_archive(zipped({"word/": b"", "word/empty": b""})) as archive:
        assert archive.namelist() == ["word/", "word/empty"]


@pytest.mark.parametrize("size", [1, 4, 1 << 31])
def test_a_size_that_is_not_the_declared_one_is_refused(size: int) -> None:
    with pytest.raises(Refused):
        check_archive(with_declared_size(SOUND, "word/document.xml", size))


def test_all_files_together_may_be_so_large(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = random.Random(1)
    archive = zipped({f"word/media/{number}": noise.randbytes(2_000) for number in range(3)})
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 6_000)
    check_archive(archive).close()
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 5_999)
    with pytest.raises(Refused, match="unpacks to far more"):
        check_archive(archive)


def test_a_small_file_may_be_packed_as_well_as_it_can_be() -> None:
    check_archive(zipped({"a": bytes(1 << 20)})).close()
    with pytest.raises(Refused, match="unpacks to far more"):
        check_archive(zipped({"a": bytes((1 << 20) + 1)}))


def test_files_that_share_bytes_are_refused() -> None:
    with pytest.raises(Refused, match="two files of the same name"):
        check_archive(overlapping(2, 100))
    renamed = bytearray(overlapping(2, 100))
    renamed[renamed.rfind(b"PK\1\2") + 46] = ord("b")
    with pytest.raises(Refused, match="overlap"):
        check_archive(bytes(renamed))


def test_a_directory_that_says_it_is_huge_is_not_read() -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9_000, 9_000, 46, 0, 0)
    with pytest.raises(Refused, match="more than 5,000 files"):
        check_archive(b"PK\3\4" + bytes(60) + end)


def test_a_part_of_several_is_refused() -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 1, 1, 1, 1, 46, 0, 0)
    with pytest.raises(Refused, match="in several parts"):
        check_archive(b"PK\3\4" + bytes(60) + end)


def test_another_way_of_packing_is_refused() -> None:
    content = bytearray(SOUND)
    for at in (content.find(b"PK\3\4") + 8, content.find(b"PK\1\2") + 10):
        struct.pack_into("<H", content, at, zipfile.ZIP_LZMA)
    with pytest.raises(Refused, match="packed in a way"):
        check_archive(bytes(content))


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_harmless(place: int, value: int) -> None:
    content = bytearray(SOUND)
    content[place] = value
    try:
        archive = check_archive(bytes(content))
    except Refused:
        return
    with archive:
        assert sum(entry.file_size for entry in archive.infolist()) < 1_000


@given(st.integers(0, len(SOUND)))
def test_a_cut_archive_is_refused(length: int) -> None:
    if length < len(SOUND):
        with pytest.raises(Refused):
            check_archive(SOUND[:length])
