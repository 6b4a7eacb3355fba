"""From a question to the messages a model is asked with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Question
from marksheet.errors import InvalidRequest
from marksheet.prompts import messages, render, validate_template

PLAIN = Question(1, "q", "Why?")
CHOICES = Question(1, "q", "Which?", choices=("red", "blue"))
CONTEXT = Question(1, "q", "Why?", context=("First.", "Second."))
LOCATION = ("body", "prompt_template")


def test_without_anything_the_question_is_the_whole_prompt():
    assert messages(None, None, {}, PLAIN) == [{"role": "user", "content": "Why?"}]


def test_the_models_system_prompt_comes_before_the_benchmarks_in_one_message():
    first, second = messages("Answer in French.", None, {"system_prompt": "You are terse."}, PLAIN)
    assert first == {"role": "system", "content": "You are terse.\n\nAnswer in French."}
    assert second["role"] == "user"


@pytest.mark.parametrize(("own", "benchmarks"), [("One.", None), (None, "One."), ("", "One.")])
def test_one_system_prompt_stands_alone(own, benchmarks):
    assert messages(benchmarks, None, {"system_prompt": own}, PLAIN)[0]["content"] == "One."


def test_choices_follow_the_question_with_letters():
    assert render(None, CHOICES) == "Which?\n\nA. red\nB. blue"


def test_choices_follow_the_question_inside_a_template_that_does_not_place_them():
    assert render("Q: {question}\nA:", CHOICES) == "Q: Which?\n\nA. red\nB. blue\nA:"


def test_a_template_places_choices():
    assert render("{choices}\n--\n{question}", CHOICES) == "A. red\nB. blue\n--\nWhich?"


def test_26_choices_reach_z():
    question = Question(1, "q", "Which?", choices=tuple(str(n) for n in range(26)))
    assert render(None, question).endswith("\nZ. 25")


def test_context_comes_first_unless_the_template_places_it():
    assert render(None, CONTEXT) == "First.\n\nSecond.\n\nWhy?"
    assert render("Q: {question}", CONTEXT) == "First.\n\nSecond.\n\nQ: Why?"
    assert render("{question}\n{context}", CONTEXT) == "Why?\nFirst.\n\nSecond."


def test_cited_chunks_reach_the_prompt_as_texts_do():
    cited = Question(1, "q", "Why?", context=("First.", "Second."), sources=("log.md", ""))
    for template in (None, "{context}\n--\n{question}", "Q: {question}"):
        assert render(template, cited) == render(template, CONTEXT)


def test_placeholders_for_what_a_question_lacks_become_nothing():
    assert render("[{context}|{choices}|{question}]", PLAIN) == "[||Why?]"


@pytest.mark.parametrize(
    "template", ['{"json": "{question}"}', "{0} {question.__class__} {{question}} {question!r:>9} {question}"]
)
def test_no_other_brace_means_anything(template):
    assert render(template, PLAIN) == template.replace("{question}", "Why?")


@given(st.text(max_size=40))
def test_what_is_filled_in_is_not_a_template(text):
    question = Question(1, "q", f"{{context}}{text}{{question}}", context=("{choices}",))
    expected = f"<{{context}}{text}{{question}}|{{choices}}>"
    assert render("<{question}|{context}>", question) == expected


def test_a_template_must_place_the_question():
    validate_template("{question}", LOCATION)
    with pytest.raises(InvalidRequest) as caught:
        validate_template("{Question} {choices}", LOCATION)
    assert caught.value.problems[0].location == LOCATION
    assert "must contain {question}" in caught.value.message


def test_a_template_has_a_longest_length():
    with pytest.raises(InvalidRequest, match="65,536 are allowed"):
        validate_template("{question}" + "x" * 65_536, LOCATION)
