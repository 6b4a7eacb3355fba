"""Reading multipart/form-data (RFC 7578), in memory: a request body has 6 MB at most."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from marksheet.errors import InvalidRequest, Problem

MOST_PARTS = 64
"""A form of ours has nine fields; repeated ids make it longer."""


class Part(NamedTuple):
    """One field of a form."""

    name: str
    filename: str | None
    content: bytes

    @property
    def text(self) -> str:
        """The content as text. Raises InvalidRequest when it is not UTF-8."""
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError:
            raise InvalidRequest(
                Problem(("body", self.name), "Input should be UTF-8 text", "string_unicode")
            ) from None


def is_form(content_type: str) -> bool:
    """Whether a `Content-Type` header announces a form."""
    return parse_options_header(content_type)[0] == b"multipart/form-data"


def read_form(body: bytes, content_type: str) -> list[Part]:
    """The parts of a form, in order.

    Raises InvalidRequest when boundary, form or a part's name is missing or broken.
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        message = "multipart/form-data needs a boundary parameter"
        raise InvalidRequest(Problem(("header", "content-type"), message, "multipart_invalid"))
    collector = _Collector()
    try:
        parser = MultipartParser(boundary, collector.callbacks)  # type: ignore[arg-type]
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        raise _broken(f"not a valid form (byte {error.offset})") from error
    if not collector.ended:
        raise _broken("the form is cut off before its last boundary")
    return collector.parts


def _broken(message: str) -> InvalidRequest:
    return InvalidRequest(Problem(("body",), message, "multipart_invalid"))


@dataclass
class _Collector:
    """Puts together what the parser calls out piece by piece."""

    parts: list[Part] = field(default_factory=list)
    ended: bool = False
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _name: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _content: bytearray = field(default_factory=bytearray)

    @property
    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin_part,
            "on_header_begin": self._begin_header,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._content.extend(data[start:end]),
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _begin_part(self) -> None:
        if len(self.parts) == MOST_PARTS:
            raise _broken(f"the form has more than {MOST_PARTS} parts")
        self._headers = {}
        self._content = bytearray()

    def _begin_header(self) -> None:
        self._name, self._value = bytearray(), bytearray()

    def _end_header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)

    def _end_part(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        if b"name" not in options:
            raise _broken("a part of the form has no name")
        filename = options.get(b"filename")
        self.parts.append(
            Part(
                name=options[b"name"].decode("utf-8", "replace"),
                filename=None if filename is None else filename.decode("utf-8", "replace"),
                content=bytes(self._content),
            )
        )

    def _end(self) -> None:
        self.ended = True
