"""Datasets that agents are evaluated on: benchmarks by UUID. A file is sent by a presigned PUT, and becomes a
benchmark of its own when it is named a dataset.

A benchmark that came in another way is a dataset too, by its latest version; what a UUID stands for never
changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from marksheet import benchmarks, questions
from marksheet.benchmarks import MAXIMUM_NAME, NewBenchmark
from marksheet.dispositions import attachment, kept_file_name
from marksheet.domain import Benchmark, EvaluationDataset, Status
from marksheet.errors import Conflict, InvalidRequest, InvalidUpload, NotFound, Problem
from marksheet.identifiers import derived_uuid, new_id, timestamp
from marksheet.question_fields import DATASET_ALIASES
from marksheet.repetition import made_before, repetition_record
from marksheet.store import layout
from marksheet.store.idempotency import IdempotencyKeyUsed
from marksheet.uploads import CONTENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from marksheet.application import Application
    from marksheet.domain import Caller, EvaluationCase, Question
    from marksheet.store.objects import ObjectWriter
    from marksheet.store.table import Item

NOUN = "Evaluation dataset"
MAXIMUM_BYTES = 50 << 20
"""The largest file: it is read while its sender waits, for half a minute at most."""
MOST_ROWS = 200_000
"""In one file, for the same reason; a core reads 40,000 a second."""
MOST_LISTED = 5_000
"""Datasets that a list tells of, which has no pages."""

_ANOTHER_WAY = "POST /api/v3/benchmark/upload-url"
_KIND = "evaluation_file"
_REMEMBERED_FOR = timedelta(days=1)
"""As long as the bucket keeps files that nobody asked for."""
_FILE_KEY = ("body", "file_upload_dataset", "stored_object_key")


@dataclass(frozen=True, slots=True)
class AnnouncedFile:
    """A file that is to be sent."""

    name: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file is to be sent."""

    file_key: str
    """What the file is called from then on."""
    name: str
    url: str
    """Takes a PUT of as many bytes as were announced."""
    expires_at: str


@dataclass(frozen=True, slots=True)
class NewDataset:
    """A file that was sent, and the dataset that it shall be."""

    name: str
    file_key: str
    kind: str | None = None
    file_name: str | None = None
    """Overrides the announced one."""
    size: int | None = None
    """What the sender thinks it has sent, in bytes."""


def request_files(app: Application, caller: Caller, files: Sequence[AnnouncedFile]) -> list[FilePlace]:
    """A presigned PUT for each file, of just as many bytes as it was announced with. Raises `InvalidRequest`
    for a name of which nothing can be kept, and a file that is too large.
    """
    names = [kept_file_name(file.name) for file in files]
    problems = [
        Problem(("body", "files", n, "file_name"), "is no file's name")
        for n, name in enumerate(names)
        if name is None
    ]
    problems += [
        Problem(
            ("body", "files", n, "file_size"),
            f"is {file.size:,}; {MAXIMUM_BYTES:,} are allowed, and more by {_ANOTHER_WAY}",
        )
        for n, file in enumerate(files)
        if file.size > MAXIMUM_BYTES
    ]
    if problems:
        raise InvalidRequest(problems)
    expires_at = _presigned_until(app)
    places = []
    for file, name in zip(files, names, strict=True):
        file_key = _announce(app, caller, name or "", file.size)
        url = app.store.objects.presign_put(
            layout.incoming_file(caller.organization, file_key),
            seconds=app.settings.presign_seconds,
            size=file.size,
        )
        places.append(FilePlace(file_key, file.name, url, expires_at))
    return places


def create(app: Application, caller: Caller, new: NewDataset, fingerprint: str) -> EvaluationDataset:
    """Read a file that was sent into a benchmark of its own. The same request again (`fingerprint`) gives the
    same dataset, and so do the same questions under the same name.

    Raises `InvalidUpload` for what the file holds, `InvalidRequest` for a file that is not there.
    """
    if (known := _made_before(app, caller, fingerprint)) is not None:
        return known
    try:
        dataset = _read(app, caller, new, _announced(app, caller, new))
        record = repetition_record(app, caller, "dataset", fingerprint)
        app.store.evaluation_datasets.add(dataset, record)
    except (InvalidRequest, IdempotencyKeyUsed):
        # The same request, sent again while this one was read, was faster and has used the file up.
        if (known := _made_before(app, caller, fingerprint)) is not None:
            return known
        raise
    outcome = {
        "benchmark_id": dataset.benchmark_id,
        "version": dataset.version,
        "count": dataset.row_count,
    }
    app.store.uploads.finish(caller.organization, new.file_key, Status.READY, outcome)
    app.store.objects.delete(layout.incoming_file(caller.organization, new.file_key))
    return dataset


