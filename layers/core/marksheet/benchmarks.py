"""Benchmarks: upload, list, look at, delete. A version is immutable; an upload under a known name makes the
next one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from marksheet import questions, scoring, uploads
from marksheet.citations import cite_from
from marksheet.domain import Benchmark, Caller, DomainRule, Question, ScorerSpec, Status
from marksheet.errors import Conflict, InvalidRequest, NotFound, Problem
from marksheet.identifiers import new_id
from marksheet.store import layout
from marksheet.store.items import from_rule, from_scorer, to_scorer
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from marksheet.application import Application
    from marksheet.questions import Format

MAXIMUM_NAME = 200
MAXIMUM_CITED_BYTES = 32 << 20
"""What the questions of a request may cite together; they are held whole, unlike those of a file to come."""


@dataclass(frozen=True, slots=True)
class NewBenchmark:
    """A benchmark as somebody wants to upload it, without its questions."""

    name: str
    description: str | None = None
    document_ids: tuple[str, ...] = ()
    dataset_id: str | None = None
    """Whose documents its questions may cite."""
    scorers: tuple[ScorerSpec, ...] = ()
    """Empty takes `scoring.DEFAULT_SPECS`."""
    domain_rules: tuple[DomainRule, ...] = ()
    prompt_template: str | None = None
    system_prompt: str | None = None


def upload(
    app: Application, caller: Caller, new: NewBenchmark, content: bytes, file_format: Format
) -> tuple[Benchmark, list[Question]]:
    """Take in a benchmark that fits a request; gives it back with its questions.

    Raises `InvalidUpload`, or `InvalidRequest` for a name or dataset that cannot be.
    """
    _check(app, caller, new)
    cite = cite_from(
        app,
        caller.organization,
        new.dataset_id,
        most_bytes=MAXIMUM_CITED_BYTES,
        otherwise="send the file by POST /api/v3/benchmark/upload-url",
    )
    parsed = list(questions.read_questions([content], file_format, cite))
    return _keep(app, caller, new, parsed), parsed


def request_upload(
    app: Application, caller: Caller, new: NewBenchmark, file_format: Format
) -> uploads.Upload:
    """A presigned POST for a benchmark's file of any size. Raises `InvalidRequest`."""
    _check(app, caller, new)
    purpose = {
        "kind": "benchmark",
        "name": new.name,
        "description": new.description,
        "document_ids": list(new.document_ids),
        "dataset_id": new.dataset_id,
        "scorers": [from_scorer(spec) for spec in new.scorers],
        "domain_rules": [from_rule(rule) for rule in new.domain_rules],
        "prompt_template": new.prompt_template,
        "system_prompt": new.system_prompt,
    }
    return uploads.request(app, caller, purpose, file_format)


def take_in(
    app: Application,
    caller: Caller,
    purpose: Mapping[str, Any],
    chunks: Iterator[bytes],
    file_format: Format,
) -> dict[str, Any]:
    """Keep an uploaded file as a version. Raises `InvalidUpload`, also when its dataset was deleted since the
    file was announced.
    """
    new = NewBenchmark(
        name=purpose["name"],
        description=purpose["description"],
        document_ids=tuple(purpose["document_ids"]),
        # Files that were announced by a former version of this code say nothing of it.
        dataset_id=purpose.get("dataset_id"),
        scorers=tuple(map(to_scorer, purpose["scorers"])),
        domain_rules=tuple(DomainRule(**rule) for rule in purpose["domain_rules"]),
        prompt_template=purpose["prompt_template"],
        system_prompt=purpose["system_prompt"],
    )
    cite = cite_from(
        app,
        caller.organization,
        new.dataset_id,
        most_bytes=uploads.MAXIMUM_BYTES,
        otherwise="cut the file into several benchmarks",
    )
    kept = _keep(app, caller, new, questions.read_questions(chunks, file_format, cite))
    return {"benchmark_id": kept.benchmark_id, "version": kept.version, "count": kept.question_count}


def take_in_apart(
    app: Application,
    caller: Caller,
    new: NewBenchmark,
    parsed: Iterable[Question],
    *,
    questions_key: str,
    benchmark_id: str,
    spare_name: str,
) -> Benchmark:
    """Keep questions as a benchmark of their own, never as a later version of another: where the name is
    taken it is called `spare_name`.

    The same questions under the same name are the benchmark that is there. Raises `InvalidUpload`,
    `InvalidRequest`, or `Conflict` when both names are taken.
    """
    _check(app, caller, new)
    stored = uploads.keep_questions(app.store.objects, questions_key, parsed)
    candidate = _candidate(app, caller, new, benchmark_id, stored)
    for name in (new.name, spare_name):
        version = replace(candidate, name=name)
        try:
            app.store.benchmarks.add_version(version)
            return version
        except ConditionFailed:
            known_id = app.store.benchmarks.find_id(caller.organization, name) or ""
            latest = app.store.benchmarks.find(caller.organization, known_id)
            if latest is not None and _same(latest, replace(version, benchmark_id=known_id)):
                return latest
    raise Conflict(f"there is another benchmark named {spare_name!r}; choose another name")


