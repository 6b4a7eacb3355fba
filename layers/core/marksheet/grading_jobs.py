"""Grading jobs: rows of any number, graded by the state machine that runs evaluations.

A job is an evaluation whose questions bring their answers along and whose scorers are an eval spec. Leases,
checkpoints, write-once parts, budgets, cancel and resume are those of evaluations. A job whose rows come as
a file begins as that upload, under the id it will have.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from marksheet import eval_specs, evaluations, uploads
from marksheet.assembling import check_prices
from marksheet.domain import Benchmark, Evaluation, Model, ProviderName, Run, Status
from marksheet.errors import Conflict, IdempotencyMismatch, InvalidUpload, NotFinished, NotFound, TooLarge
from marksheet.evaluations import check_running, create_once
from marksheet.grading import graders_of, read_submissions
from marksheet.identifiers import new_id
from marksheet.judges import open_graders
from marksheet.sharding import shard_count, shard_size_for
from marksheet.store import layout
from marksheet.store.idempotency import IdempotencyKeyUsed
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from marksheet.application import Application
    from marksheet.domain import Caller, EvalSpec, Submission
    from marksheet.uploads import StoredQuestions

NOUN = "Grading job"
ARRIVES_WITHIN = timedelta(hours=1)
"""So long a job waits for its file; the form for it is good for a quarter of that."""
MOST_GRADES = 20_000_000
"""Of all rows together. To add them up takes 9 seconds a million, and the function that does it has 900."""
_SUBMISSIONS = "(submissions)"
"""Stands where an evaluation has its model. No model can be called so."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job as somebody wants to have it, without its rows."""

    spec_id: str
    version: int | None = None
    judge: str | None = None
    name: str | None = None
    max_cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its callers see it. Until its file was read there is no evaluation."""

    job_id: str
    status: Status
    spec_id: str
    version: int
    created_at: str
    name: str | None = None
    judge: str | None = None
    evaluation: Evaluation | None = None
    error: str | None = None
    line: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job came to so far: its totals, and its rows while they are small, else a URL that gets them."""

    summary: Mapping[str, Any]
    body: bytes | None
    url: str | None


def create(
    app: Application,
    caller: Caller,
    new: NewJob,
    submissions: Iterable[Submission],
    *,
    idempotency_key: str | None = None,
    fingerprint: str = "",
) -> Job:
    """Store rows, and start to grade them. `idempotency_key` and `fingerprint` are as for evaluations.

    Raises `NotFound`, `Forbidden`, `InvalidRequest` (no judge, or one without a price where there is a
    budget), or `TooLarge` for more grades than `MOST_GRADES`.
    """

    def assemble() -> Evaluation:
        spec = eval_specs.get(app, caller, new.spec_id, new.version)
        job_id = new_id("job", app.clock())
        return _assemble(app, caller, replace(new, version=spec.version), spec, job_id, submissions)

    made = create_once(
        app, caller, assemble, idempotency_key=idempotency_key, fingerprint=fingerprint, noun=NOUN
    )
    return _of_evaluation(made)


def request_upload(
    app: Application,
    caller: Caller,
    new: NewJob,
    *,
    idempotency_key: str | None = None,
    fingerprint: str = "",
) -> tuple[Job, uploads.Upload]:
    """A job to be, and the presigned POST for its rows. It starts when the file has arrived. The same key
    again gives the same job, with a new form. Raises as `create` does.
    """
    record = evaluations.idempotency_record(app, idempotency_key, fingerprint)
    used = app.store.idempotency.find(caller.organization, record.key, record.now) if record else None
    if used is None:
        check_running(app, caller)
        spec = eval_specs.get(app, caller, new.spec_id, new.version)
        _check(app, caller, new, spec)
        job_id = new_id("job", app.clock())
        purpose = {
            "kind": "submissions",
            "spec_id": spec.spec_id,
            "version": spec.version,
            "judge": new.judge,
            "name": new.name,
            "max_cost_usd": None if new.max_cost_usd is None else f"{new.max_cost_usd:f}",
        }
        try:
            upload = uploads.request(app, caller, purpose, "jsonl", upload_id=job_id, record=record)
            return get(app, caller, job_id), upload
        except IdempotencyKeyUsed as lost:
            used = lost
    if used.fingerprint != fingerprint:
        raise IdempotencyMismatch("this Idempotency-Key was used with another request") from None
    try:
        job = get(app, caller, used.evaluation_id)
    except NotFound as gone:
        raise Conflict("the grading job of this Idempotency-Key was deleted; use another key") from gone
    return job, uploads.presign(app, caller, job.job_id, "jsonl")


