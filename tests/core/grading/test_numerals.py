"""JSON read and written again keeps its numbers' digits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.grading.numerals import Numeral, compact, read_numerals


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1.50", "1.50"),
        ('{ "a" : [1.0, 1e5, -0], "b": "1.0" }', '{"a":[1.0,1e5,-0],"b":"1.0"}'),
        ("[123456789012345678901234567890]", "[123456789012345678901234567890]"),
        ('[true, false, null, "é\\n", {}]', '[true,false,null,"é\\n",{}]'),
    ],
)
def test_only_white_space_is_lost(text, written):
    assert compact(read_numerals(text)) == written


def test_a_numeral_is_its_text():
    assert read_numerals(b"[1.50]") == ["1.50"]
    assert isinstance(read_numerals(b"1.50"), Numeral)


def test_other_numbers_are_written_as_python_writes_them():
    assert compact([1.5, 2, True]) == "[1.5,2,true]"


def test_what_is_nested_too_deeply_says_so():
    with pytest.raises(RecursionError):
        read_numerals("[" * 100_000 + "]" * 100_000)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_the_compact_text_is_json_of_the_same_value(value):
    assert json.loads(compact(value)) == value
    assert json.loads(compact(read_numerals(json.dumps(value)))) == value
