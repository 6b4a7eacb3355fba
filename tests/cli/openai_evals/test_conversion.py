"""Exports of OpenAI's Evals, in the shapes of its API, to specs, questions, answers and rows. All pure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from marksheet.answers import index_answers
from marksheet.grading import parse_graders, read_submissions
from marksheet.questions import read_questions
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.openai_evals.conversion import Wishes, convert
from marksheet_cli.openai_evals.exports import read_export
from marksheet_cli.openai_evals.files import write_bundle
from marksheet_cli.openai_evals.graders import why_not

HERE = Path(__file__).parent
EXPORTS, GOLDEN = HERE / "exports", HERE / "golden"
WHOLE = [EXPORTS / name for name in ("eval.json", "run.json", "output_items.json")]
CHECK = {
    "type": "string_check",
    "name": "same",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}


@pytest.fixture
def bundles(tmp_path):
    """Converts what is given: each argument the content of a file, a list as JSON Lines."""

    def convert_all(*contents, **wishes):
        paths = []
        for number, content in enumerate(contents):
            lines = isinstance(content, list)
            path = tmp_path / f"{number}.{'jsonl' if lines else 'json'}"
            path.write_text("\n".join(map(json.dumps, content)) if lines else json.dumps(content))
            paths.append(path)
        return convert(read_export(paths), Wishes(**wishes), otherwise="unnamed")

    return convert_all


@pytest.fixture
def bundle(bundles):
    """The same for a single eval."""

    def convert_one(*contents, **wishes):
        (one,) = bundles(*contents, **wishes)
        return one

    return convert_one


def an_eval(*criteria, **fields):
    return {"object": "eval", "id": "eval_1", "name": "sums", "testing_criteria": list(criteria), **fields}


def an_output(item, text, *, model="gpt-x", **fields):
    sample = {"model": model, "output": [{"role": "assistant", "content": text}]}
    return {"object": "eval.run.output_item", "datasource_item": item, "sample": sample, **fields}


# A whole export


@pytest.fixture
def written(tmp_path):
    """The files that a whole export becomes."""
    (whole,) = convert(read_export(WHOLE), Wishes(), otherwise="unnamed")
    return write_bundle(whole, tmp_path / "out")


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_a_whole_export_becomes_these_files(written, tmp_path, name):
    assert (tmp_path / "out" / name).read_text() == (GOLDEN / name).read_text()


def test_no_other_files_are_made(written, tmp_path):
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in GOLDEN.iterdir()}


def test_the_service_takes_what_is_made(written):
    assert parse_graders(json.loads(written.spec.read_text())["graders"])
    questions = list(read_questions([written.questions.read_bytes()], "jsonl"))
    (answers,), (rows,) = written.answers.values(), written.rows.values()
    index = index_answers([answers.read_bytes()])
    submissions = list(read_submissions([rows.read_bytes()]))
    assert [index.find(question.question_id, 1) != [] for question in questions] == [True, True, False]
    assert [row.output for row in submissions] == ["Hardware", "Other"]


def test_what_is_left_out_is_named_with_its_reason():
    (whole,) = convert(read_export(WHOLE), Wishes(), otherwise="unnamed")
    assert whole.left_out == ["grader Own code: type python is refused: Marksheet runs no code of yours"]
    assert whole.notes == ["1 of 3 questions have no recorded output"]


# Graders


@pytest.mark.parametrize(
    ("criterion", "reason"),
    [
        ({**CHECK, "type": "endpoint"}, "endpoint"),
        ({**CHECK, "input": "{{output}}"}, "{{output}}"),
        (
            {
                "type": "score_model",
                "name": "looks",
                "model": "gpt-x",
                "input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}],
            },
            "an image",
        ),
        (
            {
                "type": "multi",
                "name": "sum",
                "graders": {"code": {"type": "python", "name": "code", "source": "x"}},
                "calculate_output": "code",
            },
            "no code of yours",
        ),
        ("no object", ""),
    ],
    ids=["type", "template", "image", "inner", "text"],
)
def test_a_grader_that_cannot_be_taken_is_left_out_and_the_others_stay(bundle, criterion, reason):
    made = bundle(an_eval(criterion, {**CHECK, "name": "kept"}))
    assert [grader["name"] for grader in made.spec["graders"]] == ["kept"]
    (told,) = made.left_out
    assert reason in told


def test_without_a_grader_there_is_no_spec(bundle):
    made = bundle(an_eval({"type": "python", "name": "code"}), [{"item": {"question": "1 + 1?"}}])
    assert made.spec is None
    assert "there is no grader, so no eval spec is made" in made.notes


def test_graders_that_share_a_name_are_told_apart(bundle):
    made = bundle(an_eval(CHECK, CHECK))
    assert [grader["name"] for grader in made.spec["graders"]] == ["same", "same (2)"]
    assert parse_graders(made.spec["graders"])


def test_the_judges_are_those_that_graders_and_parts_of_formulas_name(bundle):
    message = [{"role": "user", "content": "{{sample.output_text}}"}]
    judge = {"type": "score_model", "name": "j", "model": "gpt-a", "input": message, "range": [0, 1]}
    both = {
        "type": "multi",
        "name": "both",
        "graders": {"j": {**judge, "model": "gpt-b"}},
        "calculate_output": "j",
    }
    assert bundle(an_eval(judge, both, CHECK)).judges == ["gpt-a", "gpt-b"]


# Questions


@pytest.mark.parametrize(
    ("item", "question"),
    [
        ({"text": "t", "question": "q"}, "q"),
        ({"input": "i", "text": "t"}, "i"),
        ({"prompt": 5}, "5"),
        ({"messages": [{"role": "user", "content": "hello"}]}, "hello"),
        (
            {"input": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
            "user: a\n\nassistant: b",
        ),
    ],
)
def test_a_question_is_the_first_field_that_is_called_like_one(bundle, item, question):
    assert bundle([{"item": item}]).questions[0]["question"] == question


def test_the_question_field_that_is_named_wins(bundle):
    item = {"question": "q", "inner": {"asked": ["x", "y"]}}
    made = bundle([{"item": item}], question_field="item.inner.asked[1]")
    assert made.questions[0]["question"] == "y"


def test_a_field_may_have_a_name_that_no_template_could_have(bundle):
    made = bundle([{"item": {"the question": "q"}}], question_field="item.the question")
    assert made.questions[0]["question"] == "q"


def test_a_runs_template_is_filled_in_and_its_common_instructions_become_the_system_prompt(bundle):
    template = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "{{item.a}} + {{ item.b[0] }}?"}]},
    ]
    run = {
        "object": "eval.run",
        "data_source": {"type": "completions", "input_messages": {"type": "template", "template": template}},
    }
    made = bundle(run, [{"item": {"a": 1, "b": [2], "question": "other"}}])
    assert made.questions[0]["question"] == "1 + 2?"
    assert made.settings == {"name": "unnamed", "system_prompt": "Be brief."}


def test_instructions_that_differ_stay_with_their_questions(bundle):
    items = [
        {"item": {"messages": [{"role": "system", "content": who}, {"role": "user", "content": "hi"}]}}
        for who in ("Be kind.", "Be brief.")
    ]
    made = bundle(items)
    assert [q["question"] for q in made.questions] == ["Be kind.\n\nhi", "Be brief.\n\nhi"]
    assert "system_prompt" not in made.settings


def test_a_runs_reference_to_a_field_of_messages_is_followed(bundle):
    messages = {"type": "item_reference", "item_reference": "item.trajectory"}
    run = {"object": "eval.run", "data_source": {"type": "completions", "input_messages": messages}}
    item = {"trajectory": [{"role": "user", "content": "hello"}], "question": "other"}
    assert bundle(run, [{"item": item}]).questions[0]["question"] == "hello"


def test_the_messages_that_were_sent_are_the_question_where_no_template_is_known(bundle):
    output = an_output({"question": "raw"}, "x")
    output["sample"]["input"] = [{"role": "user", "content": "as it was sent"}]
    assert bundle([output]).questions[0]["question"] == "as it was sent"


def test_items_may_stand_in_the_run_itself(bundle):
    source = {
        "type": "file_content",
        "content": [{"item": {"question": "q"}, "sample": {"output_text": "x"}}],
    }
    run = {"object": "eval.run", "model": "gpt-x", "data_source": {"type": "jsonl", "source": source}}
    made = bundle(run)
    assert made.questions[0]["question"] == "q"
    assert list(made.answers) == ["unnamed-gpt-x"]


def test_an_item_that_is_no_question_is_left_out_with_its_place(bundle):
    image = [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]
    made = bundle([{"item": {"question": "q"}}, {"item": {"question": image}}, {"item": {"question": " "}}])
    assert len(made.questions) == 1
    assert ["line 2: a message holds input_image" in made.left_out[0], "line 3" in made.left_out[1]] == [
        True,
        True,
    ]


def test_a_field_whose_name_ends_like_a_question_is_one_where_there_is_no_other(bundle):
    made = bundle([{"item": {"ticket_text": "My monitor is dark", "label": "Hardware"}}])
    assert [question["question"] for question in made.questions] == ["My monitor is dark"]
    with pytest.raises(CommandError, match="called like a question"):
        bundle([{"item": {"ticket_text": "dark", "reply_text": "plug it in"}}])


def test_items_without_any_question_ask_for_the_field(bundle):
    with pytest.raises(CommandError, match="called like a question") as raised:
        bundle([{"item": {"ticket": "q"}}])
    assert raised.value.code is ExitCode.USAGE
    assert "--question-field" in raised.value.hint


def test_the_items_own_ids_are_kept_where_they_tell_questions_apart(bundle):
    made = bundle([{"item": {"id": 7, "question": "a"}}, {"item": {"id": "x", "question": "b"}}])
    assert [question["question_id"] for question in made.questions] == ["7", "x"]


@pytest.mark.parametrize(
    "items",
    [
        [{"id": 1, "question": "a"}, {"id": 1, "question": "b"}],
        [{"id": 1, "question": "a"}, {"question": "b"}],
        [{"id": "", "question": "a"}, {"id": "x" * 300, "question": "b"}],
    ],
    ids=["double", "missing", "unfit"],
)
def test_ids_that_tell_nothing_apart_are_made_from_the_content(bundle, items):
    made = bundle([{"item": item} for item in items])
    ids = [question["question_id"] for question in made.questions]
    assert len(set(ids)) == 2
    assert all(identifier.startswith("q-") for identifier in ids)


def test_ids_stay_when_items_are_added_or_their_order_changes(bundle):
    first = bundle([{"item": {"question": "a", "n": 1}}])
    later = bundle([{"item": {"question": "b"}}, {"item": {"n": 1, "question": "a"}}])
    assert later.questions[1]["question_id"] == first.questions[0]["question_id"]


def test_an_item_that_comes_twice_is_one_question(bundle):
    assert len(bundle([{"item": {"question": "a"}}, {"item": {"question": "a"}}]).questions) == 1


def test_an_item_too_large_to_be_kept_beside_its_question_is_not(bundle):
    made = bundle([{"item": {"question": "a", "page": "x" * 70_000}}])
    assert "metadata" not in made.questions[0]


# Expected answers


@pytest.mark.parametrize(
    ("answer", "text"), [("2", "2"), (2, "2"), (True, "true"), (["a", "b"], '["a","b"]'), (0, "0")]
)
def test_the_expected_answer_is_the_field_that_a_reference_names(bundle, answer, text):
    made = bundle(an_eval(CHECK), [{"item": {"question": "q", "answer": answer}}])
    assert made.questions[0]["expected_answer"] == text


def test_the_answer_field_that_is_named_wins(bundle):
    made = bundle(
        an_eval(CHECK), [{"item": {"question": "q", "answer": "2", "ideal": "two"}}], answer_field="ideal"
    )
    assert made.questions[0]["expected_answer"] == "two"


@pytest.mark.parametrize("reference", ["yes", "{{item.answer}}!", "{{sample.output_text}}", "{{item}}"])
def test_a_reference_that_is_not_just_one_field_names_none(bundle, reference):
    made = bundle(an_eval({**CHECK, "reference": reference}), [{"item": {"question": "q", "answer": "2"}}])
    assert "expected_answer" not in made.questions[0]
    assert "--answer-field" in made.notes[0]


# Recorded outputs


def test_an_output_is_the_sample_s_text_or_its_last_message(bundle):
    made = bundle(
        [{"item": {"question": "a"}, "sample": {"output_text": "x"}}, an_output({"question": "b"}, "y")]
    )
    assert [row["output"] for rows in made.answers.values() for row in rows] == ["x", "y"]


def test_each_model_has_answers_and_rows_of_its_own(bundle):
    made = bundle(
        an_eval(CHECK),
        [
            an_output({"question": "a"}, "x", model="gpt-a"),
            an_output({"question": "a"}, "y", model="org/gpt b"),
        ],
    )
    assert list(made.answers) == ["sums-gpt-a", "sums-org-gpt-b"]
    assert list(made.rows) == ["sums-gpt-a", "sums-org-gpt-b"]
    assert len(made.questions) == 1


def test_several_outputs_of_a_question_are_trials(bundle):
    made = bundle(
        [
            an_output({"question": "a"}, "x"),
            an_output({"question": "a"}, "y"),
            an_output({"question": "b"}, "z"),
        ]
    )
    (answers,), (rows,) = made.answers.values(), made.rows.values()
    assert [row.get("trial") for row in answers] == [1, 2, None]
    assert index_answers([json.dumps(row).encode() + b"\n" for row in answers])
    assert len({row["id"] for row in rows}) == 3


@pytest.mark.parametrize(
    "sample", [None, {}, {"output": []}, {"output": [{"role": "assistant", "content": None}]}]
)
def test_an_item_without_an_output_is_a_question_only(bundle, sample):
    made = bundle([{"item": {"question": "a"}, "sample": sample}])
    assert (len(made.questions), made.answers, made.rows) == (1, {}, {})


def test_an_empty_output_is_an_output(bundle):
    made = bundle([{"item": {"question": "a"}, "sample": {"output_text": ""}}])
    assert made.answers["unnamed-outputs"][0]["output"] == ""


def test_a_row_keeps_item_and_sample_for_the_templates_of_graders(bundle):
    sample = {"output_text": "x", "output_tools": [{"function": {"name": "f"}}]}
    made = bundle([{"item": {"input": "raw", "question": "q"}, "sample": sample}])
    (row,) = made.rows["unnamed-outputs"]
    assert (row["item"], row["sample"], row["input"]) == ({"input": "raw", "question": "q"}, sample, "q")


def test_a_models_id_is_never_longer_than_one_may_be(bundle):
    made = bundle([an_output({"question": "a"}, "x", model="m" * 200)], name="n" * 190)
    (model_id,) = made.answers
    assert len(model_id) <= 128
    assert model_id[0] == "n"


# Files and what belongs together


def test_an_eval_may_come_in_a_page_of_a_list(bundle):
    made = bundle({"object": "list", "data": [an_eval(CHECK)], "has_more": False})
    assert made.name == "sums"


def test_items_may_come_bare_in_an_array_or_in_lines(bundle):
    assert len(bundle([{"input": "a"}, {"input": "b"}]).questions) == 2


@pytest.mark.parametrize("content", [{"nothing": 1}, 5, {"object": "list", "data": [{"nothing": 1}]}])
def test_what_is_nothing_of_an_export_is_a_usage_error(bundles, content):
    with pytest.raises(CommandError, match="is neither an eval nor a run"):
        bundles(content)


def test_an_empty_page_has_nothing_to_bring_over(bundles):
    with pytest.raises(CommandError, match="neither an eval nor an item"):
        bundles({"object": "list", "data": []})


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"item": {}}\n{"item": }\n')
    with pytest.raises(CommandError, match="line 2: is no JSON"):
        read_export([path])


def test_json_lines_under_the_name_of_json_are_recognised(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text('{"item": {"question": "a"}}\n{"item": {"question": "b"}}\n')
    assert len(read_export([path]).items) == 2


def test_several_evals_get_what_says_it_belongs_to_them(bundles):
    first, second = bundles(
        an_eval(CHECK),
        an_eval(CHECK, id="eval_2"),
        [
            an_output({"question": "a"}, "x", eval_id="eval_2"),
            an_output({"question": "b"}, "y", eval_id="eval_1"),
        ],
    )
    assert [first.questions[0]["question"], second.questions[0]["question"]] == ["b", "a"]
    assert [first.name, second.name] == ["sums eval_1", "sums eval_2"]


def test_rows_that_do_not_say_to_which_of_several_evals_they_belong_are_refused(bundles):
    with pytest.raises(CommandError, match="does not say to which of the 2 evals it belongs"):
        bundles(an_eval(CHECK), an_eval(CHECK, id="eval_2"), [{"item": {"question": "a"}}])


def test_one_name_cannot_be_for_several_evals(bundles):
    with pytest.raises(CommandError, match="--name is for one eval"):
        bundles(an_eval(CHECK), an_eval(CHECK, id="eval_2"), name="n")


def test_what_is_wrong_with_a_grader_is_located_as_the_service_does_it():
    image = {"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}]}
    told = why_not({"type": "score_model", "name": "looks", "model": "m", "input": [image]})
    assert told is not None
    assert told.startswith("input[0].content[0] has an image")
