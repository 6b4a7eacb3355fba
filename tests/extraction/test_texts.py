from __future__ import annotations

import csv

import pytest

from marksheet_extraction import extract
from marksheet_extraction.csv_tables import delimiter_of, looks_like_csv
from marksheet_extraction.extracted import Refused
from marksheet_extraction.text_decoding import decode

TABLE = b"Lamp,Range\nNorth,12\nSouth,9\n"


@pytest.mark.parametrize(
    ("content", "hint", "mime"),
    [
        (TABLE, "a.csv", "text/csv"),
        (TABLE, None, "text/csv"),
        (TABLE, "a.dat", "text/csv"),
        (TABLE, "a.txt", "text/plain"),
        (TABLE, "A.MD ", "text/markdown"),
        (TABLE, "a.docx", "text/csv"),
        (b"One line, no more.", None, "text/plain"),
        (b"# Heading\n\ntext", None, "text/markdown"),
        (b"# Heading\n\ntext", "a.txt", "text/plain"),
        (b"a hash # in a line", None, "text/plain"),
        (b"<!doctype HTML>\n<p>a", "a.txt", "text/html"),
        (b"\n<!-- x -->\n<html lang=en><p>a", None, "text/html"),
        (b"<p>a piece", "a.htm", "text/html"),
        (b"<p>a piece", None, "text/plain"),
        (b"<note>xml</note>", "a.xml", "text/plain"),
        (b' {"a": 1} ', "a.txt", "application/json"),
        (b'["a"]', "a.md", "text/markdown"),
        (b'{"a": 1}\n{"a": 2}\n', None, "application/jsonl"),
        (b'"text"', "a.json", "application/json"),
        (b"{curly} words", None, "text/plain"),
        (b"[link]\n[other]", None, "text/plain"),
    ],
)
def test_the_name_chooses_only_where_the_content_does_not(
    content: bytes, hint: str | None, mime: str
) -> None:
    assert extract(content, hint=hint).mime == mime


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b'{"a": 1}{', "line 1, column 9"),
        (b'{"a": 1}\n{"a": }\n', "line 2, column 1"),
        (b"{'a': 1}", "line 1, column 2"),
    ],
)
def test_a_file_that_promises_json_must_keep_to_it(content: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=f"^it is not valid JSON: {reason}"):
        extract(content, hint="a.json")


def test_json_is_kept_to_the_letter() -> None:
    text = '{"b": 1.50, "a": 12345678901234567890123,\n\t"b": "```` \\u00e9"}'
    assert extract(text.encode()).markdown == f"`````json\n{text}\n`````\n"


def test_brackets_in_texts_are_not_deep() -> None:
    assert extract(b'["' + b"[" * 1000 + b'\\""]').mime == "application/json"
    assert extract(b"[see]" + b"[" * 1000).mime == "text/plain"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b;c\n1,2;3\n", ","),
        ("a;b,c\n1;2\n3;4\n", ";"),
        ("a\tb\n1,5\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('"a,x";b\n"c,y";d\n', ";"),
        ("one column\nonly\n", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_what_cuts_rows_alike(text: str, delimiter: str) -> None:
    assert delimiter_of(text) == delimiter


def test_prose_is_no_csv() -> None:
    assert not looks_like_csv("Dear reader,\nthis, in short, is a letter.\nYours, truly,\nme\n")
    assert looks_like_csv("a,b\n" * 20_000 + "c,d")


def test_wide_csv_is_cut_with_a_warning() -> None:
    found = extract(b",".join(b"%d" % n for n in range(300)) + b"\n", hint="a.csv")
    assert found.warnings == ("of 300 columns the first 200 were kept",)
    assert "| 199 |\n" in found.markdown


def test_blank_rows_of_csv_are_left_out() -> None:
    assert extract(b"a,b\n\n , \n1,2\n", hint="a.csv").markdown == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_the_limit_of_csv_fields_is_put_back() -> None:
    before = csv.field_size_limit()
    extract(TABLE, hint="a.csv")
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfa\xc3\xa9", "aé"),
        (b"\xff\xfea\0\xe9\0", "aé"),
        (b"\xfe\xff\0a\0\xe9", "aé"),
        (b"a\r\nb\rc\x0bd\x1be", "a\nb\ncde"),
    ],
)
def test_a_text_is_decoded_by_its_byte_order_mark_or_as_utf8(content: bytes, text: str) -> None:
    found = decode(content)
    assert (found.text, found.warnings) == (text, ())


def test_what_is_not_utf8_is_guessed_with_a_warning() -> None:
    assert decode(b"\x93caf\xe9\x94").text == "“café”"
    assert decode(b"caf\xe9\x81").text == "café"
    assert len(decode(b"caf\xe9").warnings) == 1


def test_a_web_page_may_say_its_encoding() -> None:
    page = '<html><meta http-equiv=a content="text/html; charset=windows-1251"><p>Маяк'
    found = decode(page.encode("windows-1251"))
    assert (found.text, found.warnings) == (page, ())
    assert decode(b'<meta charset="utf-7"><p>\xe9').warnings
    assert decode(b'<meta charset="unicode_escape"><p>\xe9').warnings


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a\0b", "neither a known kind of document nor text"),
        (b"\xff\xfea\0\0\0", "neither a known kind of document nor text"),
        (bytes(range(1, 256)), "neither a known kind of document nor text"),
        (b"\xff\xfea", "says that it is UTF-16 and is not, from byte 1 on"),
        (b"\xef\xbb\xbf\xe9", "says that it is UTF-8 and is not, from byte 1 on"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        decode(content)
