"""What an answer used of its question's context: own words, shares, and what does not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.scoring import chunk_use
from marksheet.scoring.chunk_use import ChunkUse, chunk_uses, content_words
from marksheet.scoring.normalisation import REMEMBERED_CHARACTERS

QUESTION = "Who keeps the light of Neris?"
CHUNK = "The light of Neris stands 41 m high. Ada Holm keeps it."

WORDS = ["light", "Neris", "Ada", "Holm", "41", "a", "the", "keeps", "灯塔", "마루", "Маяк", "3.5", "."]
TEXTS = st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join)


def use_of(answer: str, chunk: str = CHUNK, question: str = QUESTION) -> ChunkUse:
    (use,) = chunk_uses(answer, question, (chunk,))
    return use


def test_use_is_the_share_of_the_chunks_own_words_that_the_answer_has() -> None:
    # Of its own are 41, ada, high, holm and stands; keeps, light and neris are the question's.
    assert use_of("It is Ada Holm.") == ChunkUse(used=True, percent=40.0)


def test_an_answer_that_repeats_the_question_uses_nothing() -> None:
    assert use_of("The light of Neris? I do not know who keeps it.") == ChunkUse(used=False, percent=0.0)


def test_each_chunk_is_looked_at_by_itself() -> None:
    uses = chunk_uses("Ada Holm", QUESTION, (CHUNK, "The harbour has two cranes.", "Holm, Ada: keeper."))
    assert [use.used for use in uses] == [True, False, True]


def test_a_question_without_context_has_no_use() -> None:
    assert chunk_uses("Ada Holm", QUESTION, ()) == []


@pytest.mark.parametrize("chunk", ["", " \n", "...", "of the", "Light! Neris..."])
def test_of_a_chunk_without_a_word_of_its_own_nothing_is_used(chunk: str) -> None:
    assert use_of(f"{chunk} {CHUNK}", chunk) == ChunkUse(used=False, percent=0.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It isn't in the keeper's LOG.", {"keeper", "log"}),
        ("On 7 May at 5pm, or B2 at 1,250.5 m", {"7", "5pm", "b2", "1250.5"}),
        ("E.g. no. 3.", {"3"}),
        ("Straße, ﬁne, CAFÉ", {"strasse", "fine", "café"}),
        ("Маяк на мысу", {"маяк", "мысу"}),
        ("देवनागरी लिपि", {"देवनागरी", "लिपि"}),
        ("灯塔是红", {"灯塔", "塔是", "是红"}),
        ("등대는 물", {"등대", "대는", "물"}),
    ],
)
def test_content_words_are_folded_and_without_what_only_holds_sentences_together(
    text: str, words: set[str]
) -> None:
    assert content_words(text) == words


@given(TEXTS, TEXTS, TEXTS)
def test_use_is_a_percentage_and_above_0_exactly_when_something_is_used(
    answer: str, question: str, chunk: str
) -> None:
    use = use_of(answer, chunk, question)
    assert 0 <= use.percent <= 100
    assert use.used is (use.percent > 0)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_an_answer_that_says_more_uses_no_less(answer: str, more: str, question: str, chunk: str) -> None:
    assert use_of(f"{answer} {more}", chunk, question).percent >= use_of(answer, chunk, question).percent


@given(TEXTS, TEXTS)
def test_an_answer_that_is_the_chunk_uses_all_of_it(chunk: str, question: str) -> None:
    own = content_words(chunk) - content_words(question)
    assert use_of(chunk, chunk, question) == ChunkUse(used=bool(own), percent=100.0 if own else 0.0)


@given(TEXTS, TEXTS)
def test_an_empty_answer_uses_nothing(chunk: str, question: str) -> None:
    assert use_of("", chunk, question) == ChunkUse(used=False, percent=0.0)


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_many_chunks_are_used_as_each_would_be_alone(answer: str, chunks: list[str]) -> None:
    together = chunk_uses(answer, QUESTION, tuple(chunks))
    assert together == [use_of(answer, chunk) for chunk in chunks]


@pytest.mark.parametrize("size", [100, REMEMBERED_CHARACTERS + 1])
def test_the_trials_of_a_question_have_its_context_read_once(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    read: list[str] = []
    chunk = f"{'x' * size} {size}"

    def words_of(text: str) -> frozenset[str]:
        read.append(text)
        return frozenset(text.split())

    monkeypatch.setattr(chunk_use, "vocabulary", words_of)
    for answer in ("one", "two", "three"):
        use_of(answer, chunk)
    assert read.count(chunk) == 1


def test_a_long_chunk_is_kept_for_its_question_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    chunk = "y" * (REMEMBERED_CHARACTERS + 1)

    def words_of(text: str) -> frozenset[str]:
        read.append(text)
        return frozenset(text.split())

    monkeypatch.setattr(chunk_use, "vocabulary", words_of)
    for question in ("first?", "second?", "first?"):
        use_of("one", chunk, question)
    assert read.count(chunk) == 3