def list_all(app: Application, caller: Caller) -> list[EvaluationDataset]:
    """The latest version of each of the organization's benchmarks, and versions that were sent as files,
    oldest first. Of many the newest.
    """
    organization = caller.organization
    latest = {_uuid(found): found for found in app.store.benchmarks.list_latest(organization)}
    there = {found.benchmark_id for found in latest.values()}
    sent = {
        dataset.dataset_id: dataset
        for dataset in app.store.evaluation_datasets.list_all(organization)
        if dataset.benchmark_id in there
    }
    others = [_of_benchmark(found) for uuid, found in latest.items() if uuid not in sent]
    found = sorted([*sent.values(), *others], key=lambda dataset: dataset.created_at)
    return found[-MOST_LISTED:]


def find(app: Application, organization: str, dataset_id: str) -> tuple[EvaluationDataset, Benchmark] | None:
    """A dataset and the benchmark version that it is; None when there is none, or it was deleted."""
    sent = app.store.evaluation_datasets.find(organization, dataset_id)
    place = (sent.benchmark_id, sent.version) if sent else _look_for(app, organization, dataset_id)
    benchmark = app.store.benchmarks.find(organization, *place) if place else None
    return None if benchmark is None else (sent or _of_benchmark(benchmark), benchmark)


def of_cases(
    app: Application, caller: Caller, cases: Iterable[EvaluationCase]
) -> dict[str, EvaluationDataset]:
    """The datasets of test cases by their UUIDs; those that were deleted are not among them."""
    places = {case.dataset_id: (case.benchmark_id, case.benchmark_version) for case in cases}
    there = app.store.benchmarks.find_many(caller.organization, list(places.values()))
    found = {_uuid(benchmark): _of_benchmark(benchmark) for benchmark in there}
    sent = app.store.evaluation_datasets.find_many(caller.organization, list(found))
    return found | {dataset.dataset_id: dataset for dataset in sent}


def delete(app: Application, caller: Caller, dataset_id: str) -> None:
    """Delete a dataset, which is its benchmark. Raises `NotFound`, or `Conflict` while it is being evaluated
    on, and for a benchmark of several versions.
    """
    dataset, benchmark = _get(app, caller, dataset_id)
    if app.store.benchmarks.latest_version(caller.organization, benchmark.benchmark_id) != 1:
        raise Conflict(
            f"it is version {benchmark.version} of the benchmark {benchmark.benchmark_id}, whose versions go "
            "together; DELETE /api/v3/benchmark/... deletes them"
        )
    benchmarks.delete(app, caller, benchmark.benchmark_id)
    app.store.evaluation_datasets.delete(caller.organization, dataset.dataset_id)


def download_url(app: Application, caller: Caller, dataset_id: str) -> tuple[str, str]:
    """A presigned URL of the file as it was sent, and when it expires. Where no file was kept, it gets the
    questions as JSON Lines. Raises `NotFound`.
    """
    dataset, benchmark = _get(app, caller, dataset_id)
    key, name = benchmark.questions_key, f"{dataset.name}.jsonl"
    if dataset.file_name is not None:
        key, name = layout.benchmark_file(benchmark.questions_key), dataset.file_name
    url = app.store.objects.presign_download(
        key,
        seconds=app.settings.presign_seconds,
        disposition=attachment(name),
        content_type=CONTENT_TYPES[questions.guess_format(name, b"")],
    )
    return url, _presigned_until(app)


def _presigned_until(app: Application) -> str:
    """When a URL that is signed now expires."""
    return timestamp(app.clock() + timedelta(seconds=app.settings.presign_seconds))


def _get(app: Application, caller: Caller, dataset_id: str) -> tuple[EvaluationDataset, Benchmark]:
    found = find(app, caller.organization, dataset_id)
    if found is None:
        raise NotFound(NOUN, dataset_id)
    return found


def _made_before(app: Application, caller: Caller, fingerprint: str) -> EvaluationDataset | None:
    """What the same request made before, unless it was deleted."""
    before = made_before(app, caller, "dataset", fingerprint)
    found = find(app, caller.organization, before.evaluation_id) if before else None
    return found[0] if found else None


def _announce(app: Application, caller: Caller, name: str, size: int) -> str:
    """Remember a file that is to come; gives its key."""
    file_key = new_id("upload", app.clock())
    purpose = {"kind": _KIND, "file_name": name, "size": size}
    app.store.uploads.add(
        caller.organization,
        file_key,
        {"purpose": purpose, "key_id": caller.key_id, "created_at": app.now()},
        expires_at=int((app.clock() + _REMEMBERED_FOR).timestamp()),
    )
    return file_key


def _announced(app: Application, caller: Caller, new: NewDataset) -> Item:
    """What is remembered of a file that a request names. Raises `InvalidRequest`."""
    item = app.store.uploads.find(caller.organization, new.file_key)
    if item is None or item["purpose"]["kind"] != _KIND:
        message = "is not an object_key that file_upload_presigned_urls gave out, or an old one"
        raise InvalidRequest(Problem(_FILE_KEY, message, "not_found"))
    if item["status"] != Status.PROCESSING.value:
        message = "names a file that is a dataset already; send it again for another one"
        raise InvalidRequest(Problem(_FILE_KEY, message))
    size = item["purpose"]["size"]
    if new.size not in (None, size):
        message = f"is {new.size:,}, but the file was announced with {size:,} bytes"
        raise InvalidRequest(Problem(("body", "file_upload_dataset", "size_in_bytes"), message))
    return item


