"""Files of any size: a presigned POST to send one, and what happens when it has arrived."""

from __future__ import annotations

import array
import hashlib
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from marksheet import answers, questions
from marksheet.domain import Caller, Question, Status
from marksheet.errors import InvalidUpload, NotFound
from marksheet.identifiers import new_id
from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from marksheet.application import Application
    from marksheet.store.idempotency import IdempotencyRecord
    from marksheet.store.objects import Objects, PresignedPost

MAXIMUM_BYTES = 2 << 30
"""The largest file a presigned POST accepts."""

CONTENT_TYPES = {"json": "application/json", "jsonl": "application/x-ndjson", "csv": "text/csv"}

_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how to send a file, and the id to ask after it with."""

    upload_id: str
    post: PresignedPost
    expires_seconds: int
    maximum_bytes: int


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """What became of a file. FAILED says why, with line and field where one is to blame."""

    upload_id: str
    status: Status
    benchmark_id: str | None = None
    version: int | None = None
    model_id: str | None = None
    count: int | None = None
    error: str | None = None
    line: int | None = None
    field: str | None = None
    unit: str | None = None
    """What `line` counts: "line", or "element" of a JSON array."""


@dataclass(frozen=True, slots=True)
class StoredQuestions:
    """A canonical questions file in S3."""

    key: str
    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """A recorded answers file in S3, beside its index."""

    key: str
    count: int


def request(
    app: Application,
    caller: Caller,
    purpose: Mapping[str, Any],
    file_format: str,
    *,
    upload_id: str | None = None,
    record: IdempotencyRecord | None = None,
) -> Upload:
    """A presigned POST for one file; `purpose` is kept and given to whoever takes the file in. What the file
    becomes may lend it its id. Raises `IdempotencyKeyUsed` when the record's key is taken.
    """
    upload_id = upload_id or new_id("upload", app.clock())
    app.store.uploads.add(
        caller.organization,
        upload_id,
        {"purpose": dict(purpose), "format": file_format, "key_id": caller.key_id, "created_at": app.now()},
        expires_at=int((app.clock() + _KEPT_FOR).timestamp()),
        record=record,
    )
    return presign(app, caller, upload_id, file_format)


def presign(app: Application, caller: Caller, upload_id: str, file_format: str) -> Upload:
    """A presigned POST for an upload that is remembered already."""
    post = app.store.objects.presign_upload(
        layout.upload_object(caller.organization, upload_id),
        seconds=app.settings.presign_seconds,
        content_type=CONTENT_TYPES[file_format],
        maximum_bytes=MAXIMUM_BYTES,
    )
    return Upload(upload_id, post, app.settings.presign_seconds, MAXIMUM_BYTES)


def status(app: Application, caller: Caller, upload_id: str) -> UploadStatus:
    """Where a file stands: PROCESSING until it has arrived and been read. Raises `NotFound`."""
    item = app.store.uploads.find(caller.organization, upload_id)
    if item is None:
        raise NotFound("Upload", upload_id)
    return UploadStatus(upload_id=upload_id, status=Status(item["status"]), **item.get("outcome", {}))


def keep_questions(objects: Objects, key: str, parsed: Iterable[Question]) -> StoredQuestions:
    """Write questions as canonical JSON lines, and their byte offsets beside them; memory 8 bytes a question.

    Raises `InvalidUpload` from the parser before anything is visible under the key.
    """
    offsets = array.array("Q", [0])
    digest = hashlib.sha256()
    with objects.writer(key, "application/x-ndjson") as out:
        for question in parsed:
            line = questions.encode_question(question)
            digest.update(line)
            out.write(line)
            offsets.append(out.size)
        if len(offsets) == 1:
            raise InvalidUpload("there is no question in it; a benchmark needs at least one")
    objects.write(layout.offsets(key), _little_endian(offsets))
    return StoredQuestions(key, len(offsets) - 1, digest.hexdigest())


def drop_questions(objects: Objects, key: str) -> None:
    """Delete a questions file with its offsets."""
    objects.delete(key)
    objects.delete(layout.offsets(key))


def question_range(objects: Objects, questions_key: str, first: int, last: int) -> tuple[int, int]:
    """Byte range [start, end) of the questions from ordinal `first` to `last`, both included."""
    offsets = question_offsets(objects, questions_key, first, last)
    return offsets[0], offsets[-1]


def question_offsets(
    objects: Objects, questions_key: str, first: int = 1, last: int | None = None
) -> array.array[int]:
    """Where each question from ordinal `first` to `last` (None: all) begins, and where the last one ends: 8
    bytes each.
    """
    end = None if last is None else 8 * (last + 1)
    return _offsets(objects.read(layout.offsets(questions_key), 8 * (first - 1), end))


def _offsets(content: bytes) -> array.array[int]:
    offsets = array.array("Q", content)
    if sys.byteorder == "big":
        offsets.byteswap()
    return offsets


def keep_answers(objects: Objects, key: str, chunks: Iterator[bytes]) -> StoredAnswers:
    """Write recorded answers as they are, and an index by question id beside them; memory 20 bytes
    an answer.
    """
    with objects.writer(key, "application/x-ndjson") as out:
        index = answers.index_answers(_copied(chunks, out.write))
    objects.write(layout.answers_index(key), index.data)
    return StoredAnswers(key, len(index))


def _copied(chunks: Iterator[bytes], write: Any) -> Iterator[bytes]:
    for chunk in chunks:
        write(chunk)
        yield chunk


def _little_endian(numbers: array.array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
