"""What a row has for the places of a template: `item.…` and `sample.…`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from marksheet.grading.templates import MissingField, step_into

if TYPE_CHECKING:
    from marksheet.domain import Submission
    from marksheet.grading.templates import Field

LONGEST_JSON = 250_000
"""Characters of an output that is read as JSON."""

_EXPECTED = frozenset({"expected_answer", "expected", "target"})


class RowValues:
    """A submission's values, looked up when a template asks for them.

    A value that is null counts as none, as a null field of a row does.
    """

    __slots__ = ("submission",)

    def __init__(self, submission: Submission) -> None:
        self.submission = submission

    def find(self, field: Field) -> Any:
        """The JSON value at a place. Raises `MissingField`."""
        steps = field.steps
        value: Any
        if not steps:
            value = self._whole(field.namespace)
        elif field.namespace == "item":
            value = self._of_item(steps[0])
        else:
            value = self._of_sample(steps[0])
        for step in steps[1:]:
            value = step_into(value, step)
        if value is None:
            raise MissingField(field.path)
        return value

    def _of_item(self, name: str | int) -> Any:
        """The row's item and further fields first, then what the row says of itself under these names."""
        row = self.submission
        value = row.metadata.get(name) if isinstance(name, str) else None
        if value is not None:
            return value
        if name == "input":
            return row.question or None
        return row.expected_answer if name in _EXPECTED else None

    def _of_sample(self, name: str | int) -> Any:
        row = self.submission
        if name == "output_text":
            return row.output
        value = row.sample.get(name) if isinstance(name, str) else None
        return read_json(row.output) if value is None and name == "output_json" else value

    def _whole(self, namespace: str) -> dict[str, Any]:
        row = self.submission
        if namespace == "sample":
            return {**row.sample, "output_text": row.output}
        own = {"input": row.question or None, "expected_answer": row.expected_answer}
        return {**{name: value for name, value in own.items() if value is not None}, **row.metadata}


def read_json(text: str) -> Any:
    """The value of a text that is JSON, white space around it aside; None for any other text."""
    if len(text) > LONGEST_JSON:
        return None
    try:
        return _JSON.decode(text)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not in the JSON standard")


_JSON = json.JSONDecoder(parse_constant=_refuse_constant)
