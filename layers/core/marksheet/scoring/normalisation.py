"""Forms of a text that comparisons are made on.

Those of short texts are remembered, because several scorers and several trials ask for the same ones.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple, Unpack

if TYPE_CHECKING:
    from collections.abc import Callable

Settings = TypeVarTuple("Settings")
T = TypeVar("T")

REMEMBERED = 512
"""Forms kept of each kind."""
REMEMBERED_CHARACTERS = 4_000
"""Longer texts are worked out anew each time, which bounds what is kept to a few megabytes."""
REMEMBERED_TABLES = 64
"""Forms kept of each kind that takes many times the room of its text. The trials of one question lie next to
each other, so this is enough for its expected answer to be prepared once."""
REMEMBERED_TABLE_CHARACTERS = 1_000
"""As `REMEMBERED_CHARACTERS`, for those."""
UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Han
    "\uac00-\ud7a3"  # Hangul: spaced, but with particles at the ends of words
    "]+"
)
"""Scripts that put no spaces between words, or not between all of them."""

_ARTICLES = frozenset({"a", "an", "the"})
_LATIN = frozenset(string.ascii_lowercase + string.digits)
_OPENING = " \"'`*_([{<“‘«„¿¡"
_CLOSING = " \"'`*_)]}>”’».,;:!?…"
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))
_MARK = re.compile(r"[{-~\[-`!-&(-+:-@/]")
_STOP_AFTER_ANOTHER = re.compile(r"([^0-9])([.,])")
_STOP_BEFORE_ANOTHER = re.compile(r"([.,])([^0-9])")
_DASH_AFTER_DIGIT = re.compile(r"([0-9])-")
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_POINT_IN_NO_NUMBER = re.compile(r"\.(?:(?<!\d\.)|(?!\d))")


def remember(form: Callable[[str], T]) -> Callable[[str], T]:
    """Keep the last `REMEMBERED` results for texts of up to `REMEMBERED_CHARACTERS` characters."""
    kept = lru_cache(maxsize=REMEMBERED)(form)

    @wraps(form)
    def recall(text: str) -> T:
        return kept(text) if len(text) <= REMEMBERED_CHARACTERS else form(text)

    return recall


def remember_table(form: Callable[[str, Unpack[Settings]], T]) -> Callable[[str, Unpack[Settings]], T]:
    """As `remember`, for forms that are larger than their text; they may depend on settings besides."""
    kept = lru_cache(maxsize=REMEMBERED_TABLES)(form)

    @wraps(form)
    def recall(text: str, *settings: *Settings) -> T:
        return kept(text, *settings) if len(text) <= REMEMBERED_TABLE_CHARACTERS else form(text, *settings)

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


@remember
def mteval_words(text: str) -> tuple[str, ...]:
    """Words as sacrebleu's tokeniser 13a cuts them, which follows NIST's mteval-v13a script: marks apart from
    words, but a point or comma between digits left where it is.
    """
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, character in _ENTITIES if "&" in text else ():
        text = text.replace(entity, character)
    text = f" {text} ".translate(_MARKS_APART)
    if "." in text or "," in text:
        text = _STOP_BEFORE_ANOTHER.sub(r" \1 \2", _STOP_AFTER_ANOTHER.sub(r"\1 \2 ", text))
    if "-" in text:
        text = _DASH_AFTER_DIGIT.sub(r"\1 - ", text)
    return tuple(text.split())


def vocabulary(text: str) -> frozenset[str]:
    """The distinct words of the folded text: runs of letters, their marks, and digits of any script.

    A number is one word with its decimal point and without commas between thousands. Where a script puts no
    spaces between words, every two adjacent characters stand for one, and one that is alone for itself.
    """
    text = folded(text)
    if "," in text:
        text = _THOUSANDS.sub("", text)
    if "." in text:
        text = _POINT_IN_NO_NUMBER.sub(" ", text)
    text = text.translate(_WORDS_APART)
    runs = [] if text.isascii() else UNSPACED.findall(text)
    if not runs:
        return frozenset(text.split())
    pairs = {run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))}
    return frozenset(pairs.union(UNSPACED.sub(" ", text).split()))


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


def _if_of_a_word(character: str) -> str:
    kept = character == "." or unicodedata.category(character)[0] in "LMN"
    return character if kept else " "


def _mark_apart(character: str) -> str:
    return f" {character} " if _MARK.match(character) else character


_WITHOUT_PUNCTUATION = _Translation(_unless_punctuation)
_LATIN_APART = _Translation(_if_latin)
_MARKS_APART = _Translation(_mark_apart)
_WORDS_APART = _Translation(_if_of_a_word)