def take_in(
    app: Application, caller: Caller, job_id: str, purpose: Mapping[str, Any], chunks: Iterator[bytes]
) -> dict[str, Any]:
    """Start the job of an uploaded file. A second delivery finds it there, and only starts it; so does one
    that was overtaken by another, of the same file or of another one that was sent with the same form.

    Raises `InvalidUpload`, also when the job was deleted meanwhile, `LimitExceeded` and `TooLarge`.
    """
    there = app.store.evaluations.find(caller.organization, job_id)
    if there is None:
        # Forms are not counted, so the files of any number of them may arrive at once.
        check_running(app, caller)
        spec = app.store.eval_specs.find(caller.organization, purpose["spec_id"], purpose["version"])
        if spec is None:
            raise InvalidUpload("its eval spec was deleted before the rows had arrived")
        budget = purpose["max_cost_usd"]
        new = NewJob(
            spec.spec_id,
            spec.version,
            purpose["judge"],
            purpose["name"],
            None if budget is None else Decimal(budget),
        )
        there = _begin(app, _assemble(app, caller, new, spec, job_id, read_submissions(chunks)))
    evaluations.start(app, there)
    return {"count": there.total_questions}


def get(app: Application, caller: Caller, job_id: str) -> Job:
    """Raises `NotFound`."""
    try:
        return _of_evaluation(evaluations.get(app, caller, job_id, noun=NOUN))
    except NotFound:
        item = app.store.uploads.find(caller.organization, job_id)
        if item is None or item["purpose"]["kind"] != "submissions":
            raise
    purpose, outcome = item["purpose"], item.get("outcome", {})
    status, error = Status(item["status"]), outcome.get("error")
    if status is Status.PROCESSING and _waited(app, item["created_at"]) > ARRIVES_WITHIN:
        status, error = Status.FAILED, "its file did not arrive in time, or could not be read; begin anew"
    return Job(
        job_id=job_id,
        status=status,
        spec_id=purpose["spec_id"],
        version=purpose["version"],
        created_at=item["created_at"],
        name=purpose["name"],
        judge=purpose["judge"],
        error=error,
        line=outcome.get("line"),
        field=outcome.get("field"),
    )


def list_page(app: Application, caller: Caller, *, limit: int, offset: int) -> tuple[list[Job], int]:
    """One page of jobs, newest first, and how many there are. Those whose file has not arrived are not among
    them.
    """
    found, total = app.store.evaluations.list_page(
        caller.organization, statuses=None, model_id=None, jobs=True, offset=offset, limit=limit
    )
    return [_of_evaluation(evaluation) for evaluation in found], total


def result(app: Application, job: Job) -> JobResult | None:
    """What a job came to; None when there is nothing yet."""
    evaluation = job.evaluation
    if evaluation is None or evaluation.results_bytes is None:
        return None
    organization = evaluation.organization
    summary = orjson.loads(app.store.objects.read(layout.summary(organization, job.job_id)))
    if evaluation.results_bytes <= app.settings.inline_download_bytes:
        return JobResult(summary, app.store.objects.read(layout.results(organization, job.job_id)), None)
    return JobResult(summary, None, results_url(app, evaluation))


def results_url(app: Application, evaluation: Evaluation) -> str:
    """An address of a job's results file."""
    return app.store.objects.presign_download(
        layout.results(evaluation.organization, evaluation.evaluation_id),
        seconds=app.settings.presign_seconds,
        disposition=f"attachment; filename={file_name(evaluation.evaluation_id)}",
        content_type="application/json",
    )


def download(app: Application, caller: Caller, job_id: str) -> tuple[Job, JobResult]:
    """A job's results. Raises `NotFound`, or `NotFinished` where there are none."""
    job = get(app, caller, job_id)
    found = result(app, job)
    if found is None:
        if job.status is Status.PROCESSING:
            raise NotFinished("The grading job is not yet completed")
        place = f"line {job.line}, " if job.line is not None else ""
        field = f"field {job.field}: " if job.field is not None else ""
        raise NotFinished(f"The grading job did not complete: {place}{field}{job.error}")
    return job, found


def cancel(app: Application, caller: Caller, job_id: str) -> Job:
    """Raises `NotFound`, or `Conflict` when it is over, or has not begun."""
    if get(app, caller, job_id).evaluation is None:
        raise Conflict("the grading job waits for its file and has not begun; delete it instead")
    return _of_evaluation(evaluations.cancel(app, caller, job_id, noun=NOUN))


def resume(app: Application, caller: Caller, job_id: str, max_cost_usd: Decimal | None) -> Job:
    """Grade again what errored or was not reached. Raises `NotFound` or `Conflict`."""
    return _of_evaluation(evaluations.resume(app, caller, job_id, max_cost_usd=max_cost_usd, noun=NOUN))


