"""Every type of grader gives a mark, whatever a row and a judge say."""

from __future__ import annotations

import subprocess
import sys

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.grading.table import KINDS
from tests.core.grading.asking import grader, replied, submission

PLACES = "{{sample.output_text}} {{item.a}} {{sample.output_json}}"
MESSAGES = [{"role": "system", "content": "Judge."}, {"role": "user", "content": PLACES}]
SIMILAR = {"type": "text_similarity", "input": "{{sample.output_text}}", "reference": "{{item.a}}"}
WIRES = {
    "criterion": {"requirement": "It is right."},
    "scorer": {"type": "scorer", "scorer": "token_f1", "expected_answer": "{{item.a}}"},
    "string_check": {"type": "string_check", "input": PLACES, "reference": "{{item}}", "operation": "ilike"},
    **{
        metric: {**SIMILAR, "evaluation_metric": metric}
        for metric in ("fuzzy_match", "bleu", "gleu", "meteor", "rouge_2", "rouge_l")
    },
    "score_model": {"type": "score_model", "input": MESSAGES},
    "label_model": {
        "type": "label_model",
        "input": MESSAGES,
        "labels": ["a", "b"],
        "passing_labels": ["a"],
    },
    "multi": {
        "type": "multi",
        "graders": {"a": {"requirement": "x"}, "b": {**SIMILAR, "evaluation_metric": "gleu"}},
        "calculate_output": "a / b - 1",
    },
}
ANY = st.text(st.characters(exclude_categories=()), max_size=30)
SAID = st.one_of(ANY, st.sampled_from(["ANCHOR: MET", "ANCHOR: a", "ANCHOR: 1", "0.5", '{"result": 1}', "b"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(ANY, inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("name", WIRES)
@given(output=ANY | st.sampled_from(['{"a": "\\ud800"}', "1.5", "[]"]), said=VALUES, first=SAID, second=SAID)
def test_whatever_is_said_there_is_a_mark_in_bounds_or_a_reason(name, output, said, first, second):
    row = submission(output, question="Why?", metadata={"a": said})
    mark = replied(grader(WIRES[name], model="judge"), row, first, second)
    if mark.value is None:
        assert mark.reason
        assert mark.passed is None
    else:
        assert 0 <= mark.value <= 1
        assert isinstance(mark.passed, bool)


@pytest.mark.parametrize("name", ["criterion", "score_model", "label_model"])
@given(first=ANY, second=ANY)
def test_what_a_judge_said_can_be_stored(name, first, second):
    row = submission("1", question="Why?", metadata={"a": "x"})
    made = grader(WIRES[name], model="judge")
    mark = replied(made, row, f"{first}\nANCHOR: 2", second)
    assert orjson.dumps([mark.reason, mark.raw, mark.verdict])


def test_a_types_module_is_imported_when_a_grader_of_it_is_read():
    script = (
        "import sys, marksheet.grading as g;"
        "kinds = {'multi', 'string_check', 'criterion'};"
        "names = lambda: sorted(kinds & {m.split('.')[-1] for m in sys.modules});"
        "before = names(); g.parse_graders([{'requirement': 'x'}]); print(before, names())"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[] ['criterion']"


def test_grading_needs_no_library_that_a_cold_start_pays_for():
    heavy = ["pydantic", "rapidfuzz", "regex", "snowballstemmer", "boto3"]
    script = f"import sys, marksheet.grading; print([name for name in {heavy} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"


def test_every_type_has_a_class_that_says_its_type():
    for kind, wire in [(kind, WIRES.get(kind, WIRES["bleu"])) for kind in KINDS]:
        assert grader(wire, model="judge").kind == kind
