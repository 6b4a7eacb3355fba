"""Recorded answers: a JSON Lines file of any size, and the binary index by which a row is found in it.

A row is `{"question_id", "output" or "answer", "trial"?, "latency_seconds"?, "prompt_tokens"?,
"completion_tokens"?, "finish_reason"?}`; further fields are ignored. A question has either one row without
`trial`, which then answers every trial of it, or rows that each name their trial, from 1; a trial without a
row has no answer.

The index has a record of 20 bytes per row, sorted: the key (8 bytes), the row's offset in the file (8) and
its length (4), big-endian. The key is the first 64 bits of a BLAKE2b digest of the question's id plus the
trial (0 for a row that names none), modulo 2^64. Keys of two questions may coincide, so whoever finds a row
compares the id in it.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from marksheet.domain import Answer
from marksheet.errors import InvalidUpload
from marksheet.question_fields import ALIASES, MAX_NAME_CHARACTERS, given_name, is_number
from marksheet.textlines import decode_object, kind_of, numbers_as_written, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ANSWERS = 3_000_000
MAX_TRIAL = 1_000_000

_RECORD = Struct(">QQI")
_FOUND = Struct(">16sIIQI")
"""While a file is read: digest of the id, trial, line, offset, length. Sorts by question, then trial."""
_OUTPUT_NAMES = ("output", "answer")


class Range(NamedTuple):
    """Where some bytes of a file lie."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """The first position after them."""
        return self.offset + self.length


class RecordedAnswer(NamedTuple):
    """One row of a file of recorded answers."""

    question_id: str
    trial: int | None
    """From 1, or None when the row answers every trial."""
    answer: Answer


class AnswerIndex:
    """Finds rows by question and trial in the bytes that `index_answers` made."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __len__(self) -> int:
        """How many rows the file has."""
        return len(self.data) // _RECORD.size

    def find(self, question_id: str, trial: int) -> list[Range]:
        """Where the rows lie that may answer this trial: none when there is none, several when keys coincide.

        The caller reads them and keeps the one of this question.
        """
        digest = _digest(question_id)
        return [*self._with_key(_key(digest, trial)), *self._with_key(_key(digest, 0))]

    def _with_key(self, key: int) -> list[Range]:
        data, size = self.data, _RECORD.size
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if int.from_bytes(data[middle * size : middle * size + 8]) < key:
                low = middle + 1
            else:
                high = middle
        found = []
        for start in range(low * size, len(data), size):
            here, offset, length = _RECORD.unpack_from(data, start)
            if here != key:
                break
            found.append(Range(offset, length))
        return found


def index_answers(chunks: Iterable[bytes]) -> AnswerIndex:
    """Check a file of recorded answers line by line, as it arrives in pieces cut anywhere, and index it.

    Holds about 160 bytes a row. Raises `InvalidUpload` naming the line of whatever is wrong, and both lines
    for two rows of one trial, or for one with a trial and one without.
    """
    found: list[bytes] = []
    for line in read_lines(chunks):
        if not line.data.strip():
            continue
        if len(found) == MAX_ANSWERS:
            raise InvalidUpload(
                f"there are more than {MAX_ANSWERS:,} answers, the most allowed", line=line.number
            )
        row = _decode(line.data, line.number)
        digest = _digest(row.question_id)
        found.append(_FOUND.pack(digest, row.trial or 0, line.number, line.offset, len(line.data)))
    if not found:
        raise InvalidUpload("there are no answers; at least one is needed")
    found.sort()
    _refuse_doubles(found)
    # In place, since two lists of millions would not fit. The trial in the key can change the order.
    for position, packed in enumerate(found):
        digest, trial, _, offset, length = _FOUND.unpack(packed)
        found[position] = _RECORD.pack(_key(digest, trial), offset, length)
    found.sort()
    return AnswerIndex(b"".join(found))


