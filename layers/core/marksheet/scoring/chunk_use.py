"""How much of a chunk of context an answer used, as far as shared words can tell.

It is a measure of wording, made to find chunks that nobody needs and answers that rest on none: no model is
asked. docs/metrics.md has an example.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from marksheet.scoring.normalisation import REMEMBERED_CHARACTERS, REMEMBERED_TABLES, UNSPACED, vocabulary

SHORTEST_WORD = 3
"""Shorter ones count only with a digit in them, or in a script without spaces, whose words are pairs."""

_FUNCTION_WORDS = """
    the and are was were been being has have had having does did doing can could will would shall should may
    might must for from with into onto over under about above below between through during before after
    against among this that these those there here then than when where which who whom whose what why how its
    his her hers him she they them their theirs our ours you your yours himself herself itself themselves
    myself yourself not nor but because while until although though since all any both each few more most
    other some such only own same too very just also again once further don doesn didn isn wasn aren weren
    hasn haven hadn couldn wouldn shouldn
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English words that say nothing of a subject, and what is left of them before an apostrophe."""


class ChunkUse(NamedTuple):
    """What an answer took from a chunk."""

    used: bool
    """Whether the answer has any of the chunk's own words."""
    percent: float
    """How many of them: 0 to 100, unrounded."""


_UNUSED = ChunkUse(used=False, percent=0.0)


def chunk_uses(answer: str, question: str, chunks: tuple[str, ...]) -> list[ChunkUse]:
    """What an answer took from each chunk of its question's context.

    A chunk's own words are its distinct content words that the question does not have: repeating the question
    takes nothing from a chunk. `percent` is the share of them that occur in the answer. Of a chunk without a
    word of its own nothing can be used.
    """
    said = content_words(answer)
    return [_use(own, said) for own in _own_words(question, chunks)]


def content_words(text: str) -> frozenset[str]:
    """The distinct words of a text that may say something of its subject, folded."""
    return frozenset(
        word
        for word in vocabulary(text) - FUNCTION_WORDS
        if len(word) >= SHORTEST_WORD or any(map(str.isdigit, word)) or UNSPACED.match(word)
    )


@lru_cache(maxsize=1)
def _own_words(question: str, chunks: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """Of each chunk. Kept for one question alone: its trials follow each other, and a context may be long."""
    asked = content_words(question)
    return tuple(_chunk_words(chunk) - asked for chunk in chunks)


def _chunk_words(chunk: str) -> frozenset[str]:
    """The content words of a chunk; several questions may have the same one."""
    return _kept_words(chunk) if len(chunk) <= REMEMBERED_CHARACTERS else content_words(chunk)


_kept_words = lru_cache(maxsize=REMEMBERED_TABLES)(content_words)
"""A set of words takes about ten times the room of its text: a few megabytes together."""


def _use(own: frozenset[str], said: frozenset[str]) -> ChunkUse:
    found = len(own & said)
    return ChunkUse(used=True, percent=100 * found / len(own)) if found else _UNUSED
