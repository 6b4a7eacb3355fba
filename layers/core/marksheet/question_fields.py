"""One row of a benchmark file, as named fields, to a `Question`: names, types and sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from marksheet.domain import Question
from marksheet.errors import InvalidUpload
from marksheet.textlines import kind_of

Aliases = Mapping[str, tuple[str, ...]]
"""Names that a field may have. The first wins when it is there, of the others a row may have one."""

ALIASES: Aliases = {
    "question_id": ("question_id", "id", "question_num"),
    "question": ("question", "input", "prompt"),
    "expected_answer": ("expected_answer", "answer", "expected", "target"),
}
"""Ours first."""

DATASET_ALIASES: Aliases = {
    "question_id": ALIASES["question_id"],
    "question": ("query", *ALIASES["question"]),
    "expected_answer": ("expected_response", "ground_truth", *ALIASES["expected_answer"]),
}
"""The names in files that are made for agents to answer."""


def known_names(aliases: Aliases) -> frozenset[str]:
    """Every name that stands for a field."""
    return frozenset(
        {name for names in aliases.values() for name in names} | {"context", "choices", "cluster", "metadata"}
    )


MAX_NAME_CHARACTERS = 256
"""Longest `question_id` and `cluster`."""
MAX_QUESTION_BYTES = 256 << 10
MAX_ANSWER_BYTES = 256 << 10
MAX_CONTEXT_BYTES = 512 << 10
MAX_CHOICES = 26
MAX_CHOICE_BYTES = 16 << 10
MAX_METADATA_BYTES = 64 << 10

_CONTEXT = 'text, an object that names a "document", or a list of these'

Written = Callable[[], Any]
"""Gives the same row with its numbers as the text they were written as; called only when one is needed."""

Cite = Callable[[Mapping[str, Any]], tuple[str, str]]
"""From a citation, as the file has it, to the text that is meant and the name of the document it is from.
Raises `InvalidUpload` for one that means nothing.
"""


def build_question(
    row: Mapping[str, Any],
    written: Written,
    *,
    ordinal: int,
    line: int,
    cite: Cite | None = None,
    aliases: Aliases = ALIASES,
) -> Question:
    """The question in a row of JSON values; what no field claims goes into `metadata`.

    A field that is absent, or null, is not given. An object in `context` is handed to `cite`, and refused
    where there is none. Raises `InvalidUpload` with the line and the name of the field as the file has it.
    """
    fields = RowFields(row, written, line, aliases)
    question_id = fields.name("question_id")
    question = fields.text("question", MAX_QUESTION_BYTES)
    if question is None:
        raise fields.wrong("question", f"is missing; give it as {_alternatives(aliases['question'])}")
    if not question.strip():
        raise fields.wrong("question", "is empty; a question needs text")
    context, sources = fields.context(cite)
    return Question(
        ordinal=ordinal,
        question_id=str(ordinal) if question_id is None else question_id,
        question=question,
        expected_answer=fields.text("expected_answer", MAX_ANSWER_BYTES),
        context=context,
        sources=sources,
        choices=fields.choices(),
        cluster=fields.name("cluster"),
        metadata=fields.metadata(),
    )


def given_name(row: Mapping[str, Any], field: str, names: tuple[str, ...], *, line: int) -> str:
    """Under which of its names a row gives a field; the first when it does not give it.

    Raises `InvalidUpload` when it is given under two names of which none is the first.
    """
    found = [name for name in names if row.get(name) is not None]
    if len(found) > 1 and found[0] != names[0]:
        raise InvalidUpload(
            f'"{found[0]}" and "{found[1]}" both stand for {field}; name one of them "{field}"',
            line=line,
            field=found[1],
        )
    return found[0] if found else names[0]


def is_number(value: object) -> bool:
    """Whether a JSON value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _alternatives(names: tuple[str, ...]) -> str:
    *first, last = (f'"{name}"' for name in names)
    return f"{', '.join(first)} or {last}"


