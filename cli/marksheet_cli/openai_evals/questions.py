"""From items to questions: what a model was asked, or is to be asked, and by which id it is known."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from marksheet_cli.openai_evals.templates import NotText, below_item, field_text, is_messages, read_messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet_cli.openai_evals.exports import Item, Json, Run

QUESTION_FIELDS = (
    "question",
    "input",
    "prompt",
    "query",
    "text",
    "problem",
    "instruction",
    "message",
    "messages",
    "task",
    "content",
)
"""Names under which an item's question is looked for, in this order."""
_LONGEST_QUESTION_ID = 256


class Asked(NamedTuple):
    """An item as a question."""

    item: Item
    instructions: str | None
    question: str

    @property
    def text(self) -> str:
        """Both in one."""
        return self.question if self.instructions is None else f"{self.instructions}\n\n{self.question}"


def ask(item: Item, runs: Sequence[Run], field_name: str | None) -> Asked:
    """The question that an item is. Raises NotText where it is none, or cannot be had as text."""
    instructions, question = _question(item, run_of(item, runs), field_name)
    if not question.strip():
        raise NotText("the question is empty")
    return Asked(item, instructions, question)


def run_of(item: Item, runs: Sequence[Run]) -> Run | None:
    """The run that an item is from; one that does not say is from the only one there is."""
    if item.run is not None:
        return item.run
    if item.run_id is not None:
        return next((run for run in runs if run.run_id == item.run_id), None)
    return runs[0] if len(runs) == 1 else None


def _question(item: Item, run: Run | None, field_name: str | None) -> tuple[str | None, str]:
    """Instructions and text of what was asked: the field that was named, what the run's template makes, the
    messages that were sent, or the first field that is called like a question.
    """
    if field_name is not None:
        return _of_field(item, below_item(field_name))
    if run is not None and run.template is not None:
        return read_messages(run.template, item.fields)
    if run is not None and run.item_reference is not None:
        return _of_field(item, below_item(run.item_reference))
    sent = (item.sample or {}).get("input")
    if is_messages(sent):
        return read_messages(sent or ())
    name = _called_like_a_question(item)
    if name is None:
        known = ", ".join(QUESTION_FIELDS[:5])
        raise NotText(f"none of the item's fields is called like a question ({known}, ...)")
    return _of_field(item, name)


def _called_like_a_question(item: Item) -> str | None:
    """The first of the usual names that an item has, else the only one of its names that ends in such a word:
    `ticket_text`.
    """
    given = [name for name, value in item.fields.items() if value is not None]
    usual = next((name for name in QUESTION_FIELDS if name in given), None)
    if usual is not None:
        return usual
    ending = [name for name in given if name.rpartition("_")[2].lower() in QUESTION_FIELDS]
    return ending[0] if len(ending) == 1 else None


def _of_field(item: Item, name: str) -> tuple[str | None, str]:
    """A field that is asked: a text, or messages, which only a field of the item itself can be."""
    value = item.fields.get(name)
    if is_messages(value):
        return read_messages(value or ())
    text = field_text(item.fields, name)
    if text is None:
        raise NotText(f"the item has no field {name}")
    return None, text


def question_ids(asked: Sequence[Asked]) -> list[str]:
    """An id for each, the same for the same question: the items' own where these tell the questions apart,
    else made from what they hold.
    """
    keys = [_digest(one.item.fields, one.question, one.instructions) for one in asked]
    own = [_own_id(one.item.fields) for one in asked]
    if all(own) and len(set(own)) == len(set(keys)) == len(set(zip(own, keys, strict=True))):
        return [str(name) for name in own]
    items = [_digest(one.item.fields) for one in asked]
    # An item may have been asked in several wordings, by runs with different templates.
    ambiguous = len(set(items)) != len(set(keys))
    return [f"q-{digest[:16]}" for digest in (keys if ambiguous else items)]


def _own_id(fields: Json) -> str | None:
    for name in ("question_id", "id"):
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = str(value)
            return text if 0 < len(text) <= _LONGEST_QUESTION_ID and text.isprintable() else None
    return None


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
