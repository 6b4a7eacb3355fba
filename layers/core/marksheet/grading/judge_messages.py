"""An author's own messages to a judge: read from OpenAI's form, filled from a row, sent with fences.

Whatever a template inserts stands between tags with a code that it cannot know, so that a row can neither
give the judge orders in the author's name nor write its verdict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marksheet.grading.grader import check_shown
from marksheet.grading.templates import Segment, Template, Unrendered
from marksheet.scoring.excerpts import cleaned
from marksheet.scoring.fences import code_for, fence
from marksheet.scoring.judge_inquiry import (
    FENCED_DATA,
    anchor_of,
    ask_twice,
    closing_words,
)
from marksheet.scoring.suggestions import unknown

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from marksheet.grading.fields import GraderFields
    from marksheet.grading.row_values import RowValues
    from marksheet.scoring.judge_inquiry import Ruling
    from marksheet.scoring.judge_scale import Offer
    from marksheet.scoring.options import Location
    from marksheet.scoring.scorer import Inquiry, Reply

ROLES = ("system", "developer", "user", "assistant")
MOST_MESSAGES = 32
MOST_PARTS = 32
"""Of one message."""
LONGEST_INSERTED = 200_000
"""Characters that all values of one prompt may have together."""

_LEADING = ("system", "developer")
_TEXT_PARTS = ("input_text", "output_text", "text")
_OTHER_PARTS = {
    "input_image": "an image",
    "image_url": "an image",
    "input_audio": "audio",
    "input_file": "a file",
}
_TAG = re.compile(r"[^A-Za-z0-9_.]+")
_LONGEST_TAG = 60


@dataclass(frozen=True, slots=True)
class Message:
    """One message; its parts have a line break between them."""

    role: str
    parts: tuple[Template, ...]


def read_messages(fields: GraderFields) -> tuple[Message, ...]:
    """The field `input`: a list of messages `{"role", "content"}`, whose content is a text, a part
    `{"type": "input_text", "text"}`, or a list of these.
    """
    value = fields.given("input")
    if value is None:
        fields.refuse("input", "is required: a list of messages with role and content", "missing")
        return ()
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_MESSAGES:
        fields.refuse("input", f"must be a list of 1 to {MOST_MESSAGES} messages", "list_type")
        return ()
    return tuple([_read_message(message, (index,), fields) for index, message in enumerate(value)])


def ask_author(
    messages: Sequence[Message],
    row: RowValues,
    offer: Offer,
    sampling: Mapping[str, Any],
) -> Generator[Inquiry, Reply, Ruling]:
    """Ask for a verdict in the author's words. Raises `Unrendered` before anybody is asked."""
    filled = _fill(messages, row)
    segments = [segment for _, message in filled for segment in message]
    own = [text for text, field in segments if field is None]
    inserted = [text for text, field in segments if field is not None]
    code = code_for(inserted, (row.submission.question_id, *own, offer.wording))
    anchor = anchor_of(code)
    texts = [(role, _fenced(message, code)) for role, message in filled]
    return (yield from ask_twice(_framed(texts, code, anchor, offer), anchor, offer, sampling))


def _fill(messages: Sequence[Message], row: RowValues) -> list[tuple[str, list[Segment]]]:
    """Each message's role and what it says to this row."""
    inserted = 0
    filled = []
    for message in messages:
        segments: list[Segment] = []
        for part in message.parts:
            if segments:
                segments.append(Segment("\n", None))
            for text, field in part.segments(row):
                if field is not None:
                    check_shown(field.path, text)
                    inserted += len(text)
                if inserted > LONGEST_INSERTED:
                    raise Unrendered(
                        f"the row puts more than {LONGEST_INSERTED:,} characters into a judge's prompt"
                    )
                segments.append(Segment(cleaned(text), field))
        filled.append((message.role, segments))
    return filled


