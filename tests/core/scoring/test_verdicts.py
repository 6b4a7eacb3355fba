"""A verdict is read when it is plainly there, and not otherwise."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.scoring.verdicts import (
    CUT_OFF,
    Verdict,
    label_key,
    read_json_field,
    read_label,
    read_number,
    read_number_alone,
    read_verdict,
)

ANCHOR = "VERDICT-7f3a9c21"
LABELS = ("CORRECT", "INCORRECT", "NOT_ATTEMPTED", "ATTEMPTED")
NUMBERS = tuple(map(str, range(1, 11)))


def label(reply, offered=LABELS):
    verdict = read_verdict(reply, ANCHOR, offered)
    return verdict and verdict.label


@pytest.mark.parametrize(
    "line",
    [
        "VERDICT-7f3a9c21: CORRECT",
        "VERDICT-7f3a9c21: CORRECT.",
        "VERDICT-7f3a9c21:CORRECT",
        "VERDICT-7f3a9c21：CORRECT",
        "verdict-7F3A9C21: correct",
        "**VERDICT-7f3a9c21: CORRECT**",
        "**VERDICT-7f3a9c21:** CORRECT",
        "**VERDICT-7f3a9c21**: `CORRECT`",
        "`VERDICT-7f3a9c21: CORRECT`",
        "## VERDICT-7f3a9c21: CORRECT",
        "> - VERDICT-7f3a9c21: CORRECT",
        'VERDICT-7f3a9c21: "CORRECT"',
        "VERDICT-7f3a9c21: [[CORRECT]]",
        "VERDICT-7f3a9c21: <CORRECT>",
        "VERDICT-7f3a9c21: CORRECT  ",
        "VERDICT-7f3a9c21: CORRECT\n\n",
        "```\nVERDICT-7f3a9c21: CORRECT\n```",
        "```text\r\nVERDICT-7f3a9c21: CORRECT\r\n```\r\n",
    ],
)
def test_the_last_line_is_the_verdict_in_many_guises(line):
    assert read_verdict(f"It agrees.\n{line}", ANCHOR, LABELS) == Verdict("CORRECT", "It agrees.")


@pytest.mark.parametrize("said", ["NOT_ATTEMPTED", "not attempted", "Not-Attempted", "**NOT_ATTEMPTED**."])
def test_a_label_is_read_whole_and_never_for_one_that_is_part_of_it(said):
    assert label(f"VERDICT-7f3a9c21: {said}") == "NOT_ATTEMPTED"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "MAYBE",
        "CORRECTLY",
        "NOT CORRECT",
        "in correct",
        "CORRECT because it agrees",
        "CORRECT or INCORRECT",
        "CORRECT/INCORRECT",
        "CORRECT?",
        "~~CORRECT~~",
        "<verdict>",
        "CORRECT<",
        "ＣＯＲＲＥＣＴ",
        "CORRECT\u200b",
    ],
)
def test_what_is_not_offered_is_no_verdict(said):
    assert label(f"VERDICT-7f3a9c21: {said}") is None


@pytest.mark.parametrize("said", ["10", " 10 ", "**10**", "10.", "(10)"])
def test_a_number_is_read_whole(said):
    assert label(f"VERDICT-7f3a9c21: {said}", NUMBERS) == "10"


@pytest.mark.parametrize(
    "said",
    [
        *("0", "11", "100", "4.5", "4,5", ".4", "-4", "+4", ">4", "~4", "4/10", "4 out of 10", "1 0", "1_0"),
        *("four", "٤", "４", "④", "4️⃣", "4%", "0x4", "04", "4e0", "1-5", "4 5"),
    ],
)
def test_a_number_that_is_not_offered_is_no_verdict(said):
    assert label(f"VERDICT-7f3a9c21: {said}", NUMBERS) is None


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "   \n\t\n",
        "The answer is correct.",
        "CORRECT",
        "VERDICT: CORRECT",
        "VERDICT-00000000: CORRECT",
        "VERDICT-7f3a9c21 CORRECT",
        "VERDICT-7f3a9c2: CORRECT",
        "VERDICT-7f3a9c2100: CORRECT",
        "My VERDICT-7f3a9c21: CORRECT",
        "VERDICT-7f3a9c21: CORRECT\nBut I may be wrong.",
        "VERDICT-7f3a9c21: CORRECT\nVERDICT: INCORRECT",
        "VERDICT-7f3a9c21:\nCORRECT",
        "It was not VERDICT-7f3a9c21: CORRECT",
        "ᴠᴇʀᴅɪᴄᴛ-7f3a9c21: CORRECT",
        "VERDİCT-7f3a9c21: CORRECT",
        "<think>VERDICT-7f3a9c21: CORRECT",
        "\n<think>\nVERDICT-7f3a9c21: CORRECT",
        "VERDICT-7f3a9c21: CORRECT" + CUT_OFF,
        "null",
        "[]",
        '"VERDICT-7f3a9c21: CORRECT"',
    ],
)
def test_a_reply_without_the_line_at_its_end_has_no_verdict(reply):
    assert label(reply) is None


@pytest.mark.parametrize("between", ["\n", "\nOn second thoughts:\n"])
def test_two_verdicts_that_contradict_each_other_are_none(between):
    assert label(f"VERDICT-7f3a9c21: INCORRECT{between}VERDICT-7f3a9c21: CORRECT") is None


def test_a_verdict_beside_one_that_cannot_be_read_is_none():
    assert label("VERDICT-7f3a9c21: it depends\nVERDICT-7f3a9c21: CORRECT") is None


def test_the_same_verdict_twice_is_one():
    assert label("VERDICT-7f3a9c21: CORRECT\nWell.\nVERDICT-7f3a9c21: Correct.") == "CORRECT"


def test_a_quoted_verdict_without_the_code_does_not_count():
    reply = "The answer demands\nVERDICT: CORRECT\nwhich is no reason.\nVERDICT-7f3a9c21: INCORRECT"
    assert read_verdict(reply, ANCHOR, LABELS) == Verdict(
        "INCORRECT", "The answer demands\nVERDICT: CORRECT\nwhich is no reason."
    )


@pytest.mark.parametrize("opening", ["<think>\n", ""])
def test_what_a_judge_thought_beforehand_is_no_part_of_its_reply(opening):
    reply = f"{opening}VERDICT-7f3a9c21: CORRECT?\nNo.\n</think>\nIt is wrong.\nVERDICT-7f3a9c21: INCORRECT"
    assert read_verdict(reply, ANCHOR, LABELS) == Verdict("INCORRECT", "It is wrong.")


@pytest.mark.parametrize(
    "fields",
    [
        '{"reason": "It agrees.", "VERDICT-7f3a9c21": "CORRECT"}',
        '```json\n{"reason": "It agrees.",\n "verdict": "VERDICT-7f3a9c21: CORRECT"}\n```',
        '{"Reasoning": " It agrees. ", "verdict-7f3a9c21": "**correct**"}',
    ],
)
def test_a_json_object_is_read(fields):
    assert read_verdict(fields, ANCHOR, LABELS) == Verdict("CORRECT", "It agrees.")


def test_a_line_break_within_a_json_text_does_no_harm():
    reply = '{"reason": "It agrees,\nand so do I.", "VERDICT-7f3a9c21": "CORRECT"}'
    assert read_verdict(reply, ANCHOR, LABELS) == Verdict("CORRECT", "It agrees,\nand so do I.")


@pytest.mark.parametrize(("value", "said"), [("4", "4"), ("true", "True"), ('"10."', "10")])
def test_a_json_number_or_truth_value_is_read_as_its_text(value, said):
    assert label(f'{{"VERDICT-7f3a9c21": {value}}}', ("True", *NUMBERS)) == said


@pytest.mark.parametrize(
    "reply",
    [
        '{"reason": "It agrees.", "verdict": "CORRECT"}',
        '{"reason": "It agrees.", "VERDICT-7f3a9c21": "CORRECT"',
        '{"reason": "It agrees.",\n "VERDICT-7f3a9c21": "CORRECT',
        '{\n"VERDICT-7f3a9c21": "CORRECT"',
        '{"VERDICT-7f3a9c21": "CORRECT", "VERDICT-7f3a9c21": "INCORRECT"}',
        '{"VERDICT-7f3a9c21": "INCORRECT", "verdict": "VERDICT-7f3a9c21: CORRECT"}',
        '{"VERDICT-7f3a9c21": true}',
        '{"VERDICT-7f3a9c21": null}',
        '{"VERDICT-7f3a9c21": ["CORRECT"]}',
        '{"VERDICT-7f3a9c21": {"CORRECT": 1}}',
        '{"inner": {"VERDICT-7f3a9c21": "CORRECT"}}',
        '[{"VERDICT-7f3a9c21": "CORRECT"}]',
        '{"VERDICT-7f3a9c21": NaN}',
        "{}",
        pytest.param('{"a": ' + "[" * 100_000 + "}", id="nested too deep"),
        pytest.param('{"a": ' + "9" * 5_000 + "}", id="a number too long"),
    ],
)
def test_json_without_one_plain_verdict_has_none(reply):
    assert label(reply) is None


@pytest.mark.parametrize("number", ["4.0", "1e0", "11"])
def test_a_json_number_that_is_not_offered_is_no_verdict(number):
    assert label(f'{{"VERDICT-7f3a9c21": {number}}}', NUMBERS) is None


def test_a_reason_in_json_that_is_no_text_is_left_out():
    reply = '{"reason": ["a"], "VERDICT-7f3a9c21": "CORRECT"}'
    assert read_verdict(reply, ANCHOR, LABELS) == Verdict("CORRECT", "")


def test_a_megabyte_is_read_too():
    assert label("CORRECT " * 130_000 + "\nVERDICT-7f3a9c21: INCORRECT") == "INCORRECT"


@pytest.mark.parametrize(
    "reply", ["CORRECT", " **correct**.", "```\nCorrect\n```", "<think>hm</think>CORRECT"]
)
def test_a_label_alone_is_read_where_nothing_else_is_wanted(reply):
    assert read_label(reply, LABELS) == "CORRECT"


@pytest.mark.parametrize(
    "reply", ["", "It is CORRECT", "CORRECT\nINCORRECT", "CORRECT\nI think", "NOT CORRECT"]
)
def test_a_label_in_company_is_not(reply):
    assert read_label(reply, LABELS) is None


@given(st.text(st.characters(exclude_categories=())))
def test_any_reply_has_a_verdict_that_was_offered_or_none(text):
    assert label(text) is None
    assert label(f"{text}\nVERDICT-7f3a9c21: {text}") in {None, *LABELS}
    assert read_label(text, LABELS) in {None, *LABELS}


@given(st.text(alphabet='{}[]":, \nVERDICT-7f3a9c21CORRECT', max_size=60))
def test_pieces_of_a_verdict_never_make_one_that_was_not_given(text):
    verdict = label(text)
    assert verdict is None or label_key(verdict) in label_key(text)


@given(st.text().filter(lambda text: "</think>" not in text), st.sampled_from(LABELS))
def test_whatever_the_reasons_the_last_line_decides(reasons, said):
    reply = f"Reasons: {json.dumps(reasons)}\nVERDICT-7f3a9c21: {said}"
    assert label(reply) == said


def number(reply, lowest="0", highest="1"):
    verdict = read_number(reply, ANCHOR, Decimal(lowest), Decimal(highest))
    return verdict and verdict.label


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("0.75", "0.75"),
        ("**0.75**.", "0.75"),
        ("`0.75`", "0.75"),
        ("<0.75>", "0.75"),
        (".5", "0.5"),
        ("1.", "1"),
        ("+1", "1"),
        ("0", "0"),
        ("-0", "-0"),
        ("1.000", "1.000"),
        ("00.5", "0.5"),
    ],
)
def test_a_plain_decimal_number_is_a_verdict(said, found):
    assert number(f"So so.\nVERDICT-7f3a9c21: {said}") == found


@pytest.mark.parametrize(
    "said",
    [
        *("", "1.01", "-0.01", "2", "10", "1.00000000000000000001", "NaN", "nan", "inf", "Infinity", "∞"),
        *("3/5", "4 / 5", "75%", "0,5", "1e-1", "1E0", "0x1", "half", "½", "٠", "０", "0.5.1", "0 .5"),
        *(
            "0.5 of 1",
            "0.5 or 0.6",
            "~0.5",
            ">0.5",
            "0.5?",
            "0..5",
            ".",
            "-",
            "--1",
            "- 1",
            "−1",
            "1_0",
            "1 0",
        ),
        *("0." + "5" * 1_000, "9" * 1_000_000, "<verdict>", "true"),
    ],
)
def test_what_is_no_plain_decimal_number_of_the_range_is_no_verdict(said):
    assert number(f"VERDICT-7f3a9c21: {said}") is None


@pytest.mark.parametrize(("said", "found"), [("-1", "-1"), ("-0.5", "-0.5"), ("1", "1"), ("-1.1", None)])
def test_a_range_may_reach_below_0(said, found):
    assert number(f"VERDICT-7f3a9c21: {said}", "-1") == found


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("VERDICT-7f3a9c21: 0.5\nVERDICT-7f3a9c21: 0.50", "0.5"),
        ("VERDICT-7f3a9c21: 0.5\nVERDICT-7f3a9c21: 0.6", None),
        ("VERDICT-7f3a9c21: 10\nVERDICT-7f3a9c21: 1", None),
        ("VERDICT-7f3a9c21: 0.5\nOr not.", None),
        ("0.5", None),
        ("VERDICT-00000000: 0.5", None),
        ("VERDICT-7f3a9c21: 1" + CUT_OFF, None),
        ('{"VERDICT-7f3a9c21": 0.50}', "0.50"),
        ('{"VERDICT-7f3a9c21": "0.5"}', "0.5"),
        ('{"VERDICT-7f3a9c21": 5e-1}', None),
        ('{"VERDICT-7f3a9c21": 0.5, "VERDICT-7f3a9c21": 1}', None),
        ('{"VERDICT-7f3a9c21": true}', None),
        ('{"VERDICT-7f3a9c21": NaN}', None),
        ('{"result": 0.5}', None),
    ],
)
def test_numbers_are_held_to_the_rules_of_labels(reply, found):
    assert number(reply) == found


@pytest.mark.parametrize(
    ("reply", "found"),
    [("0.5", "0.5"), ("**0.5**\n", "0.5"), ("0.5\n0.5", None), ("It is 0.5", None), ("2", None), ("", None)],
)
def test_a_number_alone_is_the_whole_reply(reply, found):
    assert read_number_alone(reply, Decimal(0), Decimal(1)) == found


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ('{"result": 0.50, "steps": []}', "0.50"),
        ('```json\n{"Label": "good"}\n```', "good"),
        ('{"result": [1]}', ""),
        ('{"result": 1, "label": 1}', None),
        ('{"result": 1, "result": 1}', None),
        ('{"result": 1, "Verdict": 0}', None),
        ('{"result": 1, "VERDICT-7f3a9c21": "?"}', None),
        ('{"score": 1}', None),
        ("0.5", None),
        ("", None),
    ],
)
def test_a_json_field_is_read_where_it_is_the_only_verdict(reply, found):
    assert read_json_field(reply, {"result", "label"}) == found


@given(st.text(st.characters(exclude_categories=())) | st.from_regex(r"[+-]?[0-9]{0,3}[.,]?[0-9]{0,3}"))
def test_whatever_is_said_a_number_read_is_in_range(said):
    found = number(f"VERDICT-7f3a9c21: {said}")
    assert found is None or 0 <= float(found) <= 1
