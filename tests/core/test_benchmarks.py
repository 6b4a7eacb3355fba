from __future__ import annotations

import json
from typing import Any

import pytest

from marksheet import benchmarks, datasets, evaluations, uploads
from marksheet.application import Application
from marksheet.benchmarks import NewBenchmark
from marksheet.domain import Caller, Dataset, DomainRule, Role, ScorerSpec, Status
from marksheet.errors import Conflict, InvalidRequest, InvalidUpload, NotFound
from marksheet.evaluations import CreateEvaluation
from marksheet.ingesting import ingest_upload
from marksheet.questions import decode_question
from marksheet.scoring import DEFAULT_SPECS
from marksheet.store import layout

ROWS = json.dumps([{"question": "1 + 1?", "answer": "2"}, {"question": "2 + 2?", "answer": "4"}]).encode()

LOG = "# Log of Neris\n\n## Tides\n\nHigh water at noon.\n\n## Winds\n\nWesterly.\n"
CITING = json.dumps(
    {"question": "When is high water?", "context": ["On Neris.", {"document": "log.md", "section": "Tides"}]}
).encode()


@pytest.fixture
def logbook(app: Application, caller: Caller) -> Dataset:
    """A dataset of one document, `log.md`."""
    dataset = datasets.create(app, caller, "logbook")
    add_document(app, caller, dataset, LOG)
    return dataset


def add_document(app: Application, caller: Caller, dataset: Dataset, text: str) -> str:
    """A READY document `log.md` of this text; gives its id."""
    requested = datasets.request_document(app, caller, dataset.dataset_id, "log.md").document
    place = (caller.organization, dataset.dataset_id, requested.document_id)
    app.store.objects.write(layout.markdown_object(*place), text.encode())
    app.store.objects.write(layout.extraction_facts(*place), b'{"status": "READY", "mime": "text/markdown"}')
    datasets.record_extraction(app, layout.extraction_facts(*place))
    return requested.document_id


def test_an_upload_is_version_one_and_ready(app: Application, caller: Caller) -> None:
    benchmark, questions = benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")
    assert (benchmark.version, benchmark.status, benchmark.question_count) == (1, Status.READY, 2)
    assert [question.question_id for question in questions] == ["1", "2"]
    assert benchmarks.get(app, caller, benchmark.benchmark_id) == benchmark


def test_a_benchmark_that_names_no_scorers_has_the_default_ones(app: Application, caller: Caller) -> None:
    assert benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")[0].scorers == DEFAULT_SPECS


def test_settings_are_kept(app: Application, caller: Caller) -> None:
    new = NewBenchmark(
        "sums",
        description="adding",
        document_ids=("d1",),
        scorers=(ScorerSpec("numeric", Role.CORRECTNESS, {"tolerance": 0.5}),),
        domain_rules=(DomainRule("short", max_characters=10),),
        prompt_template="Q: {question}",
        system_prompt="Add.",
    )
    benchmark, _ = benchmarks.upload(app, caller, new, ROWS, "json")
    found = benchmarks.get(app, caller, benchmark.benchmark_id, 1)
    assert found == benchmark
    assert found.domain_rules == new.domain_rules


def test_the_same_content_again_is_the_same_version(app: Application, caller: Caller) -> None:
    first, _ = benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")
    lines = b'{"question":"1 + 1?","answer":"2"}\r\n\r\n{"answer":"4","question":"2 + 2?"}'
    second, _ = benchmarks.upload(app, caller, NewBenchmark("sums"), lines, "jsonl")
    assert first == second


def test_other_content_under_the_name_is_the_next_version_and_leaves_the_first(
    app: Application, caller: Caller
) -> None:
    first, _ = benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")
    second, _ = benchmarks.upload(app, caller, NewBenchmark("sums"), b'{"question":"3?"}', "jsonl")
    assert (second.benchmark_id, second.version) == (first.benchmark_id, 2)
    assert benchmarks.versions(app, caller, first.benchmark_id) == [first, second]
    assert benchmarks.list_all(app, caller) == [second]
    assert app.store.objects.read(first.questions_key).count(b"\n") == 2