def _fenced(segments: Sequence[Segment], code: str) -> str:
    """Own words as they are, inserted values on lines of their own between tags named like their field."""
    text = ""
    after_tag = False
    for own, field in segments:
        words = own if field is None else fence(_TAG.sub("_", field.path)[:_LONGEST_TAG], own, code)
        if text and (after_tag or field is not None) and text[-1] != "\n" and words[:1] != "\n":
            text += "\n"
        text += words
        after_tag = field is not None
    return text


def _framed(texts: list[tuple[str, str]], code: str, anchor: str, offer: Offer) -> list[dict[str, str]]:
    """The author's messages between ours: what fences are for before them, how to answer after them.

    One system message, which comes first; then user and assistant take turns, the user first and last: many
    chat templates accept nothing else. So what the author tells the system later on is said by the user, and
    neighbours of one speaker are one message.
    """
    leading = []
    while texts and texts[0][0] in _LEADING:
        leading.append(texts.pop(0)[1])
    system = "\n\n".join([*leading, f"{FENCED_DATA} what else it says."])
    request = f"First give your reasons, in at most 150 words. {closing_words(anchor, offer)}"
    turns = [("user", f"The code is {code}.")]
    for role, text in [*texts, ("user", request)]:
        speaker = "assistant" if role == "assistant" else "user"
        if speaker == turns[-1][0]:
            turns[-1] = (speaker, f"{turns[-1][1]}\n\n{text}")
        else:
            turns.append((speaker, text))
    return [{"role": role, "content": text} for role, text in [("system", system), *turns]]


def _read_message(message: object, below: Location, fields: GraderFields) -> Message:
    if not isinstance(message, dict):
        fields.refuse("input", "must be an object with role and content", "dict_type", below=below)
        return Message("user", ())
    _refuse_others(message, ("type", "role", "content"), below, fields)
    if message.get("type") not in (None, "message"):
        fields.refuse("input", "must be message, or absent", "enum", below=(*below, "type"))
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        told = unknown("role", role, ROLES) if isinstance(role, str) else f"must be one of {', '.join(ROLES)}"
        fields.refuse("input", told, "enum", below=(*below, "role"))
        role = "user"
    return Message(role, _read_content(message.get("content"), (*below, "content"), fields))


def _read_content(content: object, below: Location, fields: GraderFields) -> tuple[Template, ...]:
    listed = isinstance(content, list)
    parts = content if isinstance(content, list) else [content]
    if not 1 <= len(parts) <= MOST_PARTS:
        fields.refuse("input", f"must have 1 to {MOST_PARTS} parts", "list_type", below=below)
        return ()
    templates = []
    said = ""
    for index, part in enumerate(parts):
        where = (*below, index) if listed else below
        text = _part_text(part, where, fields)
        if text is None:
            return ()
        said += text
        templates.append(fields.compiled(text, "input", below=where))
    if not said.strip():
        fields.refuse("input", "must not be blank", below=below)
    return tuple([template for template in templates if template is not None])


def _part_text(part: object, below: Location, fields: GraderFields) -> str | None:
    """The text of a part; None where it is refused."""
    if isinstance(part, str):
        return part
    kind = part.get("type") if isinstance(part, dict) else None
    if isinstance(part, dict) and kind in _TEXT_PARTS and isinstance(part.get("text"), str):
        _refuse_others(part, ("type", "text"), below, fields)
        return str(part["text"])
    if isinstance(kind, str) and kind in _OTHER_PARTS:
        message = f"has {_OTHER_PARTS[kind]} ({kind}), which no judge is shown here; say it in text"
    else:
        message = 'must be a text, {"type": "input_text", "text": "..."}, or a list of these'
    fields.refuse("input", message, "string_type", below=below)
    return None


def _refuse_others(
    given: Mapping[str, Any], known: tuple[str, ...], below: Location, fields: GraderFields
) -> None:
    for name, value in given.items():
        if name not in (*known, "id") and value is not None:
            message = unknown("field", str(name), known)
            fields.refuse("input", message, "extra_forbidden", below=(*below, str(name)))
