"""Routes of benchmarks and of uploaded files."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of, header_of, query_of

from evaluations_api.uploading import answer_upload
from marksheet import benchmarks, uploads
from marksheet.application import application
from marksheet.dialects import nugen
from marksheet.errors import InvalidUpload

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/api/v3/benchmark/upload")
def upload_benchmark() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = nugen.decode_benchmark_upload(body_of(event), header_of(event, "Content-Type") or "")
    new = benchmarks.NewBenchmark(**request.benchmark._asdict())
    try:
        benchmark, questions = benchmarks.upload(application(), caller, new, request.content, request.format)
    except InvalidUpload as error:
        raise request.located(error) from None
    return answer(nugen.encode_uploaded_benchmark(benchmark, questions))


@router.post("/api/v3/benchmark/upload-url")
def request_upload() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = nugen.decode_upload_request(body_of(event))
    new = benchmarks.NewBenchmark(**request.benchmark._asdict())
    upload = benchmarks.request_upload(application(), caller, new, request.format)
    return answer_upload(upload)


@router.get("/api/v3/benchmark/uploads/<upload_id>")
def get_upload(upload_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    found = uploads.status(application(), caller, nugen.decode_id("Upload", upload_id))
    return answer(nugen.encode_upload_status(**asdict(found)))


@router.get("/api/v3/benchmark/list")
@router.get("/api/v3/benchmark/list/")
def list_benchmarks() -> Response[str]:
    caller = caller_of(router.current_event, READ)
    return answer(nugen.encode_benchmark_list(benchmarks.list_all(application(), caller)))


@router.get("/api/v3/benchmark/status/<benchmark_id>")
def get_benchmark_status(benchmark_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    found = benchmarks.get(application(), caller, nugen.decode_id("Benchmark", benchmark_id))
    return answer(nugen.encode_benchmark_status(found))


@router.get("/api/v3/benchmark/<benchmark_id>")
def get_benchmark(benchmark_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    version = nugen.decode_version(query_of(event))
    found = benchmarks.get(application(), caller, nugen.decode_id("Benchmark", benchmark_id), version)
    return answer(nugen.encode_benchmark(found))


@router.get("/api/v3/benchmark/<benchmark_id>/versions")
def list_versions(benchmark_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    identifier = nugen.decode_id("Benchmark", benchmark_id)
    found = benchmarks.versions(application(), caller, identifier)
    return answer(nugen.encode_benchmark_versions(identifier, found))


@router.delete("/api/v3/benchmark/<benchmark_id>")
def delete_benchmark(benchmark_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    identifier = nugen.decode_id("Benchmark", benchmark_id)
    benchmarks.delete(application(), caller, identifier)
    return answer(nugen.encode_deleted("benchmark", identifier))
