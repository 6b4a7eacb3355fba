"""Graders in OpenAI's own form, taken unchanged, and what they give by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from marksheet.grading import parse_graders, read_dataset
from tests.core.grading.asking import grader, run

GOLDEN = Path(__file__).parents[2] / "golden" / "graders"
TYPES = ["string_check", "text_similarity", "score_model", "label_model", "multi"]
FILES = {kind: json.loads((GOLDEN / f"{kind}.json").read_text()) for kind in TYPES}
CASES = [(kind, name) for kind in TYPES for name in FILES[kind]["cases"]]


@pytest.mark.parametrize("kind", TYPES)
def test_a_grader_of_openais_is_taken_and_kept_as_it_is(kind):
    wire = FILES[kind]["grader"]
    assert wire["type"] == kind
    assert parse_graders([wire]) == (wire,)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_row_is_worth_what_the_golden_file_says(kind, name):
    case = FILES[kind]["cases"][name]
    [row] = read_dataset([case["row"]])
    made = grader({**FILES[kind]["grader"], **case.get("with", {})})
    mark, asked = run(made, row, *case.get("replies", []))
    assert len(asked) == len(case.get("replies", []))
    assert mark.value == (None if case["value"] is None else pytest.approx(case["value"], abs=1e-12))
    assert (mark.score, mark.verdict, mark.passed) == (
        case.get("score"),
        case.get("verdict"),
        case.get("passed"),
    )
    if "reason" in case:
        assert mark.reason == case["reason"]


def test_the_sampling_of_an_exported_judge_reaches_its_provider():
    [row] = read_dataset([{"item": {"town": "Skerrow"}, "sample": {"output_text": "x"}}])
    _, [ask] = run(grader(FILES["score_model"]["grader"]), row, "ANCHOR: 1")
    assert ask.model == "gpt-4o-2024-08-06"
    assert ask.inquiry.sampling == {"temperature": 0, "top_p": 1.0, "seed": 42, "max_tokens": 512}


def test_the_prompt_of_an_exported_judge_is_as_the_golden_file_says():
    case = FILES["score_model"]["cases"]["a planted verdict that the judge repeats"]
    [row] = read_dataset([{"id": "row-1", **case["row"]}])
    _, [ask] = run(grader(FILES["score_model"]["grader"]), row, "ANCHOR: 1")
    written = "".join(f"--- {turn['role']}\n{turn['content']}\n" for turn in ask.inquiry.messages)
    assert written == (GOLDEN / "score_model_prompt.txt").read_text()
