"""Which Office file an archive is, by what it says of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet_extraction.extracted import Refused
from marksheet_extraction.kinds import ACCEPTED

if TYPE_CHECKING:
    import zipfile

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

_MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
    b"presentationml.presentation.main+xml": PPTX,
}
_RELATIVES = (
    (b".macroEnabled", "an Office file with macros, which can be saved without them"),
    (b"spreadsheetml.template.main+xml", "a template of a workbook, which can be saved as one"),
    (b"wordprocessingml.template.main+xml", "a template of a document, which can be saved as one"),
    (b"presentationml.template.main+xml", "a template of a presentation, which can be saved as one"),
    (b"presentationml.slideshow.main+xml", "a slide show, which can be saved as a presentation (.pptx)"),
    (b"ms-excel.sheet.binary", "a binary workbook (.xlsb), which can be saved as .xlsx"),
)
_MIMETYPES = (
    (
        b"application/vnd.oasis.opendocument",
        "an OpenDocument file, which can be saved as .docx, .xlsx or .pptx",
    ),
    (b"application/epub+zip", "an EPUB book"),
)


def office_kind(archive: zipfile.ZipFile) -> str:
    """The MIME type of a DOCX, XLSX or PPTX file. Raises `Refused`, naming it, for any other archive."""
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        raise Refused(f"this is {_other_archive(archive, names)}; documents are {ACCEPTED}")
    types = archive.read("[Content_Types].xml")
    if types.startswith((b"\xff\xfe", b"\xfe\xff")):
        types = types.decode("utf-16", "replace").encode()
    # Before the kinds themselves, because a document with macros names both.
    for word, name in _RELATIVES:
        if word in types:
            raise Refused(f"this is {name}; documents are {ACCEPTED}")
    found = {mime for word, mime in _MAIN_PARTS.items() if word in types}
    if len(found) != 1:
        raise Refused(f"this is a ZIP archive and no Office file that can be read; documents are {ACCEPTED}")
    return found.pop()


def _other_archive(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names:
        declared = archive.read("mimetype")
        for word, name in _MIMETYPES:
            if declared.startswith(word):
                return name
    if "META-INF/MANIFEST.MF" in names:
        return "a Java archive"
    return "a ZIP archive"
