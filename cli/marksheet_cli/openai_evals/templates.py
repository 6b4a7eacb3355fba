"""The texts of OpenAI's Evals: places for fields, written {{item.name}}, and the messages they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.domain import Submission
from marksheet.grading.row_values import RowValues
from marksheet.grading.templates import BadTemplate, Field, Unrendered, as_text, compile_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_INSTRUCTIONS = frozenset(("system", "developer"))
_TEXT_PARTS = frozenset(("text", "input_text", "output_text"))


class NotText(Exception):
    """What cannot be brought over as text; the message says why."""


def fill_in(template: str, item: Mapping[str, Any]) -> str:
    """A template with the item's fields in their places, as graders fill theirs. Raises NotText."""
    row = Submission(ordinal=1, question_id="1", question="", metadata=item)
    try:
        return compile_template(template).render(RowValues(row))
    except (BadTemplate, Unrendered) as error:
        raise NotText(str(error)) from error


def field_text(item: Mapping[str, Any], name: str) -> str | None:
    """The text of "name", "name.inner" or "name[0].inner"; None where there is none."""
    if item.get(name) is not None:
        # Its name may be one that no template could have.
        return as_text(item[name])
    try:
        return fill_in(f"{{{{item.{name}}}}}", item)
    except NotText:
        return None


def named_field(template: object) -> str | None:
    """ "label" out of "{{item.label}}"; None for a template that is anything else or more than this."""
    try:
        match compile_template(template).pieces if isinstance(template, str) else ():
            case (Field(path=path, namespace="item", steps=steps),) if steps:
                return below_item(path)
    except BadTemplate:
        pass
    return None


def below_item(path: str) -> str:
    """ "label" out of "item.label"."""
    return path.strip().removeprefix("item.")


def is_messages(value: Any) -> bool:
    """Whether it is a list of chat messages."""
    return isinstance(value, list) and bool(value) and all(isinstance(m, dict) and "role" in m for m in value)


def read_messages(messages: Iterable[Any], item: Mapping[str, Any] | None = None) -> tuple[str | None, str]:
    """The instructions that messages begin with, or None, and the text of the rest: of one message its own,
    of several with each one's role before it. With an `item` they are templates. Raises NotText.
    """
    read = []
    for message in messages:
        if not isinstance(message, dict):
            raise NotText("a message is no object")
        text = content(message.get("content"))
        read.append((str(message.get("role", "user")), text if item is None else fill_in(text, item)))
    instructions = []
    while len(read) > 1 and read[0][0] in _INSTRUCTIONS:
        instructions.append(read.pop(0)[1])
    texts = [text for _, text in read] if len(read) == 1 else [f"{role}: {text}" for role, text in read]
    return "\n\n".join(instructions) or None, "\n\n".join(texts)


def content(value: Any) -> str:
    """The text of a message's content: a text, a part, or a list of parts. Raises NotText."""
    return "" if value is None else "\n".join(_parts(value))


def written(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return as_text(value)


def _parts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for part in value:
                yield from _parts(part)
        case {"type": str(kind), "text": str(text)} if kind in _TEXT_PARTS:
            yield text
        case {"type": str(kind)}:
            raise NotText(f"a message holds {kind}")
        case _:
            raise NotText("a message holds no text")