def test_other_scorers_alone_make_a_version_too(app: Application, caller: Caller) -> None:
    benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")
    new = NewBenchmark("sums", scorers=(ScorerSpec("includes", Role.CORRECTNESS),))
    assert benchmarks.upload(app, caller, new, ROWS, "json")[0].version == 2


def test_a_broken_file_stores_nothing(app: Application, caller: Caller) -> None:
    lines = b'{"question":"1?"}\n' * 6 + b"{nonsense}\n"
    with pytest.raises(InvalidUpload) as refused:
        benchmarks.upload(app, caller, NewBenchmark("sums"), lines, "jsonl")
    assert refused.value.line == 7
    assert benchmarks.list_all(app, caller) == []


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]"])
def test_an_empty_benchmark_is_refused(app: Application, caller: Caller, content: bytes) -> None:
    file_format = "json" if content == b"[]" else "jsonl"
    with pytest.raises(InvalidUpload, match="question"):
        benchmarks.upload(app, caller, NewBenchmark("sums"), content, file_format)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "two\nlines", "\x1b[31mred", "nul\x00"])
def test_a_name_has_1_to_200_printable_characters(app: Application, caller: Caller, name: str) -> None:
    with pytest.raises(InvalidRequest, match="name"):
        benchmarks.upload(app, caller, NewBenchmark(name), ROWS, "json")


def test_a_file_sent_by_presigned_post_becomes_a_version(app: Application, caller: Caller) -> None:
    upload = benchmarks.request_upload(app, caller, NewBenchmark("sums", description="adding"), "csv")
    assert uploads.status(app, caller, upload.upload_id).status is Status.PROCESSING
    key = layout.upload_object("acme", upload.upload_id)
    app.store.objects.write(key, b"\xef\xbb\xbfquestion,answer\r\n1 + 1?,2\r\n")
    ingest_upload(app, key)
    status = uploads.status(app, caller, upload.upload_id)
    assert (status.status, status.version, status.count) == (Status.READY, 1, 1)
    assert status.benchmark_id is not None
    assert benchmarks.get(app, caller, status.benchmark_id).description == "adding"
    assert app.store.objects.find(key) is None


def test_a_second_delivery_of_an_upload_changes_nothing(app: Application, caller: Caller) -> None:
    upload = benchmarks.request_upload(app, caller, NewBenchmark("sums"), "jsonl")
    key = layout.upload_object("acme", upload.upload_id)
    for _ in range(2):
        app.store.objects.write(key, b'{"question":"1?"}')
        ingest_upload(app, key)
    (benchmark,) = benchmarks.list_all(app, caller)
    assert benchmark.version == 1


def test_a_broken_file_sent_by_presigned_post_fails_with_line_and_field(
    app: Application, caller: Caller
) -> None:
    upload = benchmarks.request_upload(app, caller, NewBenchmark("sums"), "jsonl")
    key = layout.upload_object("acme", upload.upload_id)
    app.store.objects.write(key, b'{"question":"1?"}\n{"question":[]}')
    ingest_upload(app, key)
    status = uploads.status(app, caller, upload.upload_id)
    assert (status.status, status.line, status.field) == (Status.FAILED, 2, "question")
    assert status.error is not None
    assert benchmarks.list_all(app, caller) == []


@pytest.mark.parametrize("key", ["orgs/acme/benchmarks/x", "x"])
def test_an_object_that_is_no_upload_is_passed_over(app: Application, caller: Caller, key: str) -> None:
    app.store.objects.write(key, b"{}")
    ingest_upload(app, key)
    assert app.store.objects.find(key) == b"{}"


