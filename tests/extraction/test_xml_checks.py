from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet_extraction.extracted import Refused
from marksheet_extraction.limits import DEEPEST_XML
from marksheet_extraction.xml_checks import check_xml, looks_like_xml

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "cp037")


def encoded(xml: str, encoding: str) -> bytes:
    mark = {"utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}.get(encoding, b"")
    return mark + xml.encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "doctype", ["<!DOCTYPE a>", "<!DOCTYPE a SYSTEM 'file:///x'>", "<!DOCTYPE a [<!ENTITY b 'c'>]>"]
)
def test_a_document_type_is_refused_in_every_encoding(encoding: str, doctype: str) -> None:
    with pytest.raises(Refused):
        check_xml([encoded(f"<?xml version='1.0' ?>{doctype}<a/>", encoding)])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_xml_in_every_encoding_is_recognised(encoding: str) -> None:
    assert looks_like_xml(encoded("<?xml version='1.0'?><a/>", encoding))
    assert not looks_like_xml(encoded("text", encoding)[2:])


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "cp037"])
def test_so_is_xml_behind_much_white_space(encoding: str) -> None:
    assert looks_like_xml(encoded(" \r\n\t" * 1000 + "<!DOCTYPE a>", encoding))


@pytest.mark.parametrize("start", [b"\0\0\0<ftypmp42", b"\x89PNG", b"< 5", b"\xff\xd8\xff<", b"text <a>"])
def test_pictures_films_and_texts_are_no_xml(start: bytes) -> None:
    assert not looks_like_xml(start)


def test_white_space_alone_may_go_on_as_xml() -> None:
    assert looks_like_xml(b" \n" * 10)
    assert not looks_like_xml(b"")


@given(st.integers(1, 9))
def test_a_document_type_is_found_wherever_pieces_are_cut(size: int) -> None:
    xml = b"<?xml version='1.0'?><!-- x --><!DOCTYPE a><a/>"
    with pytest.raises(Refused, match="DOCTYPE"):
        check_xml(xml[start : start + size] for start in range(0, len(xml), size))


def test_a_document_type_in_a_comment_or_a_text_is_none() -> None:
    inner = b"<!DOCTYPE a>"
    check_xml([b"<a><!-- " + inner + b" --><![CDATA[<!ENTITY b 'c'>]]></a>"])
    with pytest.raises(Refused, match="DOCTYPE"):
        check_xml([inner + b"<a/>"])


def test_xml_may_be_so_deep_and_no_deeper() -> None:
    check_xml([b"<a>" * DEEPEST_XML + b"</a>" * DEEPEST_XML])
    check_xml([b"<a>" + b"<b></b>" * 1000 + b"</a>"])
    with pytest.raises(Refused, match="more than 256 deep"):
        check_xml([b"<a>" * (DEEPEST_XML + 1)])


@pytest.mark.parametrize(
    "xml", [b"", b"<a>", b"<a></b>", b"<a/><b/>", b"<a>&b;</a>", b"<?xml encoding='no'?><a/>"]
)
def test_what_this_reader_cannot_read_is_refused(xml: bytes) -> None:
    with pytest.raises(Refused, match="not well-formed"):
        check_xml([xml])
