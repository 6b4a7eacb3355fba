"""One row of a benchmark file: names, types and sizes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Question
from marksheet.errors import InvalidUpload
from marksheet.question_fields import DATASET_ALIASES, MAX_CONTEXT_BYTES, build_question

SECTIONS = {"Tides": "High water at noon.", "Winds": "Westerly."}


def cite_logbook(citation):
    """A dataset of one document, whose sections can be cited."""
    if citation["document"] != "logbook.md":
        raise InvalidUpload(f"there is no document {citation['document']!r}", field="document")
    return SECTIONS[citation["section"]], "logbook.md"


def build(cite=None, **row) -> Question:
    data = json.dumps(row)
    return build_question(
        row, lambda: json.loads(data, parse_int=str, parse_float=str), ordinal=3, line=9, cite=cite
    )


def error_of(**row) -> InvalidUpload:
    with pytest.raises(InvalidUpload) as caught:
        build(**row)
    assert caught.value.line == 9
    return caught.value


@pytest.mark.parametrize("name", ["question", "input", "prompt"])
def test_a_question_has_three_names(name):
    assert build(**{name: "Why?"}).question == "Why?"


@pytest.mark.parametrize("name", ["expected_answer", "answer", "expected", "target"])
def test_an_expected_answer_has_four_names(name):
    assert build(question="Why?", **{name: "so"}) == Question(3, "3", "Why?", "so")


@pytest.mark.parametrize("name", ["question_id", "id", "question_num"])
def test_an_id_has_three_names_and_may_be_a_number(name):
    assert build(question="Why?", **{name: 12}) == Question(3, "12", "Why?")


def test_our_own_name_wins_and_the_other_becomes_metadata():
    question = build(question="Why?", expected_answer="18", answer="because 9 + 9 = 18")
    assert question.expected_answer == "18"
    assert question.metadata == {"answer": "because 9 + 9 = 18"}


def test_two_foreign_names_for_one_field_are_refused():
    error = error_of(question="Why?", answer="a", target="b")
    assert error.field == "target"
    assert '"answer" and "target" both stand for expected_answer' in error.detail


def test_further_fields_go_into_metadata_and_null_ones_nowhere():
    question = build(question="Why?", metadata={"source": "x"}, level=[1, 2.5], note=None, answer=None)
    assert question.metadata == {"source": "x", "level": [1, 2.5]}
    assert question.expected_answer is None


def test_a_further_field_that_metadata_has_too_is_refused():
    assert '"level" is also a field' in error_of(question="Why?", metadata={"level": 1}, level=2).detail


def test_context_is_a_text_or_a_list():
    assert build(question="Why?", context="one").context == ("one",)
    assert build(question="Why?", context=["one", "two"]).context == ("one", "two")
    assert build(question="Why?", context=[]).context == ()


def test_a_citation_becomes_the_text_that_it_cites_and_names_its_document():
    question = build(cite_logbook, question="Why?", context={"document": "logbook.md", "section": "Tides"})
    assert (question.context, question.sources) == (("High water at noon.",), ("logbook.md",))


def test_citations_and_texts_keep_their_order():
    cited = {"document": "logbook.md", "section": "Winds"}
    question = build(cite_logbook, question="Why?", context=["one", cited, "two"])
    assert question.context == ("one", "Westerly.", "two")
    assert question.sources == ("", "logbook.md", "")


def test_texts_alone_have_no_sources():
    assert build(cite_logbook, question="Why?", context=["one", "two"]).sources == ()


@given(
    st.lists(st.text(max_size=5) | st.sampled_from([*SECTIONS]).map(lambda name: {"name": name}), max_size=6)
)
def test_there_is_a_source_for_each_chunk_or_none_at_all(entries):
    context = [
        {"document": "logbook.md", "section": entry["name"]} if isinstance(entry, dict) else entry
        for entry in entries
    ]
    question = build(cite_logbook, question="Why?", context=context)
    cited = [isinstance(entry, dict) for entry in entries]
    assert len(question.context) == len(entries)
    assert [bool(source) for source in question.sources] == (cited if any(cited) else [])


def test_the_whole_citation_is_handed_on_as_the_file_has_it():
    handed = []
    citation = {"document": "log", "page": 3, "unknown": [1]}
    build(lambda given: (handed.append(given), ("text", "log"))[1], question="Why?", context=[citation])
    assert handed == [citation]


def test_a_citation_that_means_nothing_is_refused_in_the_words_of_who_looked_for_it():
    with pytest.raises(InvalidUpload) as caught:
        build(cite_logbook, question="Why?", context=[{"document": "diary.md"}])
    assert (caught.value.line, caught.value.field) == (9, "context")
    assert caught.value.detail == "there is no document 'diary.md'"


def test_a_citation_of_more_than_a_context_may_have_is_told_by_its_document():
    with pytest.raises(InvalidUpload) as caught:
        build(
            lambda _: ("x" * (MAX_CONTEXT_BYTES + 1), "logbook.md"),
            question="Why?",
            context={"document": "logbook.md"},
        )
    assert caught.value.detail.startswith("cites 524,289 bytes of logbook.md; 524,288 are allowed")


def test_a_context_is_not_cited_further_than_its_limit():
    cited = []

    def cite(citation):
        cited.append(citation)
        return "x" * (MAX_CONTEXT_BYTES // 2), "logbook.md"

    with pytest.raises(InvalidUpload, match="524,288 bytes together"):
        build(cite, question="Why?", context=[{"document": "logbook.md"}] * 100)
    assert len(cited) == 3


def test_choices_may_be_numbers_and_keep_their_digits():
    assert build(question="Why?", choices=["one", 2, 3.0]).choices == ("one", "2", "3.0")


def test_a_cluster_may_be_a_number():
    assert build(question="Why?", cluster=4).cluster == "4"


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        ({"answer": "x"}, "question", 'is missing; give it as "question", "input" or "prompt"'),
        ({"question": None}, "question", "is missing"),
        ({"question": ""}, "question", "is empty"),
        ({"prompt": " \n\t"}, "prompt", "is empty"),
        ({"question": ["a"]}, "question", "must be text or a number, not a list"),
        ({"question": "q", "answer": True}, "answer", "must be text or a number, not true or false"),
        ({"question": "q", "target": {}}, "target", "not an object"),
        ({"question": "q", "id": ""}, "id", "has 0 characters; 1 to 256 are allowed"),
        ({"question": "q", "id": "x" * 257}, "id", "has 257 characters"),
        ({"question": "q", "cluster": "x" * 257}, "cluster", "has 257 characters"),
        ({"question": "q", "context": 3}, "context", "must be text, an object that names"),
        ({"question": "q", "context": {"section": "x"}}, "context", 'has an object without "document"'),
        ({"question": "q", "context": [{"document": "x"}]}, "context", "the benchmark has no dataset_id"),
        ({"question": "q", "context": ["a", None]}, "context", "not null"),
        ({"question": "q", "context": ["x" * 300_000] * 2}, "context", "524,288 bytes together"),
        ({"question": "q", "choices": "a|b"}, "choices", "must be a list of texts, not text"),
        ({"question": "q", "choices": ["a"]}, "choices", "has 1 entries; 2 to 26 are allowed"),
        ({"question": "q", "choices": ["a"] * 27}, "choices", "has 27 entries"),
        ({"question": "q", "choices": ["a", False]}, "choices", "not true or false"),
        ({"question": "q", "metadata": "m"}, "metadata", "must be an object, not text"),
        ({"question": "q", "notes": "x" * 65_536}, "metadata", "65,536 are allowed"),
        ({"question": "x" * 262_145}, "question", "is 262,145 bytes long; 262,144 are allowed"),
        ({"question": "é" * 131_073}, "question", "is 262,146 bytes long"),
        ({"question": "q", "answer": "x" * 262_145}, "answer", "262,144 are allowed"),
        ({"question": "\ud800"}, "question", "surrogate"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(row, field, message):
    error = error_of(**row)
    assert error.field == field
    assert message in error.detail


def test_metadata_nested_beyond_reason_is_refused():
    nested: list = []
    for _ in range(300):
        nested = [nested]
    assert "nested too deeply" in error_of(question="q", deep=nested).detail


@pytest.mark.parametrize("name", ["expected_response", "ground_truth", "expected_answer", "answer"])
def test_files_for_agents_have_names_of_their_own(name: str) -> None:
    row = {"query": "Why?", name: "So"}
    found = build_question(row, dict, ordinal=1, line=1, aliases=DATASET_ALIASES)
    assert (found.question, found.expected_answer, found.metadata) == ("Why?", "So", {})


def test_elsewhere_these_names_are_further_fields() -> None:
    row = {"question": "Why?", "query": "what", "ground_truth": "So"}
    found = build_question(row, dict, ordinal=1, line=1)
    assert (found.expected_answer, found.metadata) == (None, {"query": "what", "ground_truth": "So"})


def test_a_question_that_is_missing_is_asked_for_by_the_names_it_may_have() -> None:
    with pytest.raises(InvalidUpload, match='"query", "question", "input" or "prompt"'):
        build_question({"id": "1"}, dict, ordinal=1, line=1, aliases=DATASET_ALIASES)
