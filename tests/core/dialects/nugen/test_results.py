"""Results and the downloadable file: the page's examples, and a stream that is the same file as the whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.dialects.nugen import (
    download_file_name,
    download_head,
    download_headers,
    download_middle,
    download_row,
    download_tail,
    encode_results,
)
from marksheet.domain import Outcome, Question, Score, Trial
from tests.nugen_cases import evaluation, load, only_known_to, question, text, trial, written

if TYPE_CHECKING:
    from marksheet.domain import Evaluation

CASES = ["download_single", "download_comparison"]

TEXTS = st.text(st.characters(codec="utf-8"))


def streamed(summary: dict[str, Any], found: Evaluation, rows: list[list[tuple[Question, Trial]]]) -> bytes:
    """The file as FinishEvaluation writes it."""
    pieces = [download_head(summary, found)]
    for position, of_run in enumerate(rows):
        if position:
            pieces.append(download_middle(summary, found))
        pieces += [
            download_row(one, asked, found, first=index == 0) for index, (asked, one) in enumerate(of_run)
        ]
    return b"".join([*pieces, download_tail(summary, found)])


def file_of(case: str) -> bytes:
    core = load(f"{case}.core")
    rows = [[(question(row), trial(row)) for row in of_run] for of_run in core["rows"]]
    return streamed(core["summary"], evaluation(core["evaluation"]), rows)


@pytest.mark.parametrize("case", CASES)
def test_the_file_is_its_golden_file_byte_for_byte(case: str) -> None:
    assert file_of(case).decode() == text(f"{case}.response")


def test_the_file_of_one_model_contains_the_pages_example_in_its_order() -> None:
    page = load("download_single.page")
    assert written(only_known_to(page, json.loads(file_of("download_single")))) == text(
        "download_single.page"
    )


def test_the_file_of_a_comparison_contains_the_pages_example_in_its_order() -> None:
    page = load("download_comparison.page")
    shown = only_known_to(page, json.loads(file_of("download_comparison")))
    assert written(shown) == text("download_comparison.page")


@pytest.mark.parametrize("case", ["single", "comparison"])
def test_results_are_the_file_without_its_rows(case: str) -> None:
    core = load(f"download_{case}.core")
    body = encode_results(evaluation(core["evaluation"]), core["summary"])
    assert written(body) == text(f"results_{case}.response")
    whole = json.loads(file_of(f"download_{case}"))
    for part in (whole, whole.get("base_model", {}), whole.get("eval_model", {})):
        part.pop("detailed_results", None)
    assert body == whole


@given(
    texts=st.lists(TEXTS, min_size=4, max_size=4),
    values=st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=3),
    case=st.sampled_from(CASES),
)
def test_the_stream_is_what_one_dump_of_the_whole_would_be(
    texts: list[str], values: list[float | None], case: str
) -> None:
    asked = Question(1, texts[0], texts[1], texts[2], context=(texts[1], texts[3]), sources=(texts[0], ""))
    scores = {
        name: Score(value)
        for name, value in zip(("exact_match", "token_f1", "numeric"), values, strict=False)
    }
    one = Trial(1, texts[0], 1, Outcome.RIGHT, texts[3], scores)
    core = load(f"{case}.core")
    found = evaluation(core["evaluation"])
    content = streamed(core["summary"], found, [[(asked, one)] * 3] * len(core["rows"]))
    assert content.decode() == json.dumps(json.loads(content), indent=2, ensure_ascii=False)


def test_no_text_can_be_mistaken_for_the_place_of_the_rows() -> None:
    core = load("download_comparison.core")
    summary = {**core["summary"], "name": '"detailed_results": []'}
    found = evaluation(core["evaluation"])
    row = core["rows"][0][0]
    content = streamed(summary, found, [[(question(row), trial(row))]] * 2)
    assert json.loads(content)["name"] == '"detailed_results": []'


def test_a_row_names_its_trial_only_where_there_are_several() -> None:
    row = load("download_single.core")["rows"][0][0]
    second = trial({**row, "trial": 2})
    alone = download_row(second, question(row), evaluation(), first=True)
    repeated = download_row(second, question(row), evaluation({"trials": 2}), first=True)
    assert "trial" not in json.loads(alone)
    assert json.loads(repeated)["trial"] == 2


def context_of(output: str | None, *chunks: str, sources: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What the row of a question with context shows of it."""
    asked = Question(1, "q1", "Who keeps Neris?", context=chunks, sources=sources)
    one = Trial(1, "q1", 1, Outcome.RIGHT, output, {"exact_match": Score(1.0), "token_f1": Score(1.0)})
    shown: list[dict[str, Any]] = json.loads(download_row(one, asked, evaluation(), first=True))["context"]
    return shown


def test_a_row_shows_what_the_answer_used_of_each_chunk_and_where_that_is_from() -> None:
    chunks = ("Ada Holm keeps it.", "Neris has three bells.")
    assert context_of("Holm", *chunks, sources=("log.md", "")) == [
        {"text": "Ada Holm keeps it.", "source": "log.md", "chunk_used": True, "chunk_usage_pct": 50.0},
        {"text": "Neris has three bells.", "source": None, "chunk_used": False, "chunk_usage_pct": 0.0},
    ]


