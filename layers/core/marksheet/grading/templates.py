"""Texts with places for a row's values, as OpenAI's graders write them: `{{ item.answer }}`.

A place names one of two namespaces and a path below it: `{{sample.output_tools[0].function.name}}`. Single
braces mean nothing. What a template is filled with is never read as a template again.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMESPACES = ("item", "sample")
MOST_FIELDS = 100
"""Places in one template."""
LONGEST_PATH = 200
"""Characters between the braces of a place."""
LONGEST_RENDERED = 1_000_000
"""Characters of a filled template; a row of a few bytes could otherwise be repeated into gigabytes."""

_ROOT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEP = re.compile(
    r"""\.(?P<name>[^\s.\[\]{}"']+)|\[(?P<index>[0-9]{1,6})\]|\[(?P<quote>["'])(?P<key>.+?)(?P=quote)\]"""
)
_SAMPLE = "{{sample.output_text}}"
_QUOTED = 40
"""Characters of a wrong place that a message repeats."""


class BadTemplate(Exception):
    """A text that is no template; the message says why, to stand after the field's name."""


class Unrendered(Exception):
    """A row that a template cannot be filled from; the message says why."""


class MissingField(Unrendered):
    """The row has no such field, or has null there."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the row has no {path}")
        self.path = path


class TooLong(Unrendered):
    """The filled template would be too long to be worked with."""

    def __init__(self) -> None:
        super().__init__(f"the text it makes of the row has more than {LONGEST_RENDERED:,} characters")


@dataclass(frozen=True, slots=True)
class Field:
    """One place."""

    path: str
    """As it was written, without the spaces around it."""
    namespace: str
    steps: tuple[str | int, ...]
    """Names of members and positions in lists, outermost first; none stands for the whole namespace."""


class Values(Protocol):
    """What a template is filled from."""

    def find(self, field: Field) -> Any:
        """The JSON value at a place. Raises `MissingField`."""
        ...


class Segment(NamedTuple):
    """A piece of a filled template."""

    text: str
    field: Field | None
    """Where the text is from; None for the template's own words."""


@dataclass(frozen=True, slots=True)
class Template:
    """Own words and places, in order."""

    pieces: tuple[str | Field, ...]

    def render(self, values: Values) -> str:
        """The text that it makes of a row. Raises `Unrendered`."""
        return "".join([segment.text for segment in self.segments(values)])

    def segments(self, values: Values) -> Iterator[Segment]:
        """The same piece by piece. Raises `Unrendered`."""
        length = 0
        for piece in self.pieces:
            if isinstance(piece, str):
                segment = Segment(piece, None)
            else:
                segment = Segment(as_text(values.find(piece)), piece)
            length += len(segment.text)
            if length > LONGEST_RENDERED:
                raise TooLong
            yield segment


def compile_template(text: str) -> Template:
    """Read a template. Raises `BadTemplate`."""
    pieces: list[str | Field] = []
    end = fields = 0
    while (start := text.find("{{", end)) >= 0:
        close = text.find("}}", start)
        if close < 0:
            raise BadTemplate("opens {{ without closing it by }}")
        fields += 1
        if fields > MOST_FIELDS:
            raise BadTemplate(f"has more than {MOST_FIELDS} places in braces")
        pieces += [text[end:start], _field(text[start + 2 : close])]
        end = close + 2
    pieces.append(text[end:])
    return Template(tuple([piece for piece in pieces if piece != ""]))


def as_text(value: Any) -> str:
    """A text as it is, any other JSON value as compact JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        raise Unrendered("the row has a value that is nested too deeply to be written out") from None


def step_into(value: Any, step: str | int) -> Any:
    """The member or element of a JSON value; None where it has no such one."""
    if isinstance(value, dict):
        return value.get(step) if isinstance(step, str) else None
    if isinstance(value, list | tuple):
        if isinstance(step, str):
            if not (step.isascii() and step.isdigit() and len(step) <= 6):
                return None
            step = int(step)
        return value[step] if step < len(value) else None
    return None


def _field(inside: str) -> Field:
    path = inside.strip()
    told = path if len(path) <= _QUOTED else f"{path[:_QUOTED]}…"
    if len(path) > LONGEST_PATH:
        raise BadTemplate(f"has {{{{{told}}}}}, which is longer than {LONGEST_PATH} characters")
    root = _ROOT.match(path)
    if root is None:
        raise BadTemplate(f"has {{{{{told}}}}}, which is no field; write {{{{item.name}}}} or {_SAMPLE}")
    if root[0] not in NAMESPACES:
        raise BadTemplate(
            f"has {{{{{told}}}}}; only item and sample are known, such as {{{{item.name}}}} or {_SAMPLE}"
        )
    steps: list[str | int] = []
    end = root.end()
    while end < len(path):
        step = _STEP.match(path, end)
        if step is None:
            raise BadTemplate(
                f'has {{{{{told}}}}}, which is no path; write .name, ["name"] or [0] after {root[0]}'
            )
        steps.append(int(step["index"]) if step["index"] else step["name"] or step["key"])
        end = step.end()
    return Field(path, root[0], tuple(steps))
