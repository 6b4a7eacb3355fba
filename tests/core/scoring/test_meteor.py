"""meteor is nltk's METEOR of one sentence, with a WordNet that knows no synonyms."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import single_meteor_score
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from marksheet.scoring import meteor

TOKENS = Tokenizer13a()
STEMMER = PorterStemmer(mode=PorterStemmer.ORIGINAL_ALGORITHM)
SENTENCES = st.lists(
    st.sampled_from(
        ["the", "The", "cat", "cats", "sat.", "sitting", "sits", "relate", "relational", "3.5", "was", "it's"]
    ),
    max_size=15,
).map(" ".join)


class NoSynonyms:
    """WordNet without a word in it."""

    def synsets(self, word):
        return []


def reference(expected, output):
    words = [TOKENS(text.lower().rstrip()).split() for text in (expected, output)]
    return single_meteor_score(*words, stemmer=STEMMER, wordnet=NoSynonyms())


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("a b c d", "a b c d", 1 - 0.5 / 64),
        ("paris", "Paris", 0.5),
        ("a b", "b a", 0.5),  # two matches in two runs
        ("the cats", "the cat", 1 - 0.5 / 8),  # "cats" by its stem
        ("a b c d", "a b", (0.5 / 0.95) * (1 - 0.5 / 8)),  # P 1, R 1/2
        ("a b", "a b c d", (0.5 / (0.45 + 0.1)) * (1 - 0.5 / 8)),  # P 1/2, R 1
        ("a", "b", 0.0),
        ("a", "", 0.0),
    ],
)
def test_values_worked_out_by_hand(score, expected, output, value):
    assert score("meteor", expected, output).value == pytest.approx(value, abs=1e-12)


@given(SENTENCES, SENTENCES)
def test_the_value_is_that_of_nltk(score, expected, output):
    value = score("meteor", expected, output).value
    assert (value or 0.0) == pytest.approx(reference(expected, output), abs=1e-12)


def test_real_answers_have_the_value_of_nltk(score, real_texts):
    values = [score("meteor", *texts).value for texts in real_texts]
    assert values == pytest.approx([reference(*texts) for texts in real_texts], abs=1e-12)


@given(
    st.text("abcdefghilmnoprstuvwyz", min_size=1, max_size=8),
    st.sampled_from(
        ["", "s", "es", "ed", "ing", "ational", "fulness", "ization", "ement", "ies", "y", "able"]
    ),
)
def test_stems_are_porters(stem, ending):
    # Of words that end in two equal consonants Snowball shortens those only that English has.
    word = stem + ending
    if not any(a == b for a, b in pairwise(word)):
        assert meteor._stem(word) == STEMMER.stem(word)


def test_a_word_without_end_is_not_stemmed(score):
    word = "a" * 40_000
    assert score("meteor", f"{word}s", word).value == 0.0


def test_an_expected_answer_without_words_is_unscored(score):
    assert score("meteor", " \n", "cat").reason == "the expected answer has no word"


def test_texts_of_too_many_words_are_unscored(score, monkeypatch):
    monkeypatch.setattr(meteor, "MOST_WORDS", 2)
    assert score("meteor", "a b", "a b").value is not None
    assert score("meteor", "a b", "a b c").reason == "a text has more than 5,000 words"


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("meteor", None, "cat").reason == "no expected answer"