def list_all(app: Application, caller: Caller) -> list[Benchmark]:
    """The latest version of each of the organization's benchmarks, oldest benchmark first."""
    return list(app.store.benchmarks.list_latest(caller.organization))


def get(app: Application, caller: Caller, benchmark_id: str, version: int | None = None) -> Benchmark:
    """A version, or the latest. Raises `NotFound`."""
    benchmark = app.store.benchmarks.find(caller.organization, benchmark_id, version)
    if benchmark is None:
        raise NotFound("Benchmark", benchmark_id)
    return benchmark


def versions(app: Application, caller: Caller, benchmark_id: str) -> list[Benchmark]:
    """All versions, first to last. Raises `NotFound`."""
    found = list(app.store.benchmarks.versions(caller.organization, benchmark_id))
    if not found:
        raise NotFound("Benchmark", benchmark_id)
    return found


def delete(app: Application, caller: Caller, benchmark_id: str) -> Benchmark:
    """Delete all versions. Raises `NotFound`, or `Conflict` while an evaluation is using one."""
    benchmark = get(app, caller, benchmark_id)
    _, running = app.store.evaluations.list_page(
        caller.organization,
        statuses=[Status.PROCESSING],
        model_id=None,
        benchmark_id=benchmark_id,
        offset=0,
        limit=0,
    )
    if running:
        raise Conflict(f"{running} evaluation(s) on this benchmark are still running; cancel them or wait")
    app.store.benchmarks.delete(caller.organization, benchmark_id)
    app.store.objects.delete_prefix(layout.benchmark_prefix(caller.organization, benchmark_id))
    return benchmark


def _check(app: Application, caller: Caller, new: NewBenchmark) -> None:
    if not new.name.strip() or len(new.name) > MAXIMUM_NAME or not new.name.isprintable():
        raise InvalidRequest(
            Problem(("body", "name"), f"use 1 to {MAXIMUM_NAME} printable characters on one line")
        )
    dataset_id = new.dataset_id
    if dataset_id is not None and app.store.datasets.find(caller.organization, dataset_id) is None:
        message = f"there is no dataset {dataset_id!r}; create it first"
        raise InvalidRequest(Problem(("body", "dataset_id"), message, "not_found"))


def _keep(app: Application, caller: Caller, new: NewBenchmark, parsed: Any) -> Benchmark:
    """Store the questions, then the version that points at them; the same content twice is one version."""
    organization = caller.organization
    known_id = app.store.benchmarks.find_id(organization, new.name)
    benchmark_id = known_id or new_id("bench", app.clock())
    key = layout.questions(organization, benchmark_id, new_id("content", app.clock()))
    stored = uploads.keep_questions(app.store.objects, key, parsed)
    candidate = _candidate(app, caller, new, benchmark_id, stored)
    for _ in range(5):
        latest = app.store.benchmarks.find(organization, benchmark_id)
        if latest is not None and _same(latest, candidate):
            app.store.objects.delete(stored.key)
            app.store.objects.delete(layout.offsets(stored.key))
            return latest
        version = replace(candidate, version=latest.version + 1 if latest else 1)
        try:
            app.store.benchmarks.add_version(version)
            return version
        except ConditionFailed:
            # Somebody else made a version, or claimed the name, in between.
            claimed = app.store.benchmarks.find_id(organization, new.name)
            benchmark_id = claimed or benchmark_id
            candidate = replace(candidate, benchmark_id=benchmark_id)
    raise Conflict("other uploads of this benchmark keep coming in between, try again")


def _candidate(
    app: Application, caller: Caller, new: NewBenchmark, benchmark_id: str, stored: uploads.StoredQuestions
) -> Benchmark:
    """The first version of a benchmark with these questions."""
    return Benchmark(
        organization=caller.organization,
        benchmark_id=benchmark_id,
        version=1,
        name=new.name,
        status=Status.READY,
        question_count=stored.count,
        sha256=stored.sha256,
        questions_key=stored.key,
        scorers=new.scorers or scoring.DEFAULT_SPECS,
        created_at=app.now(),
        description=new.description,
        document_ids=new.document_ids,
        dataset_id=new.dataset_id,
        domain_rules=new.domain_rules,
        prompt_template=new.prompt_template,
        system_prompt=new.system_prompt,
    )


def _same(latest: Benchmark, candidate: Benchmark) -> bool:
    """Whether two versions differ in nothing but number, time and place."""
    return latest == replace(
        candidate,
        version=latest.version,
        created_at=latest.created_at,
        questions_key=latest.questions_key,
    )
