"""Routes of grading jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, FileResponse, answer, body_of, caller_of, header_of, query_of, size_of

from marksheet import grading_jobs
from marksheet.application import application
from marksheet.dialects import doteval
from marksheet.evaluations import progress
from marksheet.instant_grading import LARGEST_ANSWER_BYTES

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v1/eval/jobs")
def create_job() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    idempotency_key = doteval.decode_idempotency_key(header_of(event, "Idempotency-Key"))
    request, submissions = doteval.decode_job(body_of(event))
    app = application()
    new = grading_jobs.NewJob(
        request.eval_spec_id, request.version, request.model, request.name, request.max_cost_usd
    )
    if submissions is None:
        job, upload = grading_jobs.request_upload(
            app, caller, new, idempotency_key=idempotency_key, fingerprint=request.fingerprint
        )
        body = doteval.encode_job_upload(
            _encode(job),
            url=upload.post.url,
            fields=upload.post.fields,
            expires_seconds=upload.expires_seconds,
            maximum_bytes=upload.maximum_bytes,
        )
        return answer(body)
    made = grading_jobs.create(
        app, caller, new, submissions, idempotency_key=idempotency_key, fingerprint=request.fingerprint
    )
    return answer(_encode(made))


@router.get("/v1/eval/jobs")
def list_jobs() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    page = doteval.decode_job_list(query_of(event))
    found, total = grading_jobs.list_page(application(), caller, limit=page.limit, offset=page.offset)
    body = doteval.encode_job_list(map(_encode, found), total=total, limit=page.limit, offset=page.offset)
    return answer(body)


@router.get("/v1/eval/jobs/<job_id>")
def get_job(job_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    app = application()
    job = grading_jobs.get(app, caller, doteval.decode_id("Grading job", job_id))
    found = grading_jobs.result(app, job)
    body = doteval.encode_job_result(_encode(job))
    if found is not None:
        body = doteval.encode_job_result(body, summary=found.summary, results=found.body, url=found.url)
    if job.evaluation and body["results"] is not None and size_of(body) > LARGEST_ANSWER_BYTES:
        # Small as a file; within an answer its quotes are written with a backslash more.
        body |= {"results": None, "results_url": grading_jobs.results_url(app, job.evaluation)}
    return answer(body)


@router.get("/v1/eval/jobs/<job_id>/results")
def download_job(job_id: str) -> Response[bytes]:
    caller = caller_of(router.current_event, READ)
    job, found = grading_jobs.download(application(), caller, doteval.decode_id("Grading job", job_id))
    if found.url is not None:
        headers = {"Location": found.url, "Cache-Control": "no-store"}
        return FileResponse(status_code=307, body=b"", headers=headers)
    headers = {
        "Content-Type": "application/json",
        "Content-Disposition": f"attachment; filename={grading_jobs.file_name(job.job_id)}",
    }
    return FileResponse(status_code=200, headers=headers, body=found.body)


@router.post("/v1/eval/jobs/<job_id>/cancel")
def cancel_job(job_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    job = grading_jobs.cancel(application(), caller, doteval.decode_id("Grading job", job_id))
    return answer(_encode(job))


@router.post("/v1/eval/jobs/<job_id>/resume")
def resume_job(job_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = doteval.decode_job_resume(body_of(event))
    identifier = doteval.decode_id("Grading job", job_id)
    return answer(_encode(grading_jobs.resume(application(), caller, identifier, request.max_cost_usd)))


@router.delete("/v1/eval/jobs/<job_id>")
def delete_job(job_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    identifier = doteval.decode_id("Grading job", job_id)
    grading_jobs.delete(application(), caller, identifier)
    return answer(doteval.encode_deleted("grading job", identifier))


def _encode(job: grading_jobs.Job) -> dict[str, Any]:
    graded = progress(job.evaluation, application().clock()).completed if job.evaluation else 0
    fields = {name: getattr(job, name) for name in grading_jobs.Job.__slots__}
    return doteval.encode_job(**fields, rows_graded=graded)