def test_uploads_and_benchmarks_of_others_do_not_exist(
    app: Application, caller: Caller, stranger: Caller
) -> None:
    benchmark, _ = benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")
    upload = benchmarks.request_upload(app, caller, NewBenchmark("sums"), "csv")
    with pytest.raises(NotFound):
        benchmarks.get(app, stranger, benchmark.benchmark_id)
    with pytest.raises(NotFound):
        benchmarks.versions(app, stranger, benchmark.benchmark_id)
    with pytest.raises(NotFound):
        benchmarks.delete(app, stranger, benchmark.benchmark_id)
    with pytest.raises(NotFound):
        uploads.status(app, stranger, upload.upload_id)
    other, _ = benchmarks.upload(app, stranger, NewBenchmark("sums"), ROWS, "json")
    assert other.benchmark_id != benchmark.benchmark_id


def test_a_deleted_benchmark_frees_its_name(app: Application, caller: Caller) -> None:
    first, _ = benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")
    benchmarks.delete(app, caller, first.benchmark_id)
    with pytest.raises(NotFound):
        benchmarks.get(app, caller, first.benchmark_id)
    assert app.store.objects.find(first.questions_key) is None
    second, _ = benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")
    assert (second.version, second.benchmark_id != first.benchmark_id) == (1, True)


def test_what_questions_cite_is_kept_with_the_version_whatever_becomes_of_the_dataset(
    app: Application, caller: Caller, logbook: Dataset
) -> None:
    new = NewBenchmark("tides", dataset_id=logbook.dataset_id)
    benchmark, (asked,) = benchmarks.upload(app, caller, new, CITING, "jsonl")
    assert asked.context == ("On Neris.", "## Tides\n\nHigh water at noon.")
    assert asked.sources == ("", "log.md")
    datasets.delete(app, caller, logbook.dataset_id)
    kept = benchmarks.get(app, caller, benchmark.benchmark_id)
    assert (kept, kept.dataset_id) == (benchmark, logbook.dataset_id)
    assert decode_question(app.store.objects.read(kept.questions_key)) == asked


def test_the_same_citation_of_a_changed_document_makes_the_next_version(
    app: Application, caller: Caller, logbook: Dataset
) -> None:
    new = NewBenchmark("tides", dataset_id=logbook.dataset_id)
    first, _ = benchmarks.upload(app, caller, new, CITING, "jsonl")
    again, _ = benchmarks.upload(app, caller, new, CITING, "jsonl")
    (document,) = datasets.list_documents(app, caller, logbook.dataset_id, 10).documents
    datasets.delete_document(app, caller, logbook.dataset_id, document.document_id)
    add_document(app, caller, logbook, LOG.replace("noon", "dawn"))
    changed, _ = benchmarks.upload(app, caller, new, CITING, "jsonl")
    assert (again, changed.version) == (first, 2)
    assert changed.sha256 != first.sha256


def test_the_same_text_cited_and_given_are_two_versions(
    app: Application, caller: Caller, logbook: Dataset
) -> None:
    new = NewBenchmark("tides", dataset_id=logbook.dataset_id)
    cited, (asked,) = benchmarks.upload(app, caller, new, CITING, "jsonl")
    row = json.dumps({"question": asked.question, "context": list(asked.context)})
    assert benchmarks.upload(app, caller, new, row.encode(), "jsonl")[0].sha256 != cited.sha256


def test_another_dataset_alone_makes_a_version_too(
    app: Application, caller: Caller, logbook: Dataset
) -> None:
    benchmarks.upload(app, caller, NewBenchmark("sums"), ROWS, "json")
    new = NewBenchmark("sums", dataset_id=logbook.dataset_id)
    assert benchmarks.upload(app, caller, new, ROWS, "json")[0].version == 2


def test_a_benchmark_without_a_dataset_cites_nothing(
    app: Application, caller: Caller, logbook: Dataset
) -> None:
    with pytest.raises(InvalidUpload, match="no dataset_id") as refused:
        benchmarks.upload(app, caller, NewBenchmark("tides"), CITING, "jsonl")
    assert (refused.value.line, refused.value.field) == (1, "context")


