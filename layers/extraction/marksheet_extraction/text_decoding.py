"""Bytes of a text file as text, whatever it was saved in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from marksheet_extraction.extracted import Refused
from marksheet_extraction.markup import visible

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_DECLARABLE = re.compile(
    r"(windows-?125\d|iso-?8859-?\d{1,2}|koi8-?[ru]|shift[_-]?jis|euc-?(jp|kr)|gbk|gb2312|gb18030|big5)",
    re.IGNORECASE,
)
"""Encodings that a web page may name. None of them hides a character of ASCII."""
_CONTROL = bytes(range(9)) + b"\x0b" + bytes(range(0x0E, 0x1B)) + bytes(range(0x1C, 0x20)) + b"\x7f"
_NOT_TEXT = "the file is neither a known kind of document nor text"


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text without byte order mark and control characters, its lines ended by newlines."""

    text: str
    warnings: tuple[str, ...] = ()


def decode(content: bytes) -> DecodedText:
    """The text of some bytes: by the byte order mark if there is one, else UTF-8, else what a web page
    declares, else Windows-1252, in which the older files of the West are.

    Raises `Refused` for what is no text: a NUL character, or many control characters in a file that is not
    UTF-8.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return DecodedText(_without_nul(_strictly(content[len(mark) :], encoding)))
    if b"\0" in content:
        raise Refused(_NOT_TEXT)
    try:
        return DecodedText(_without_nul(content.decode()))
    except UnicodeDecodeError:
        pass
    if len(content) - len(content.translate(None, _CONTROL)) > len(content) // 1000:
        raise Refused(_NOT_TEXT)
    declared = _DECLARED.search(content, 0, 4096)
    if declared and _DECLARABLE.fullmatch(declared[1].decode()):
        try:
            return DecodedText(visible(content.decode(declared[1].decode())))
        except (UnicodeDecodeError, LookupError):
            pass
    guessed = ("the file is not UTF-8; it was read as Windows-1252, which may show some letters wrong",)
    try:
        return DecodedText(visible(content.decode("cp1252")), guessed)
    except UnicodeDecodeError:  # five of the 256 bytes have no meaning there
        return DecodedText(visible(content.decode("latin-1")), guessed)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        name = {"utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}.get(encoding, "UTF-8")
        raise Refused(
            f"the file says that it is {name} and is not, from byte {error.start + 1} on"
        ) from error


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise Refused(_NOT_TEXT)
    return visible(text)
