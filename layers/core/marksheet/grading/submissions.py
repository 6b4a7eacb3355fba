"""Rows that are to be graded, to `Submission`s: names, types and sizes of their fields.

A row is an object with `input` and `output`, or one of OpenAI's with `item` and `sample`, or anything
between. A field that is absent, or null, is not given. What no field claims is a further field of the item.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NoReturn

import orjson

from marksheet.domain import Submission
from marksheet.errors import InvalidRequest, InvalidUpload, Problem
from marksheet.grading.numerals import compact, read_numerals
from marksheet.question_fields import MAX_ANSWER_BYTES, MAX_QUESTION_BYTES, RowFields
from marksheet.textlines import decode_object, kind_of, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from marksheet.scoring.options import Location

ALIASES: Mapping[str, tuple[str, ...]] = {
    "question_id": ("id", "question_id"),
    "question": ("input",),
    "expected_answer": ("expected_answer", "expected", "target"),
    "output": ("output",),
}
"""Accepted names of a field, the first of which wins when it is there; of the others a row may have one."""

MAX_ROWS = 1_000_000
MAX_OUTPUT_BYTES = 512 << 10
MAX_ITEM_BYTES = 256 << 10
"""Of the item with the row's further fields, as JSON."""
MAX_SAMPLE_BYTES = 512 << 10
MOST_PROBLEMS = 100
"""Wrong rows that one answer lists."""

Written = Callable[[], Any]
"""Gives the same row with its numbers as `Numeral`; called only when one is needed."""

_TOO_DEEP = "lists and objects are nested too deeply"
_CLAIMED = frozenset({"context", "choices", "item", "sample"})


def read_submissions(chunks: Iterable[bytes]) -> Iterator[Submission]:
    """The rows of a JSON Lines file that arrives in pieces cut anywhere, numbered from 1.

    Holds one chunk and one line at a time. Blank lines, CRLF and a byte order mark say nothing. Raises
    `InvalidUpload` with line and field at the first thing that is wrong, and for a file without rows.
    """
    ordinal = 0
    for line in read_lines(chunks):
        if not line.data.strip():
            continue
        ordinal += 1
        if ordinal > MAX_ROWS:
            raise InvalidUpload(f"there are more than {MAX_ROWS:,} rows, the most allowed", line=line.number)
        row = decode_object(line.data, line=line.number)
        written = partial(_numerals, line.data, line.number)
        yield build_submission(row, written, ordinal=ordinal, line=line.number)
    if not ordinal:
        raise InvalidUpload("there are no rows; at least one is needed")


def read_dataset(
    rows: object, written: Written | None = None, *, location: Location = ("body", "dataset")
) -> list[Submission]:
    """The rows of a list, numbered from 1.

    `written` gives the same list with its numbers as `numerals.read_numerals` reads them; without it they are
    written as Python writes them. Raises InvalidRequest with what is wrong with each row, located below
    `location` by its position from 0 and its field.
    """
    if not isinstance(rows, list) or not rows:
        kind = "missing" if rows is None or rows == [] else "list_type"
        raise InvalidRequest(Problem(location, "is required: a list of at least one row", kind))
    all_written = None if written is None else cache(written)
    submissions: list[Submission] = []
    problems: list[Problem] = []
    for index, row in enumerate(rows):
        try:
            if not isinstance(row, dict):
                raise InvalidUpload(f"must be an object, not {kind_of(row)}")
            one = partial(_rewritten, row) if all_written is None else partial(_nth, all_written, index)
            submissions.append(build_submission(row, one, ordinal=index + 1, line=index + 1))
        except InvalidUpload as error:
            field = () if error.field is None else (error.field,)
            problems.append(Problem((*location, index, *field), error.detail))
            if len(problems) == MOST_PROBLEMS:
                break
    if problems:
        raise InvalidRequest(problems)
    return submissions


def build_submission(row: Mapping[str, Any], written: Written, *, ordinal: int, line: int) -> Submission:
    """The submission in a row of JSON values. Raises `InvalidUpload` with the line and the name of the field
    as the row has it.
    """
    fields = _Row(row, written, line)
    sample = fields.object("sample")
    output, sample = _output(fields, sample)
    question_id = fields.name("question_id")
    context, _ = fields.context(_no_citing)
    return Submission(
        ordinal=ordinal,
        question_id=str(ordinal) if question_id is None else question_id,
        question=fields.text("question", MAX_QUESTION_BYTES) or "",
        expected_answer=fields.any_text("expected_answer", MAX_ANSWER_BYTES),
        context=context,
        choices=fields.choices(),
        metadata=_item(fields),
        output=output,
        sample=sample,
    )


