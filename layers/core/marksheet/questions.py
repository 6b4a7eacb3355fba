"""Benchmark files: questions as JSON Lines, CSV or a JSON array, and the canonical lines they are stored as.

Names, types and sizes of the fields are those of `question_fields`. Every error is an `InvalidUpload` that
names the line an editor would show (for a JSON array: the element's position) and the field.
"""

from __future__ import annotations

import json
import re
from functools import cache, partial
from hashlib import blake2b
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

import orjson

from marksheet.domain import LoggedRow, Question, Submission
from marksheet.errors import InvalidUpload
from marksheet.question_csv import read_records
from marksheet.question_fields import ALIASES, build_question
from marksheet.textlines import decode_json, decode_object, kind_of, numbers_as_written, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from marksheet.question_fields import Aliases, Cite

Format = Literal["json", "jsonl", "csv"]

MAX_QUESTIONS = 1_000_000
MAX_JSON_BYTES = 16 << 20
"""Largest JSON array that is read; it is held whole, unlike JSON Lines and CSV."""

_BOM = b"\xef\xbb\xbf"


def read_questions(
    chunks: Iterable[bytes], format: Format, cite: Cite | None = None, aliases: Aliases = ALIASES
) -> Iterator[Question]:
    """The questions of a file that arrives in pieces cut anywhere, numbered from 1.

    `json` is an array of objects, or an object whose only member `questions` is one, and is read whole;
    `jsonl` and `csv` are streamed (what grows is 16 bytes and a line number per question, to tell
    duplicates). A question without an id gets its ordinal as id. `cite` finds the text of a document that a
    question's context cites; without it, and in CSV, there is nothing to cite. `aliases` are the names that
    fields may have. Raises `InvalidUpload` at the first thing that is wrong, and for a file without
    questions.
    """
    if format == "json":
        return _checked(_from_array(chunks, cite, aliases), "element")
    if format == "csv":
        return _checked(_from_csv(chunks, aliases), "line")
    return _checked(_from_lines(chunks, cite, aliases), "line")


def guess_format(filename: str | None, first_bytes: bytes) -> Format:
    """The format of a file by its name's ending, else by how it begins; a few kilobytes are enough.

    JSON Lines under a name ending in .json are recognised. Never fails: what is no format at all is called
    `json` or `csv`, and reading it says what is wrong.
    """
    ending = PurePath(filename or "").suffix.lower()
    if ending in {".jsonl", ".ndjson"}:
        return "jsonl"
    if ending == ".csv":
        return "csv"
    start = first_bytes.removeprefix(_BOM).lstrip()
    if start.startswith(b"{"):
        return "jsonl" if _first_line_is_row(start) else "json"
    return "json" if start.startswith(b"[") or ending == ".json" else "csv"


def encode_question(question: Question) -> bytes:
    """The canonical line of a question, newline included: sorted keys, fields that say nothing left out. That
    of a submission has its output, be it empty; that of a logged row what was logged, as JSON of its own.

    A benchmark's digest is the SHA-256 over these lines in order.
    """
    optional: dict[str, Any] = {
        "expected_answer": question.expected_answer,
        "context": list(question.context) or None,
        "sources": list(question.sources) or None,
        "choices": list(question.choices) or None,
        "cluster": question.cluster,
        "metadata": dict(question.metadata) or None,
    }
    row = {"ordinal": question.ordinal, "question_id": question.question_id, "question": question.question}
    if isinstance(question, Submission):
        optional |= {"output": question.output, "sample": dict(question.sample) or None}
    if isinstance(question, LoggedRow):
        # A text within the text: the standard library gives back every integer and every half of a surrogate.
        optional["value"] = json.dumps(question.value)
        optional["resolved"] = None if question.resolved is None else json.dumps(question.resolved)
    row |= {name: value for name, value in optional.items() if value is not None}
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def decode_question(line: bytes) -> Question:
    """The inverse of `encode_question`; `line` may lack its newline. One with an output is a submission, one
    with a value a logged row.
    """
    row = orjson.loads(line)
    get = row.get
    fields = (
        row["ordinal"],
        row["question_id"],
        row["question"],
        get("expected_answer"),
        tuple(get("context", ())),
        tuple(get("sources", ())),
        tuple(get("choices", ())),
        get("cluster"),
        get("metadata", {}),
    )
    if "output" in row:
        return Submission(*fields, output=row["output"], sample=get("sample", {}))
    if "value" in row:
        resolved = get("resolved")
        return LoggedRow(
            *fields,
            value=json.loads(row["value"]),
            resolved=None if resolved is None else json.loads(resolved),
        )
    return Question(*fields)