def decode_answer(line: bytes) -> RecordedAnswer:
    """One row of a file that `index_answers` accepted, with or without its line ending."""
    return _decode(line, 1)


def coalesce(ranges: Iterable[Range], gap: int, most: int = 8 << 20) -> list[list[Range]]:
    """The given ranges, sorted and without repetition, in groups each of which is worth one read.

    A range joins a group if it begins at most `gap` bytes after its end, and they span at most `most` bytes.
    """
    groups: list[list[Range]] = []
    end = 0
    for this in sorted(set(ranges)):
        if groups and this.offset - end <= gap and max(end, this.end) - groups[-1][0].offset <= most:
            groups[-1].append(this)
            end = max(end, this.end)
        else:
            groups.append([this])
            end = this.end
    return groups


def _decode(data: bytes, line: int) -> RecordedAnswer:
    row = decode_object(data, line=line)
    question_id = _text(row, "question_id", ALIASES["question_id"], data, line)
    if not 0 < len(question_id) <= MAX_NAME_CHARACTERS:
        raise _wrong(line, "question_id", f"must have 1 to {MAX_NAME_CHARACTERS} characters")
    trial = row.get("trial")
    if trial is not None and not (_is_count(trial) and 1 <= trial <= MAX_TRIAL):
        raise _wrong(line, "trial", f"must be a whole number from 1 to {MAX_TRIAL:,}")
    latency = row.get("latency_seconds")
    if latency is not None and not (is_number(latency) and latency >= 0):
        raise _wrong(line, "latency_seconds", "must be a number of seconds, 0 or more")
    tokens = row.get("prompt_tokens"), row.get("completion_tokens")
    for name, count in zip(("prompt_tokens", "completion_tokens"), tokens, strict=True):
        if count is not None and not _is_count(count):
            raise _wrong(line, name, "must be a whole number, 0 or more")
    finish_reason = row.get("finish_reason")
    if finish_reason is not None and not isinstance(finish_reason, str):
        raise _wrong(line, "finish_reason", f"must be text, not {kind_of(finish_reason)}")
    text = _text(row, "output", _OUTPUT_NAMES, data, line)
    return RecordedAnswer(question_id, trial, Answer(text, latency, *tokens, finish_reason))


def _text(row: dict[str, Any], field: str, names: tuple[str, ...], data: bytes, line: int) -> str:
    name = given_name(row, field, names, line=line)
    value = row.get(name)
    if value is None:
        raise _wrong(line, field, f"is missing; give it as {' or '.join(names)}")
    if is_number(value):
        value = numbers_as_written(data, line=line)[name]
    if not isinstance(value, str):
        raise _wrong(line, name, f"must be text or a number, not {kind_of(value)}")
    return value


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _wrong(line: int, field: str, message: str) -> InvalidUpload:
    return InvalidUpload(message, line=line, field=field)


def _refuse_doubles(found: list[bytes]) -> None:
    """Of rows that do not go together, the pair is named whose later row comes first in the file."""
    clashes = []
    for one, other in pairwise(found):
        (digest, trial, line, *_), (next_digest, next_trial, next_line, *_) = map(_FOUND.unpack, (one, other))
        if digest == next_digest and (trial == next_trial or trial == 0):
            clashes.append((max(line, next_line), min(line, next_line), trial == next_trial, next_trial))
    if not clashes:
        return
    later, earlier, same, trial = min(clashes)
    if not same:
        message = f"of this line and line {earlier} one names a trial and one does not; let both, or neither"
    elif trial:
        message = f"trial {trial} of this question was answered on line {earlier}"
    else:
        message = f"this question was answered on line {earlier}; name the trials if these are several"
    raise _wrong(later, "question_id", message)


def _digest(question_id: str) -> bytes:
    return blake2b(question_id.encode(), digest_size=16).digest()


def _key(digest: bytes, trial: int) -> int:
    return (int.from_bytes(digest[:8]) + trial) % 2**64
