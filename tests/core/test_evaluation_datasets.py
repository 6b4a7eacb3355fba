"""Datasets that agents are evaluated on, where requests meet each other or are cut off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from marksheet import evaluation_datasets
from marksheet.errors import Conflict, InvalidRequest, InvalidUpload
from marksheet.evaluation_datasets import AnnouncedFile, NewDataset
from marksheet.store import layout

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller

ROWS = b"query,ground_truth\nWhy?,So\nHow?,\n"


@pytest.fixture
def sent(app: Application, caller: Caller) -> Any:
    """Sends a file; gives its key."""

    def send(content: bytes = ROWS, name: str = "a.csv") -> str:
        (place,) = evaluation_datasets.request_files(app, caller, [AnnouncedFile(name, len(content))])
        app.store.objects.write(layout.incoming_file(caller.organization, place.file_key), content)
        return place.file_key

    return send


def everything_below(app: Application, prefix: str) -> list[str]:
    from marksheet.aws import client

    found = client("s3").list_objects_v2(Bucket=app.store.objects.bucket, Prefix=prefix)
    return sorted(entry["Key"] for entry in found.get("Contents", []))


def test_a_file_leaves_questions_and_itself_and_nothing_else(
    app: Application, caller: Caller, sent: Any
) -> None:
    made = evaluation_datasets.create(app, caller, NewDataset("x", sent()), "f")
    keys = [key.rpartition("/")[2] for key in everything_below(app, "")]
    assert keys == ["file", "questions.jsonl", "questions.offsets"]
    assert (made.row_count, made.has_expected_answers, made.file_bytes) == (2, True, len(ROWS))


def test_a_file_that_is_wrong_leaves_nothing_but_itself(app: Application, caller: Caller, sent: Any) -> None:
    key = sent(b"query\nWhy?\n\xff\n")
    with pytest.raises(InvalidUpload):
        evaluation_datasets.create(app, caller, NewDataset("x", key), "f")
    assert everything_below(app, "") == [layout.incoming_file("acme", key)]


def test_one_request_sent_twice_at_once_makes_one_dataset(
    app: Application, caller: Caller, sent: Any
) -> None:
    new = NewDataset("x", sent())
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: evaluation_datasets.create(app, caller, new, "f"), range(4)))
    assert len({dataset.dataset_id for dataset in made}) == 1
    assert len(list(app.store.benchmarks.list_latest("acme"))) == 1
    assert [key.rpartition("/")[2] for key in everything_below(app, "")] == [
        "file",
        "questions.jsonl",
        "questions.offsets",
    ]


def test_a_request_that_was_cut_off_after_the_benchmark_is_taken_up_by_the_next(
    app: Application, caller: Caller, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = NewDataset("x", sent())
    with monkeypatch.context() as cut:
        cut.setattr(app.store.evaluation_datasets, "add", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            evaluation_datasets.create(app, caller, new, "f")
    made = evaluation_datasets.create(app, caller, new, "f")
    assert len(list(app.store.benchmarks.list_latest("acme"))) == 1
    assert (made.file_name, made.file_bytes, made.has_expected_answers) == ("a.csv", len(ROWS), True)
    assert evaluation_datasets.download_url(app, caller, made.dataset_id)[0]


def test_a_file_that_another_request_used_up_meanwhile_is_its_dataset(
    app: Application, caller: Caller, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request goes on although the gateway has given it up, and the client has sent it again."""
    new = NewDataset("x", sent())
    first = evaluation_datasets.create(app, caller, new, "f")
    looked = iter([None, first])
    monkeypatch.setattr(evaluation_datasets, "_made_before", lambda *_: next(looked))
    assert evaluation_datasets.create(app, caller, new, "f") == first


def test_a_name_of_a_benchmark_with_the_same_questions_is_that_benchmark(
    app: Application, caller: Caller, sent: Any
) -> None:
    first = evaluation_datasets.create(app, caller, NewDataset("x", sent()), "f")
    second = evaluation_datasets.create(app, caller, NewDataset("x", sent()), "g")
    assert second == first


def test_a_dataset_of_a_benchmark_that_came_another_way_keeps_no_file(
    app: Application, caller: Caller, sent: Any, deployment: Any
) -> None:
    from marksheet import benchmarks
    from marksheet.benchmarks import NewBenchmark

    old = benchmarks.upload(app, caller, NewBenchmark("x"), b"question\nWhy?\n", "csv")[0]
    made = evaluation_datasets.create(app, caller, NewDataset("x", sent(b"query\nWhy?\n"), kind="K"), "f")
    assert (made.benchmark_id, made.version) == (old.benchmark_id, old.version)
    assert (made.file_name, made.kind, made.has_expected_answers) == (None, "K", False)
    url, _ = evaluation_datasets.download_url(app, caller, made.dataset_id)
    assert "/questions.jsonl?" in url


def test_a_long_name_that_is_taken_is_cut_for_its_mark(app: Application, caller: Caller, sent: Any) -> None:
    name = "n" * 200
    for content in (ROWS, ROWS + b"Who?,\n"):
        evaluation_datasets.create(app, caller, NewDataset(name, sent(content)), content.hex())
    names = [benchmark.name for benchmark in app.store.benchmarks.list_latest("acme")]
    assert [len(each) for each in names] == [200, 200]
    assert names[1].endswith(")")


def test_two_names_that_are_taken_are_a_conflict(
    app: Application, caller: Caller, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_datasets, "_spare_name", lambda new: new.name)
    evaluation_datasets.create(app, caller, NewDataset("x", sent()), "f")
    before = everything_below(app, "orgs/")
    with pytest.raises(Conflict):
        evaluation_datasets.create(app, caller, NewDataset("x", sent(b"query\nWho?\n")), "g")
    assert everything_below(app, "orgs/") == before


def test_a_uuid_means_one_version_for_ever(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.benchmark(2)
    (old,) = evaluation_datasets.list_all(app, caller)
    deployment.benchmark(3)
    (new,) = evaluation_datasets.list_all(app, caller)
    for dataset, rows in ((old, 2), (new, 3)):
        found = evaluation_datasets.find(app, "acme", dataset.dataset_id)
        assert found is not None
        assert found[1].question_count == rows


def test_a_dataset_of_another_organization_is_not_found(
    app: Application, caller: Caller, stranger: Caller, deployment: Any
) -> None:
    deployment.benchmark(2)
    (dataset,) = evaluation_datasets.list_all(app, caller)
    assert evaluation_datasets.find(app, stranger.organization, dataset.dataset_id) is None


def test_a_file_of_too_many_rows_names_the_way_that_takes_it(
    app: Application, caller: Caller, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_datasets, "MOST_ROWS", 1)
    with pytest.raises(InvalidUpload, match="upload-url"):
        evaluation_datasets.create(app, caller, NewDataset("x", sent()), "f")


def test_a_file_announced_too_large_names_the_way_that_takes_it(app: Application, caller: Caller) -> None:
    with pytest.raises(InvalidRequest, match="upload-url"):
        evaluation_datasets.request_files(app, caller, [AnnouncedFile("a.csv", 1 << 30)])