def _checked(
    numbered: Iterator[tuple[int, Question]], unit: Literal["line", "element"]
) -> Iterator[Question]:
    """What holds for a file as a whole: at least one question, not too many, no id twice."""
    lines: dict[bytes, int] = {}
    for line, question in numbered:
        if question.ordinal > MAX_QUESTIONS:
            raise InvalidUpload(
                f"there are more than {MAX_QUESTIONS:,} questions, the most allowed", line=line, unit=unit
            )
        # 16 bytes instead of the id keep a million ids of 256 characters within the memory of a small worker.
        digest = blake2b(question.question_id.encode(), digest_size=16).digest()
        first = lines.setdefault(digest, line)
        if first != line:
            raise InvalidUpload(
                f'"{question.question_id}" is also the id of {unit} {first}; every question needs its own',
                line=line,
                field="question_id",
                unit=unit,
            )
        yield question
    if not lines:
        raise InvalidUpload("there are no questions; at least one is needed")


def _from_lines(
    chunks: Iterable[bytes], cite: Cite | None, aliases: Aliases
) -> Iterator[tuple[int, Question]]:
    ordinal = 0
    for line in read_lines(chunks):
        if not line.data.strip():
            continue
        ordinal += 1
        row = decode_object(line.data, line=line.number)
        written = partial(numbers_as_written, line.data, line=line.number)
        yield (
            line.number,
            build_question(row, written, ordinal=ordinal, line=line.number, cite=cite, aliases=aliases),
        )


def _from_array(
    chunks: Iterable[bytes], cite: Cite | None, aliases: Aliases
) -> Iterator[tuple[int, Question]]:
    text = bytearray()
    for chunk in chunks:
        text += chunk
        if len(text) > MAX_JSON_BYTES:
            raise InvalidUpload(
                f"a JSON array may have {MAX_JSON_BYTES:,} bytes; write one object a line (.jsonl) instead"
            )
    data = bytes(text.removeprefix(_BOM))
    if not data.strip():
        return
    rows = _array(decode_json(data, line=None))
    as_written = cache(lambda: _array(numbers_as_written(data, line=None)))
    for ordinal, row in enumerate(rows, 1):
        try:
            fields = _object(row, ordinal)
            written = partial(_nth, as_written, ordinal - 1)
            question = build_question(
                fields, written, ordinal=ordinal, line=ordinal, cite=cite, aliases=aliases
            )
        except InvalidUpload as error:
            raise InvalidUpload(error.detail, line=ordinal, field=error.field, unit="element") from error
        yield ordinal, question


def _from_csv(chunks: Iterable[bytes], aliases: Aliases) -> Iterator[tuple[int, Question]]:
    for ordinal, (line, row) in enumerate(read_records(chunks, aliases), 1):
        yield line, build_question(row, partial(dict, row), ordinal=ordinal, line=line, aliases=aliases)


def _nth(rows: Callable[[], list[Any]], position: int) -> Any:
    return rows()[position]


def _array(value: object) -> list[Any]:
    if isinstance(value, dict):
        if others := sorted(value.keys() - {"questions"}):
            raise InvalidUpload(f'"{others[0]}" is unknown; the object of a file may only hold "questions"')
        value = value.get("questions")
    if not isinstance(value, list):
        raise InvalidUpload('must be a list of objects, or {"questions": [...]}', field="questions")
    return value


def _object(row: object, position: int) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise InvalidUpload(f"must be an object, not {kind_of(row)}", line=position)
    return row


def _first_line_is_row(start: bytes) -> bool:
    if re.match(rb'\{\s*"questions"\s*:\s*\[', start):
        return False
    first, newline, _ = start.partition(b"\n")
    if not newline:
        return True
    try:
        return isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        return False
