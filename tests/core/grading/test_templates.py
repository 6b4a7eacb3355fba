"""Templates have places for a row's values, and nothing else in them means anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Submission
from marksheet.grading import templates
from marksheet.grading.row_values import RowValues
from marksheet.grading.templates import (
    LONGEST_PATH,
    MOST_FIELDS,
    BadTemplate,
    MissingField,
    TooLong,
    Unrendered,
    compile_template,
)

ROW = Submission(
    1,
    "r1",
    "What is 2+2?",
    metadata={"a": {"b": [10, {"c": "deep"}]}, "n": 1.5, "yes": True, "o": {"k": "é"}, "a b": "spaced"},
    output="4",
    sample={"output_tools": [{"function": {"name": "add", "arguments": "{}"}}]},
)


def render(text, row=ROW):
    return compile_template(text).render(RowValues(row))


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("", ""),
        ("no place", "no place"),
        ("{{sample.output_text}}", "4"),
        ("{{ sample.output_text }}", "4"),
        ("{{\n  sample.output_text\n}}", "4"),
        ("<{{item.input}}|{{sample.output_text}}>", "<What is 2+2?|4>"),
        ("{{sample.output_tools[0].function.name}}", "add"),
        ("{{item.a.b}}", '[10,{"c":"deep"}]'),
        ("{{item.a.b[1].c}}", "deep"),
        ("{{item.a.b.1.c}}", "deep"),
        ('{{item["a b"]}}', "spaced"),
        ("{{item['a']['b'][0]}}", "10"),
        ("{{item.n}}", "1.5"),
        ("{{item.yes}}", "true"),
        ("{{item.o}}", '{"k":"é"}'),
        ('{"a": {"b": 1}}', '{"a": {"b": 1}}'),
        ("{item.n} }} {", "{item.n} }} {"),
    ],
)
def test_a_place_is_filled_with_what_the_row_has_there(text, rendered):
    assert render(text) == rendered


def test_what_is_filled_in_is_not_read_as_a_template():
    row = Submission(1, "r1", "", metadata={"x": "{{item.y}}", "y": "secret"}, output="{{item.x}}")
    assert render("{{item.x}} {{sample.output_text}}", row) == "{{item.y}} {{item.x}}"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{{item.nothing}}", "item.nothing"),
        ("{{ item.a.x }}", "item.a.x"),
        ("{{item.a.b[2]}}", "item.a.b[2]"),
        ("{{item.a.b[1][0]}}", "item.a.b[1][0]"),
        ("{{item.n.x}}", "item.n.x"),
        ("{{item.a.b.-1}}", "item.a.b.-1"),
        ("{{item.a.b.٠}}", "item.a.b.٠"),
        ("{{item[0]}}", "item[0]"),
        ("{{sample.output_json.x}}", "sample.output_json.x"),
        ("{{sample.choices}}", "sample.choices"),
    ],
)
def test_a_field_that_the_row_does_not_have_is_named(text, path):
    with pytest.raises(MissingField) as caught:
        render(text)
    assert caught.value.path == path
    assert str(caught.value) == f"the row has no {path}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{item.x", "opens {{ without closing it by }}"),
        ("a {{item.x}} {{", "opens {{ without closing it by }}"),
        ("{{}}", "has {{}}, which is no field"),
        ("{{ }}", "has {{}}, which is no field"),
        ("{{{item.x}}}", "has {{{item.x}}, which is no field"),
        ('{{"a": 1}}', 'has {{"a": 1}}, which is no field'),
        ("{{input}}", "has {{input}}; only item and sample are known"),
        ("{{items.x}}", "has {{items.x}}; only item and sample are known"),
        ("{{response.x}}", "has {{response.x}}; only item and sample are known"),
        ("{{item x}}", "has {{item x}}, which is no path"),
        ("{{item.}}", "has {{item.}}, which is no path"),
        ("{{item..x}}", "has {{item..x}}, which is no path"),
        ("{{item[x]}}", "has {{item[x]}}, which is no path"),
        ("{{item[-1]}}", "has {{item[-1]}}, which is no path"),
        ("{{item.x | upper}}", "has {{item.x | upper}}, which is no path"),
        ("{{item.x()}} {{item.y[0}}", "has {{item.y[0}}, which is no path"),
        ("{{item." + "x" * LONGEST_PATH + "}}", f"which is longer than {LONGEST_PATH} characters"),
        ("{{item.x}}" * (MOST_FIELDS + 1), f"has more than {MOST_FIELDS} places"),
    ],
)
def test_a_text_that_is_no_template_is_refused(text, message):
    with pytest.raises(BadTemplate) as caught:
        compile_template(text)
    assert message in str(caught.value)


def test_a_long_wrong_place_is_not_repeated_whole():
    with pytest.raises(BadTemplate) as caught:
        compile_template("{{" + "x" * 150 + "}}")
    assert "x" * 41 not in str(caught.value)


def test_a_filled_template_has_a_limit(monkeypatch):
    monkeypatch.setattr(templates, "LONGEST_RENDERED", 5)
    assert render("1234{{sample.output_text}}") == "12344"
    with pytest.raises(TooLong):
        render("12345{{sample.output_text}}")


def test_a_value_that_is_nested_beyond_writing_is_unrendered():
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Unrendered, match="nested too deeply"):
        render("{{item.deep}}", Submission(1, "r1", "", metadata={"deep": deep}))


@pytest.mark.parametrize("piece", ["{{", "{", "{{item.a", '{{item["', "}}"])
def test_half_a_megabyte_of_braces_takes_no_time(piece):
    text = piece * (500_000 // len(piece))
    try:
        compile_template(text)
    except BadTemplate:
        return
    assert "{{" not in text


@given(st.text(), st.text(), st.text())
def test_own_words_come_out_as_they_are(before, value, after):
    before, after = before.replace("{{", ""), after.replace("{{", "")
    row = Submission(1, "r1", "", metadata={"v": value})
    text = f"{before} {{{{item.v}}}} {after}"
    if "{{{" not in text:
        assert render(text, row) == f"{before} {value} {after}"


def attempt(text):
    """What comes of a text, or why nothing does."""
    try:
        return render(text)
    except (BadTemplate, MissingField) as problem:
        return str(problem)


@given(st.text("{}item.sample[]0\"' x", max_size=40))
def test_every_text_is_rendered_or_it_is_said_why_not(text):
    assert attempt(text) or not text
