"""Lines of uploaded files, however the pieces are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.errors import InvalidUpload
from marksheet.textlines import MAX_LINE_BYTES, decode_json, decode_object, numbers_as_written, read_lines


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """The bytes in pieces of these sizes, the rest in one."""
    pieces, start = [], 0
    for size in sizes:
        pieces.append(data[start : start + size])
        start += size
    return [*pieces, data[start:]]


@given(
    lines=st.lists(st.binary(max_size=8).map(lambda b: b.replace(b"\n", b"").rstrip(b"\r")), max_size=8),
    ending=st.sampled_from([b"\n", b"\r\n"]),
    bom=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    last_ended=st.booleans(),
    sizes=st.lists(st.integers(0, 5), max_size=40),
)
def test_lines_offsets_and_numbers_do_not_depend_on_how_the_file_is_cut(
    lines, ending, bom, last_ended, sizes
):
    lines = [b"first", *lines, b"last"]
    data = bom + ending.join(lines) + (ending if last_ended else b"")
    found = list(read_lines(cut(data, sizes)))
    assert [line.data for line in found] == lines
    assert [line.number for line in found] == list(range(1, len(lines) + 1))
    assert all(data[line.offset : line.offset + len(line.data)] == line.data for line in found)


def test_blank_lines_are_given_so_that_numbers_stay_those_of_an_editor():
    found = list(read_lines([b"a\n\n \r\nb"]))
    assert [(line.number, line.data) for line in found] == [(1, b"a"), (2, b""), (3, b" "), (4, b"b")]


def test_a_carriage_return_inside_a_line_stays():
    (line,) = read_lines([b"a\rb\r\n"])
    assert line.data == b"a\rb"


def test_the_longest_line_is_read_and_one_byte_more_refused():
    (line,) = read_lines([b"x" * MAX_LINE_BYTES])
    assert len(line.data) == MAX_LINE_BYTES
    with pytest.raises(InvalidUpload) as caught:
        list(read_lines([b"a\n", b"x" * MAX_LINE_BYTES, b"x"]))
    assert caught.value.line == 2
    assert "1,048,576" in caught.value.detail


def test_an_endless_line_is_refused_before_it_has_arrived():
    arrived = 0

    def endless():
        nonlocal arrived
        while True:
            arrived += 1
            yield b"x" * 65536

    with pytest.raises(InvalidUpload):
        list(read_lines(endless()))
    assert arrived <= 18


@pytest.mark.parametrize("bom", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_is_told_from_other_bytes(bom):
    with pytest.raises(InvalidUpload, match="UTF-16"):
        list(read_lines([bom + b"\x00{"]))


def test_bytes_that_are_not_utf_8_are_named():
    with pytest.raises(InvalidUpload) as caught:
        decode_object(b'{"a": "\xff"}', line=3)
    assert caught.value.line == 3
    assert "byte 8 (0xff) is not UTF-8" in caught.value.detail


@pytest.mark.parametrize("text", [b"NaN", b"[Infinity]", b'{"a": -Infinity}', b'"\\ud800"', b"{", b"1e999"])
def test_what_is_not_json_is_refused_with_its_line(text):
    with pytest.raises(InvalidUpload) as caught:
        decode_json(text, line=7)
    assert caught.value.line == 7
    assert "not valid JSON at column" in caught.value.detail


def test_broken_json_in_a_whole_file_is_refused_with_the_line_of_the_text():
    with pytest.raises(InvalidUpload) as caught:
        decode_json(b'[\n{"a": 1},\n{"a": }\n]', line=None)
    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("text", "kind"),
    [(b"[]", "a list"), (b"1", "a number"), (b"true", "true or false"), (b"null", "null"), (b'"x"', "text")],
)
def test_what_is_not_an_object_is_said_to_be_what_it_is(text, kind):
    with pytest.raises(InvalidUpload, match=f"must be a JSON object, not {kind}"):
        decode_object(text, line=1)


def test_numbers_keep_the_digits_they_were_written_with():
    written = numbers_as_written(b'{"a": 1.50, "b": [12345678901234567890123, 1e2], "c": true}', line=1)
    assert written == {"a": "1.50", "b": ["12345678901234567890123", "1e2"], "c": True}


def test_lists_nested_beyond_reason_are_refused():
    with pytest.raises(InvalidUpload, match="nested too deeply"):
        numbers_as_written(b"[" * 100_000 + b"]" * 100_000, line=2)
