"""Questions that are made up, always the same for the same number, and answers of which most are right."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

# fmt: off
WORDS = (
    "amber", "anchor", "autumn", "barley", "beacon", "bridge", "candle", "canyon", "cedar", "cloud",
    "copper", "coral", "delta", "ember", "falcon", "fjord", "garden", "glacier", "granite",
    "harbor", "hazel", "island", "ivory", "jasmine", "juniper", "kettle", "lantern", "lagoon",
    "lemon", "maple", "marble", "meadow", "mirror", "north", "oasis", "ocean", "olive", "orchard",
    "otter", "pebble", "pepper", "pine", "planet", "prairie", "quartz", "quiet", "raven", "river",
    "saffron", "sail", "sierra", "silver", "spruce", "stone", "summit", "thicket", "thunder",
    "timber", "valley", "velvet", "willow", "winter",
)
# fmt: on
MARKER = "The record says: "
"""What the answer follows in a question's text, for the stub that plays the model."""

_WRONG = 0.25
"""Share of the answers that leave out the expected text."""


def make_questions(count: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """So many rows with question, expected answer of two to eight words, and an id; some 400 bytes each."""
    draw = random.Random(seed)
    for number in range(1, count + 1):
        expected = " ".join(draw.choices(WORDS, k=draw.randint(2, 8)))
        told = " ".join(draw.choices(WORDS, k=draw.randint(20, 40)))
        said = make_answer(expected, draw)
        yield {
            "question_id": f"q{number:07d}",
            "question": f"Case {number}. {told}. What is written on the stone? {MARKER}{said}",
            "expected_answer": expected,
        }


def make_answer(expected: str, draw: random.Random) -> str:
    """What the model says: the expected text alone, in a sentence, or something else."""
    chance = draw.random()
    if chance < _WRONG:
        return " ".join(draw.choices(WORDS, k=draw.randint(3, 12)))
    if chance < 0.5:
        return expected
    return f"On the stone is written {expected}, as far as anyone can tell after all this time."


def as_lines(rows: Iterator[dict[str, str]]) -> bytes:
    """The rows as JSON Lines."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