def test_a_dataset_has_to_exist_in_the_organization(
    app: Application, caller: Caller, stranger: Caller, logbook: Dataset
) -> None:
    for who, dataset_id in ((caller, "dataset-none"), (stranger, logbook.dataset_id)):
        new = NewBenchmark("tides", dataset_id=dataset_id)
        with pytest.raises(InvalidRequest) as refused:
            benchmarks.upload(app, who, new, CITING, "jsonl")
        assert refused.value.problems[0].location == ("body", "dataset_id")
        with pytest.raises(InvalidRequest, match="there is no dataset"):
            benchmarks.request_upload(app, who, new, "jsonl")


def test_an_uploaded_file_cites_too(app: Application, caller: Caller, logbook: Dataset) -> None:
    new = NewBenchmark("tides", dataset_id=logbook.dataset_id)
    upload = benchmarks.request_upload(app, caller, new, "jsonl")
    key = layout.upload_object("acme", upload.upload_id)
    app.store.objects.write(key, CITING)
    ingest_upload(app, key)
    status = uploads.status(app, caller, upload.upload_id)
    assert status.benchmark_id is not None, status
    kept = benchmarks.get(app, caller, status.benchmark_id)
    assert kept.dataset_id == logbook.dataset_id
    assert decode_question(app.store.objects.read(kept.questions_key)).sources == ("", "log.md")


def test_a_failed_citation_of_an_uploaded_file_is_told_with_line_and_field(
    app: Application, caller: Caller, logbook: Dataset
) -> None:
    new = NewBenchmark("tides", dataset_id=logbook.dataset_id)
    upload = benchmarks.request_upload(app, caller, new, "jsonl")
    key = layout.upload_object("acme", upload.upload_id)
    app.store.objects.write(key, CITING + b"\n" + CITING.replace(b"Tides", b"Stars"))
    ingest_upload(app, key)
    status = uploads.status(app, caller, upload.upload_id)
    assert (status.status, status.line, status.field, status.unit) == (Status.FAILED, 2, "context", "line")
    assert status.error is not None
    assert "no heading 'Stars'" in status.error


def test_a_file_whose_dataset_was_deleted_meanwhile_says_so(
    app: Application, caller: Caller, logbook: Dataset
) -> None:
    new = NewBenchmark("tides", dataset_id=logbook.dataset_id)
    upload = benchmarks.request_upload(app, caller, new, "jsonl")
    datasets.delete(app, caller, logbook.dataset_id)
    key = layout.upload_object("acme", upload.upload_id)
    app.store.objects.write(key, CITING)
    ingest_upload(app, key)
    status = uploads.status(app, caller, upload.upload_id)
    assert status.status is Status.FAILED
    assert status.error == f"the dataset '{logbook.dataset_id}' was deleted meanwhile"


def test_the_questions_of_a_request_cite_no_more_than_fits_and_say_what_to_do(
    app: Application, caller: Caller, logbook: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmarks, "MAXIMUM_CITED_BYTES", 2 * len("## Tides\n\nHigh water at noon."))
    new = NewBenchmark("tides", dataset_id=logbook.dataset_id)
    benchmarks.upload(app, caller, new, b"\n".join([CITING] * 2), "jsonl")
    with pytest.raises(InvalidUpload, match="upload-url") as refused:
        benchmarks.upload(app, caller, new, b"\n".join([CITING] * 3), "jsonl")
    assert (refused.value.line, refused.value.field) == (3, "context")


def test_a_benchmark_in_use_is_not_deleted(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.recorded("right", {"q1": "1"})
    benchmark = deployment.benchmark(1)
    evaluations.create(app, caller, CreateEvaluation("right", benchmark.benchmark_id))
    with pytest.raises(Conflict, match="still running"):
        benchmarks.delete(app, caller, benchmark.benchmark_id)


def test_offsets_find_any_stretch_of_questions(app: Application, deployment: Any) -> None:
    benchmark = deployment.benchmark(30)
    start, end = uploads.question_range(app.store.objects, benchmark.questions_key, 11, 13)
    lines = app.store.objects.read(benchmark.questions_key, start, end).splitlines()
    assert [json.loads(line)["question_id"] for line in lines] == ["q11", "q12", "q13"]
    assert len(uploads.question_offsets(app.store.objects, benchmark.questions_key)) == 31
