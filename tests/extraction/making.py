"""Documents put together for the tests: PDF from raw objects or drawn, Office files, archives with forged
entries.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping

import docx
import openpyxl
import pptx
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

PAGE = (595, 842)
"""A4 in points."""


# ------------------------------------------------------------------------------------------------ PDF


def drawn_pdf(draw: Callable[[Canvas], None], *, encryption: StandardEncryption | None = None) -> bytes:
    """A PDF drawn with reportlab; the last page is shown for the caller."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGE, encrypt=encryption, invariant=True)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def write_lines(
    canvas: Canvas, lines: Iterable[str], *, left: float = 72, top: float = 770, size: float = 10
) -> float:
    """Lines one below the other; returns where the next would stand."""
    canvas.setFont("Helvetica", size)
    for line in lines:
        canvas.drawString(left, top, line)
        top -= 1.2 * size
    return top


def prose(words: int, seed: int) -> list[str]:
    """So many made-up words."""
    chosen = random.Random(seed)
    known = [
        "the",
        "lamp",
        "keeper",
        "climbs",
        "stairs",
        "each",
        "evening",
        "trims",
        "wick",
        "fills",
        "oil",
        "and",
        "watches",
        "ships",
        "pass",
        "by",
        "until",
        "dawn",
    ]
    return [chosen.choice(known) for _ in range(words)]


def column(seed: int, mark: str, rows: int = 30) -> list[str]:
    """Lines of prose that fill a column, each with a mark and its number."""
    return [f"{mark}{row} " + " ".join(prose(6, seed + row)) for row in range(1, rows + 1)]


def raw_pdf(objects: Mapping[int, bytes], *, root: int = 1, xref: bool = True) -> bytes:
    """A PDF of these objects, by number, with a table of where each is (or a wrong one)."""
    content = bytearray(b"%PDF-1.7\n")
    places: dict[int, int] = {}
    for number, body in objects.items():
        places[number] = len(content)
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(content)
    size = max(objects) + 1
    content += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        content += b"%010d 00000 n \n" % (places.get(number, 0) if xref else 7)
    content += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, table)
    return bytes(content)


def stream(data: bytes, *, deflated: bool = False) -> bytes:
    """A stream object's body."""
    extra = b" /Filter /FlateDecode" if deflated else b""
    return b"<< /Length %d%b >>\nstream\n%b\nendstream" % (len(data), extra, data)


def one_page_pdf(contents: bytes, *, xref: bool = True) -> bytes:
    """A page with Helvetica as /F1 and this content stream object."""
    return raw_pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
            b" /Resources << /Font << /F1 4 0 R >> >> >>",
            4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            5: contents,
        },
        xref=xref,
    )


# ------------------------------------------------------------------------------------------------ Office


def saved_docx(fill: Callable[[docx.document.Document], None]) -> bytes:
    document = docx.Document()
    fill(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def saved_xlsx(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    workbook = openpyxl.Workbook()
    fill(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def saved_pptx(fill: Callable[[pptx.presentation.Presentation], None]) -> bytes:
    presentation = pptx.Presentation()
    fill(presentation)
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


# ------------------------------------------------------------------------------------------------ archives


def changed(archive: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """An archive with some of its files changed; a name that it does not have gets what is made of b""."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(
                entry.filename, parts[entry.filename](content) if entry.filename in parts else content
            )
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name](b""))
    return buffer.getvalue()


def added(archive: bytes, name: str, content: bytes) -> bytes:
    """An archive with one more file, of a name that it may have already."""
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as new:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        new.writestr(info, content)
    return buffer.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_declared_size(archive: bytes, name: str, size: int) -> bytes:
    """An archive that says in both places that one of its files has so many bytes unpacked."""
    content = bytearray(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        local = opened.getinfo(name).header_offset
    struct.pack_into("<L", content, local + 22, size)
    struct.pack_into("<L", content, _directory_entry(archive, name) + 24, size)
    return bytes(content)


def with_flag(archive: bytes, name: str, flag: int) -> bytes:
    """An archive with a flag set at one of its files, in its directory."""
    content = bytearray(archive)
    at = _directory_entry(archive, name) + 8
    struct.pack_into("<H", content, at, struct.unpack_from("<H", content, at)[0] | flag)
    return bytes(content)


def overlapping(count: int, size: int) -> bytes:
    """An archive of many files that all are the same bytes of it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    plain = random.Random(1).randbytes(size)
    packed = packer.compress(plain) + packer.flush()
    head = struct.pack("<2B4HL2L", 20, 0, 0, 8, 0, 33, zlib.crc32(plain), len(packed), size)
    local = b"PK\3\4" + head + struct.pack("<2H", 1, 0) + b"a" + packed
    directory = b"".join(
        b"PK\1\2" + struct.pack("<2B", 20, 3) + head + struct.pack("<5H2L", 1, 0, 0, 0, 0, 0, 0) + b"a"
        for _ in range(count)
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(local), 0)
    return local + directory + end


def _directory_entry(archive: bytes, name: str) -> int:
    """Where the directory's entry of a file begins."""
    at = archive.find(b"PK\1\2")
    while at >= 0:
        length = struct.unpack_from("<H", archive, at + 28)[0]
        if archive[at + 46 : at + 46 + length] == name.encode():
            return at
        at = archive.find(b"PK\1\2", at + 4)
    raise KeyError(name)