def delete(app: Application, caller: Caller, job_id: str) -> None:
    """Delete a job and its rows for good; a running one is stopped. Raises `NotFound`.

    The upload goes first: without it no job begins any more. A deletion cut short can be repeated.
    """
    item = app.store.uploads.find(caller.organization, job_id)
    waited = item is not None and item["purpose"]["kind"] == "submissions"
    if waited:
        app.store.objects.delete(layout.upload_object(caller.organization, job_id))
        app.store.uploads.delete(caller.organization, job_id)
    try:
        evaluations.delete(app, caller, job_id, noun=NOUN)
    except NotFound:
        if not waited:
            raise


def file_name(job_id: str) -> str:
    return f"grading_results_{job_id}.json"


def _begin(app: Application, job: Evaluation) -> Evaluation:
    """Store the job of an uploaded file, once, unless it was deleted: give the one that stands."""
    organization, job_id = job.organization, job.evaluation_id
    try:
        app.store.evaluations.add(job, and_also=[app.store.uploads.to_begin(organization, job_id)])
    except ConditionFailed as lost:
        uploads.drop_questions(app.store.objects, job.benchmark.questions_key)
        there = app.store.evaluations.find(organization, job_id)
        if there is None:
            raise InvalidUpload("the grading job was deleted before its rows had been read") from lost
        return there
    return job


def _waited(app: Application, since: str) -> timedelta:
    return app.clock() - datetime.fromisoformat(since)


def _of_evaluation(evaluation: Evaluation) -> Job:
    spec = evaluation.eval_spec
    if spec is None:
        raise NotFound(NOUN, evaluation.evaluation_id)
    return Job(
        job_id=evaluation.evaluation_id,
        status=evaluation.status,
        spec_id=spec.spec_id,
        version=spec.version,
        created_at=evaluation.created_at,
        name=evaluation.name,
        judge=evaluation.judge,
        evaluation=evaluation,
        error=evaluation.error,
    )


def _check(app: Application, caller: Caller, new: NewJob, spec: EvalSpec) -> dict[str, Model]:
    """The judges of a job. Raises `InvalidRequest`."""
    graders, judges = open_graders(app, caller, spec, new.judge)
    if new.max_cost_usd is not None:
        # Those that give embeddings and nothing else need no price for completions.
        by_use: dict[bool, set[str]] = {True: set(), False: set()}
        for grader in graders:
            by_use[grader.kind == "text_similarity"].update(grader.models)
        check_prices(judges.values(), by_use[True] - by_use[False])
    return judges


def _check_grades(app: Application, stored: StoredQuestions, spec: EvalSpec, judge: str | None) -> None:
    """Drop rows that are too many for their graders. Raises `TooLarge`."""
    each = sum(1 + len(grader.named_parts) for grader in graders_of(spec, judge))
    if stored.count * each > MOST_GRADES:
        uploads.drop_questions(app.store.objects, stored.key)
        raise TooLarge(
            f"{stored.count:,} rows with {each} grades each, those of formulas' parts among them, are more "
            f"than the {MOST_GRADES:,} grades of a job; send the rows in several"
        )


def _assemble(
    app: Application,
    caller: Caller,
    new: NewJob,
    spec: EvalSpec,
    job_id: str,
    submissions: Iterable[Submission],
) -> Evaluation:
    """Keep the rows, and make the job of them."""
    judges = _check(app, caller, new, spec)
    organization, now = caller.organization, app.now()
    key = layout.submissions(organization, job_id, new_id("rows", app.clock()))
    stored = uploads.keep_questions(app.store.objects, key, submissions)
    _check_grades(app, stored, spec, new.judge)
    size = shard_size_for(stored.count)
    rows = Benchmark(
        organization=organization,
        benchmark_id=job_id,
        version=1,
        name=spec.name,
        status=Status.READY,
        question_count=stored.count,
        sha256=stored.sha256,
        questions_key=stored.key,
        scorers=(),
        created_at=now,
    )
    brought = Model(organization, _SUBMISSIONS, ProviderName.RECORDED, {}, Status.READY, now)
    run = Run(str(uuid.uuid4()), 0, brought, shards=shard_count(stored.count, size))
    return Evaluation(
        organization=organization,
        evaluation_id=job_id,
        status=Status.PROCESSING,
        benchmark=rows,
        runs=(run,),
        scorers=(),
        created_at=now,
        shard_size=size,
        name=new.name,
        judges=judges,
        max_cost_usd=new.max_cost_usd,
        eval_spec=spec,
        judge=new.judge,
    )