def test_chunks_that_were_given_as_text_have_no_source() -> None:
    assert [chunk["source"] for chunk in context_of("Holm", "one", "two")] == [None, None]


def test_a_share_has_two_places() -> None:
    assert context_of("red", "red, green, blue")[0]["chunk_usage_pct"] == 33.33


def test_an_answer_that_is_not_there_says_nothing_of_its_context() -> None:
    (chunk,) = context_of(None, "Ada Holm keeps it.", sources=("log.md",))
    assert (chunk["chunk_used"], chunk["chunk_usage_pct"]) == (None, None)
    assert (chunk["text"], chunk["source"]) == ("Ada Holm keeps it.", "log.md")


def test_a_question_without_context_has_a_row_without_it() -> None:
    row = load("download_single.core")["rows"][0][0]
    assert "context" not in json.loads(download_row(trial(row), question(row), evaluation(), first=True))


def test_a_long_chunk_is_shown_by_its_ends_and_looked_at_whole() -> None:
    whole = "a" * 10_000 + " lantern " + "b" * 10_000
    fitting, cut = context_of("The lantern.", "c" * 20_000, whole)
    assert fitting["text"] == "c" * 20_000
    assert len(cut["text"]) == 20_000
    assert "characters and more left out" in cut["text"]
    assert "lantern" not in cut["text"]
    assert cut["chunk_used"] is True


def test_answers_are_counted_not_questions_and_not_errors() -> None:
    core = load("download_comparison.core")
    assert encode_results(evaluation(core["evaluation"]), core["summary"])["raw_answers_count"] == 99


def test_metrics_that_were_chosen_are_the_only_ones_in_results() -> None:
    core = load("download_comparison.core")
    chosen = evaluation({**core["evaluation"], "metrics": ["accuracy"]})
    body = encode_results(chosen, core["summary"])
    assert {"accuracy"} == set(body["base_model"]["metrics"]["intervals"])
    assert not {"relevance", "overall_score", "uncertainty"} & set(body["base_model"]["metrics"])
    assert list(body["comparison"]) == [
        "accuracy_improvement",
        "better_model",
        "statistics",
        "pairwise",
    ]


def test_a_metric_of_another_scorer_stands_under_its_own_name() -> None:
    core = load("download_single.core")
    metrics = core["summary"]["runs"][0]["metrics"]
    metrics["rouge_l"] = {**metrics["accuracy"], "mean": 0.123456}
    shown = encode_results(evaluation(core["evaluation"]), core["summary"])["metrics"]
    assert shown["rouge_l"] == 0.1235
    assert shown["intervals"]["rouge_l"]["mean"] == 0.123456


def test_an_improvement_without_a_mean_is_null() -> None:
    core = load("download_comparison.core")
    core["summary"]["runs"][1]["metrics"]["overall_score"]["mean"] = None
    comparison = encode_results(evaluation(core["evaluation"]), core["summary"])["comparison"]
    assert comparison["overall_improvement"] is None


def test_an_interval_that_does_not_exist_leaves_no_uncertainty() -> None:
    core = load("download_single.core")
    core["summary"]["runs"][0]["metrics"]["overall_score"]["low"] = None
    assert encode_results(evaluation(core["evaluation"]), core["summary"])["metrics"]["uncertainty"] is None


@pytest.mark.parametrize(
    ("status", "word", "stopped"),
    [("READY", "READY", False), ("STOPPED", "FAILED", True), ("FAILED", "FAILED", False)],
)
def test_marks_of_an_evaluation_that_ended_early_say_so(status: str, word: str, stopped: bool) -> None:
    core = load("download_single.core")
    body = encode_results(evaluation(core["evaluation"]), {**core["summary"], "status": status})
    assert (body["status"], body["stopped"]) == (word, stopped)


def test_a_judges_verdicts_on_pairs_of_answers_stand_after_the_statistics() -> None:
    core = load("download_comparison.core")
    core["summary"]["comparison"]["pairwise"] = {"judge": "referee", "n": 50}
    comparison = encode_results(evaluation(core["evaluation"]), core["summary"])["comparison"]
    assert list(comparison)[-2:] == ["statistics", "pairwise"]
    assert comparison["pairwise"] == {"judge": "referee", "n": 50}


def test_a_row_keeps_what_a_judge_said_where_no_verdict_could_be_read() -> None:
    row = load("download_single.core")["rows"][0][0]
    scores = {"llm_judge": Score(None, "no verdict was found", "well..."), "exact_match": Score(1.0)}
    shown = json.loads(
        download_row(replace(trial(row), scores=scores), question(row), evaluation(), first=True)
    )
    assert shown["raw"] == {"llm_judge": "well..."}


@pytest.mark.parametrize(
    ("models", "name"),
    [
        (["one"], "evaluation_results_eval-xyz789.json"),
        (["one", "two"], "evaluation_comparison_eval-xyz789.json"),
    ],
)
def test_the_file_is_named_after_its_kind_without_quotes(models: list[str], name: str) -> None:
    found = download_file_name(evaluation({"models": models}))
    assert download_headers(found) == {
        "Content-Type": "application/json",
        "Content-Disposition": f"attachment; filename={name}",
    }
