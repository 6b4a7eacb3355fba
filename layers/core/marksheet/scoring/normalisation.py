"""Forms of a text that comparisons are made on.

Those of short texts are remembered, because several scorers and several trials ask for the same ones.
"""

from __future__ import annotations

import string
import unicodedata
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

REMEMBERED = 512
"""Forms kept of each kind."""
REMEMBERED_CHARACTERS = 4_000
"""Longer texts are worked out anew each time, which bounds what is kept to a few megabytes."""

_ARTICLES = frozenset({"a", "an", "the"})
_LATIN = frozenset(string.ascii_lowercase + string.digits)
_OPENING = " \"'`*_([{<“‘«„¿¡"
_CLOSING = " \"'`*_)]}>”’».,;:!?…"


def remember(form: Callable[[str], T]) -> Callable[[str], T]:
    """Keep the last `REMEMBERED` results for texts of up to `REMEMBERED_CHARACTERS` characters."""
    kept = lru_cache(maxsize=REMEMBERED)(form)

    @wraps(form)
    def recall(text: str) -> T:
        return kept(text) if len(text) <= REMEMBERED_CHARACTERS else form(text)

    return recall


@remember
def spaced(text: str) -> str:
    """NFKC, each run of whitespace one space, none at the ends; case kept."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


@remember
def folded(text: str) -> str:
    """As `spaced`, and without difference of case (Unicode case folding)."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded_text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded_text).split())


def unwrapped(text: str) -> str:
    """Without quotes, brackets and emphasis around the text and sentence marks after it.

    A leading dot, sign or currency stays, since it is part of a number; a text of nothing else stays whole.
    """
    return text.lstrip(_OPENING).rstrip(_CLOSING) or text


def without_article(text: str) -> str:
    """Without one leading English article; the text is folded already."""
    first, _, rest = text.partition(" ")
    return rest if rest and first in _ARTICLES else text


@remember
def answer_words(text: str) -> tuple[str, ...]:
    """Words as the SQuAD evaluation script counts them: folded, punctuation deleted, articles left out.

    The script deletes ASCII punctuation only; here every Unicode punctuation mark goes, so “Paris” is Paris.
    """
    return tuple(
        [word for word in folded(text).translate(_WITHOUT_PUNCTUATION).split() if word not in _ARTICLES]
    )


@remember
def latin_words(text: str) -> tuple[str, ...]:
    """Runs of a-z and 0-9 in the lower-cased text: the default tokens of the rouge-score package."""
    return tuple(text.lower().translate(_LATIN_APART).split())


class _Translation(dict[int, str | None]):
    """A table for `str.translate` that works a character out when it first meets it.

    Splitting a translated text takes half the time of finding the words by a regular expression.
    """

    def __init__(self, become: Callable[[str], str | None]) -> None:
        super().__init__()
        self._become = become

    def __missing__(self, code: int) -> str | None:
        self[code] = self._become(chr(code))
        return self[code]


def _unless_punctuation(character: str) -> str | None:
    gone = character in string.punctuation or unicodedata.category(character).startswith("P")
    return None if gone else character


def _if_latin(character: str) -> str:
    return character if character in _LATIN else " "


_WITHOUT_PUNCTUATION = _Translation(_unless_punctuation)
_LATIN_APART = _Translation(_if_latin)
