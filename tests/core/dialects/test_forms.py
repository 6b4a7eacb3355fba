"""Forms: cut into parts, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.dialects.forms import is_form, read_form
from marksheet.errors import InvalidRequest

TYPE = "multipart/form-data; boundary=frontier"


def form(*parts: tuple[str, bytes]) -> bytes:
    """Parts with their Content-Disposition, as a browser sends them."""
    pieces = (
        b"--frontier\r\nContent-Disposition: " + header.encode() + b"\r\n\r\n" + content + b"\r\n"
        for header, content in parts
    )
    return b"".join(pieces) + b"--frontier--\r\n"


@pytest.mark.parametrize(
    ("content_type", "answer"),
    [
        ("multipart/form-data; boundary=x", True),
        ("Multipart/Form-Data; boundary=x", True),
        ("multipart/mixed; boundary=x", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_a_form_is_known_by_its_content_type(content_type: str, answer: bool) -> None:
    assert is_form(content_type) is answer


def test_parts_come_with_name_file_name_and_content() -> None:
    body = form(
        ('form-data; name="name"', b"Leuchtturm"),
        ('form-data; name="file"; filename="q.json"', b"[1]\r\n[2]"),
    )
    name, file = read_form(body, TYPE)
    assert (name.name, name.filename, name.text) == ("name", None, "Leuchtturm")
    assert (file.name, file.filename, file.content) == ("file", "q.json", b"[1]\r\n[2]")


@given(st.binary(max_size=300).filter(lambda content: b"--frontier" not in content))
def test_any_content_comes_through_unchanged(content: bytes) -> None:
    (part,) = read_form(form(('form-data; name="file"', content)), TYPE)
    assert part.content == content


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        form(('form-data; name="a"', b"1"))[:-15],
        b"--frontier\r\nContent-Disposition: form-data\r\n\r\nx\r\n--frontier--\r\n",
        b"--frontier\r\n\r\nx\r\n--frontier--\r\n",
        form(*[('form-data; name="a"', b"")] * 65),
        b"--frontier\r\nX: " + b"h" * 100_000 + b"\r\n\r\nx\r\n--frontier--\r\n",
    ],
)
def test_a_broken_form_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_form(body, TYPE)
    assert refused.value.problems[0].kind == "multipart_invalid"


def test_a_form_without_a_boundary_is_refused_by_its_header() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_form(b"", "multipart/form-data")
    assert refused.value.problems[0].location == ("header", "content-type")


def test_text_that_is_not_utf_8_is_refused_by_its_field() -> None:
    (part,) = read_form(form(('form-data; name="name"', b"\xff")), TYPE)
    with pytest.raises(InvalidRequest) as refused:
        _ = part.text
    assert refused.value.problems[0].location == ("body", "name")