class RowFields:
    """Takes typed values out of one row, remembering under which name each one was found."""

    def __init__(
        self,
        row: Mapping[str, Any],
        written: Written,
        line: int,
        aliases: Mapping[str, tuple[str, ...]] = ALIASES,
    ) -> None:
        self._row = row
        self._written = written
        self._line = line
        self._names = {field: given_name(row, field, names, line=line) for field, names in aliases.items()}

    def wrong(self, field: str, message: str) -> InvalidUpload:
        """An error about a field, under the name the row gives it."""
        return InvalidUpload(message, line=self._line, field=self._names.get(field, field))

    def text(self, field: str, limit: int) -> str | None:
        """A field that is text, or a number as it was written; `limit` in bytes of UTF-8."""
        name = self._names.get(field, field)
        value = self._row.get(name)
        if value is None:
            return None
        if is_number(value):
            value = str(self._written()[name])
        return self._checked(field, value, limit, "text or a number")

    def name(self, field: str) -> str | None:
        """A short text, or number, that other things refer to."""
        value = self.text(field, MAX_QUESTION_BYTES)
        if value is not None and not 0 < len(value) <= MAX_NAME_CHARACTERS:
            raise self.wrong(field, f"has {len(value):,} characters; 1 to {MAX_NAME_CHARACTERS} are allowed")
        return value

    def context(self, cite: Cite | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The chunks, of which there may be one without a list around it, and what each is cited from: "" for
        a text; no sources at all where every chunk is a text.
        """
        value = self._row.get("context")
        if value is None:
            return (), ()
        texts: list[str] = []
        sources: list[str] = []
        size = 0
        for entry in value if isinstance(value, list) else [value]:
            text, source = self._cited(entry, cite) if isinstance(entry, dict) else (entry, "")
            texts.append(self._checked("context", text, MAX_CONTEXT_BYTES, _CONTEXT))
            sources.append(source)
            size += len(text.encode())
            # After every chunk: a few bytes may cite a whole document, and a list has room for many of them.
            if size > MAX_CONTEXT_BYTES:
                raise self.wrong("context", f"is longer than {MAX_CONTEXT_BYTES:,} bytes together")
        return tuple(texts), tuple(sources) if any(sources) else ()

    def _cited(self, entry: Mapping[str, Any], cite: Cite | None) -> tuple[str, str]:
        """The text that an object of the context cites, and from where."""
        if entry.get("document") is None:
            raise self.wrong("context", f'has an object without "document"; it must be {_CONTEXT}')
        if cite is None:
            raise self.wrong("context", "names a document, but the benchmark has no dataset_id")
        try:
            text, source = cite(entry)
        except InvalidUpload as error:
            raise self.wrong("context", error.detail) from error
        if len(text.encode()) > MAX_CONTEXT_BYTES:
            message = f"cites {len(text.encode()):,} bytes of {source}; {MAX_CONTEXT_BYTES:,} are allowed"
            raise self.wrong("context", f"{message}, so cite a part of it")
        return text, source

    def choices(self) -> tuple[str, ...]:
        """A list of 2 to 26 texts or numbers: as many as there are letters."""
        value = self._row.get("choices")
        if value is None or value == []:
            return ()
        if not isinstance(value, list):
            raise self.wrong("choices", f"must be a list of texts, not {kind_of(value)}")
        if not 2 <= len(value) <= MAX_CHOICES:
            raise self.wrong("choices", f"has {len(value)} entries; 2 to {MAX_CHOICES} are allowed")
        if any(map(is_number, value)):
            value = [
                str(text) if is_number(choice) else choice
                for choice, text in zip(value, self._written()["choices"], strict=True)
            ]
        return tuple(
            self._checked("choices", c, MAX_CHOICE_BYTES, "a list of texts or numbers") for c in value
        )

    def metadata(self) -> dict[str, Any]:
        """The object `metadata`, and beside its members every further field of the row that is not null."""
        value = self._row.get("metadata")
        if value is not None and not isinstance(value, dict):
            raise self.wrong("metadata", f"must be an object, not {kind_of(value)}")
        claimed = {"context", "choices", "cluster", "metadata", *self._names.values()}
        extra = {name: v for name, v in self._row.items() if name not in claimed and v is not None}
        if doubled := sorted(extra.keys() & (value or {}).keys()):
            raise self.wrong("metadata", f'"{doubled[0]}" is also a field of the row; keep one of the two')
        everything = {**(value or {}), **extra}
        if not everything:
            return everything
        try:
            size = len(orjson.dumps(everything))
        except TypeError as error:
            raise self.wrong(
                "metadata", "is nested too deeply, or holds something that is not JSON"
            ) from error
        if size > MAX_METADATA_BYTES:
            raise self.wrong(
                "metadata",
                f"with the row's further fields has {size:,} bytes; {MAX_METADATA_BYTES:,} are allowed",
            )
        return everything

    def _checked(self, field: str, value: object, limit: int, allowed: str) -> str:
        if not isinstance(value, str):
            raise self.wrong(field, f"must be {allowed}, not {kind_of(value)}")
        try:
            size = len(value.encode())
        except UnicodeEncodeError as error:
            raise self.wrong(field, "holds half of a surrogate pair, which is not text") from error
        if size > limit:
            raise self.wrong(field, f"is {size:,} bytes long; {limit:,} are allowed")
        return value