class _Row(RowFields):
    """Takes typed values out of one row."""

    def __init__(self, row: Mapping[str, Any], written: Written, line: int) -> None:
        super().__init__(row, written, line, ALIASES)

    def any_text(self, field: str, limit: int) -> str | None:
        """A field that is text, or any other JSON value as it was written."""
        return self.as_written(
            field, self._row.get(self._names[field]), lambda row: row[self._names[field]], limit
        )

    def as_written(self, field: str, value: Any, inside: Callable[[Any], Any], limit: int) -> str | None:
        """A text as it is, another JSON value as compact JSON; `inside` finds it in the written row."""
        if value is None:
            return None
        if not isinstance(value, str):
            try:
                value = compact(inside(self._written()))
            except RecursionError as error:
                raise self.wrong(field, "is nested too deeply") from error
        return self._checked(field, value, limit, "text or JSON")

    def object(self, field: str) -> dict[str, Any]:
        """A field that is an object; empty when it is not given."""
        value = self._row.get(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.wrong(field, f"must be an object, not {kind_of(value)}")
        return value

    def further(self) -> dict[str, Any]:
        """Fields that nothing claims and that are not null."""
        claimed = {*_CLAIMED, *self._names.values()}
        return {name: value for name, value in self._row.items() if name not in claimed and value is not None}

    def sized(self, field: str, value: dict[str, Any], limit: int, what: str) -> dict[str, Any]:
        """An object of at most `limit` bytes as JSON."""
        try:
            size = len(orjson.dumps(value)) if value else 0
        except TypeError as error:
            message = "is nested too deeply, or holds something that is not JSON"
            raise self.wrong(field, message) from error
        if size > limit:
            raise self.wrong(field, f"{what}has {size:,} bytes as JSON; {limit:,} are allowed")
        return value


def _item(fields: _Row) -> dict[str, Any]:
    """The row's item and its further fields together; a name may be in both if it says the same."""
    item, further = fields.object("item"), fields.further()
    for name in item.keys() & further.keys():
        if item[name] is not None and item[name] != further[name]:
            raise fields.wrong("item", f'"{name}" is also a field of the row, with another value; keep one')
    merged = {**{name: value for name, value in item.items() if value is not None}, **further}
    where = "item" if item or not further else next(iter(further))
    return fields.sized(where, merged, MAX_ITEM_BYTES, "with the row's further fields " if further else "")


def _output(fields: _Row, sample: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What is graded, and what else the sample has.

    It is the row's output, or the sample's text, or the JSON it gives instead of a text. A sample that only
    calls tools has the empty text.
    """
    output = fields.any_text("output", MAX_OUTPUT_BYTES)
    said = fields.as_written(
        "sample", sample.get("output_text"), lambda row: row["sample"]["output_text"], MAX_OUTPUT_BYTES
    )
    if output is None:
        output = said
    elif said is not None and said != output:
        raise fields.wrong("sample", "has an output_text that is not the row's output; keep one of the two")
    if output is None:
        output = fields.as_written(
            "sample", sample.get("output_json"), lambda row: row["sample"]["output_json"], MAX_OUTPUT_BYTES
        )
    if output is None and sample.get("output_tools"):
        output = ""
    if output is None:
        raise fields.wrong("output", 'is missing; give it as "output", or as output_text of "sample"')
    others = {name: value for name, value in sample.items() if name != "output_text"}
    return output, fields.sized("sample", others, MAX_SAMPLE_BYTES, "")


def _numerals(data: bytes, line: int) -> Any:
    try:
        return read_numerals(data)
    except RecursionError as error:
        raise InvalidUpload(_TOO_DEEP, line=line) from error


def _rewritten(row: Mapping[str, Any]) -> Any:
    """A row with its numbers as Python writes them."""
    try:
        return read_numerals(json.dumps(row))
    except RecursionError as error:
        raise InvalidUpload(_TOO_DEEP) from error


def _no_citing(citation: Mapping[str, Any]) -> NoReturn:
    raise InvalidUpload("cites a document, which rows to be graded cannot; give its text")


def _nth(rows: Callable[[], list[Any]], position: int) -> Any:
    try:
        return rows()[position]
    except RecursionError as error:
        raise InvalidUpload(_TOO_DEEP) from error