def _read(app: Application, caller: Caller, new: NewDataset, item: Item) -> EvaluationDataset:
    """The file as a benchmark, and kept beside it as it is."""
    organization = caller.organization
    name = kept_file_name(new.file_name or "") or item["purpose"]["file_name"]
    benchmark_id = new_id("bench", app.clock())
    key = layout.questions(organization, benchmark_id, new_id("content", app.clock()))
    chunks = app.store.objects.stream(layout.incoming_file(organization, new.file_key))
    try:
        first = next(chunks, b"")
    except KeyError:
        message = "names a file that has not arrived; PUT it to its presigned_url first"
        raise InvalidRequest(Problem(_FILE_KEY, message, "not_found")) from None
    seen = _Seen()
    file_format = questions.guess_format(name, first)
    try:
        with app.store.objects.writer(layout.benchmark_file(key), CONTENT_TYPES[file_format]) as copy:
            parsed = questions.read_questions(
                _copied(chain([first], chunks), copy), file_format, aliases=DATASET_ALIASES
            )
            benchmark = benchmarks.take_in_apart(
                app,
                caller,
                NewBenchmark(name=new.name),
                seen.through(parsed),
                questions_key=key,
                benchmark_id=benchmark_id,
                spare_name=_spare_name(new),
            )
    except Exception:
        app.store.objects.delete_prefix(layout.benchmark_prefix(organization, benchmark_id))
        raise
    if benchmark.benchmark_id == benchmark_id:
        return _of_file(benchmark, new, name, item["purpose"]["size"], seen)
    app.store.objects.delete_prefix(layout.benchmark_prefix(organization, benchmark_id))
    known = app.store.evaluation_datasets.find(organization, _uuid(benchmark))
    if known is None and app.store.objects.size(layout.benchmark_file(benchmark.questions_key)) is not None:
        # Somebody read this file before us, and was cut off.
        return _of_file(benchmark, new, name, item["purpose"]["size"], seen)
    return known or replace(_of_benchmark(benchmark), kind=new.kind, has_expected_answers=seen.expected)


def _of_file(
    benchmark: Benchmark, new: NewDataset, file_name: str, size: int, seen: _Seen
) -> EvaluationDataset:
    return replace(
        _of_benchmark(benchmark),
        name=new.name,
        kind=new.kind,
        has_expected_answers=seen.expected,
        file_name=file_name,
        file_bytes=size,
    )


def _of_benchmark(benchmark: Benchmark) -> EvaluationDataset:
    """A benchmark version as a dataset of which no more is known."""
    return EvaluationDataset(
        organization=benchmark.organization,
        dataset_id=_uuid(benchmark),
        name=benchmark.name,
        benchmark_id=benchmark.benchmark_id,
        version=benchmark.version,
        row_count=benchmark.question_count,
        created_at=benchmark.created_at,
    )


def _uuid(benchmark: Benchmark) -> str:
    return _uuid_of(benchmark.organization, benchmark.benchmark_id, benchmark.version)


def _uuid_of(organization: str, benchmark_id: str, version: int) -> str:
    return derived_uuid("dataset", organization, benchmark_id, str(version))


def _look_for(app: Application, organization: str, dataset_id: str) -> tuple[str, int] | None:
    """The benchmark version that a UUID is derived from. A benchmark that came in another way has nothing
    stored under it, so all of them are tried.
    """
    return next(
        (
            (benchmark_id, version)
            for benchmark_id, latest in app.store.benchmarks.latest_versions(organization)
            for version in range(latest, 0, -1)
            if _uuid_of(organization, benchmark_id, version) == dataset_id
        ),
        None,
    )


def _spare_name(new: NewDataset) -> str:
    """What a benchmark is called whose name is taken; the same for the same file."""
    mark = f" ({derived_uuid('file', new.file_key)[:8]})"
    return new.name[: MAXIMUM_NAME - len(mark)] + mark


class _Seen:
    """What is noticed of questions while they pass by."""

    def __init__(self) -> None:
        self.expected = False

    def through(self, parsed: Iterable[Question]) -> Iterator[Question]:
        for question in parsed:
            if question.ordinal > MOST_ROWS:
                raise InvalidUpload(f"there are more than {MOST_ROWS:,} rows; {_ANOTHER_WAY} takes a million")
            self.expected = self.expected or question.expected_answer is not None
            yield question


def _copied(chunks: Iterable[bytes], out: ObjectWriter) -> Iterator[bytes]:
    for chunk in chunks:
        out.write(chunk)
        yield chunk
