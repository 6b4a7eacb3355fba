"""datasets create, list, show, push, documents, pull, delete against the stub service."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import PurePosixPath

import pytest

from marksheet_cli import pushing, waiting
from marksheet_cli.connection import Connection
from marksheet_cli.dataset_client import DatasetClient
from marksheet_cli.pulling import safe_path
from marksheet_cli.pushing import LocalFile, push_files
from marksheet_cli.screen import Screen
from tests.stubs.api_stub import API_KEY, Reply
from tests.stubs.grading_stub import refusal

ODD = 'ü "quoted"; name=x.txt'


@pytest.fixture
def folder(tmp_path):
    """A directory with three documents, one of them further down, and what is hidden."""
    folder = tmp_path / "docs"
    for name in ("b.txt", "a.txt", f"sub/{ODD}", ".hidden", ".git/config"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")
    return folder


@pytest.fixture
def manual(service):
    service.grading.add_dataset("manual")
    return service


@pytest.fixture
def push(cli, manual, folder):
    """Pushes the directory."""
    return lambda *options: cli("datasets", "push", str(folder), "--dataset", "manual", *options)


def announced(service) -> list[str]:
    return sorted(request.json["filename"] for request in service.sent("POST .*/documents$"))


def test_a_dataset_is_made_listed_and_shown(json_of, service):
    assert json_of("datasets", "create", "manual", "--description", "how to")["dataset_id"] == "dataset-1"
    assert service.sent("POST")[0].json == {"name": "manual", "description": "how to"}
    assert json_of("datasets", "list")["datasets"][0]["name"] == "manual"
    assert json_of("datasets", "show", "manual")["description"] == "how to"


def test_datasets_are_listed_and_named_over_all_pages(json_of, service):
    service.grading.page_size = 2
    for number in range(1, 6):
        service.grading.add_dataset(f"manual {number}")
    listed = json_of("datasets", "list")
    assert [row["dataset_id"] for row in listed["datasets"]] == [f"dataset-{n}" for n in range(1, 6)]
    assert [request.path.partition("?")[2] for request in service.requests] == [
        "limit=100",
        "limit=100&page_token=2",
        "limit=100&page_token=4",
    ]
    assert json_of("datasets", "show", "manual 5")["dataset_id"] == "dataset-5"


def test_a_dataset_of_the_last_page_is_not_made_again(cli, manual, folder):
    manual.grading.page_size = 1
    manual.grading.add_dataset("another")
    result = cli("datasets", "push", str(folder), "--dataset", "another", "--create")
    assert result.exit_code == 0, result.stderr
    assert not manual.sent("POST /v1/datasets$")


def test_an_unknown_dataset_is_not_found_and_the_similar_one_named(cli, manual):
    result = cli("datasets", "show", "manuel")
    assert result.exit_code == 5
    assert "did you mean 'manual'?" in result.stderr


def test_two_datasets_of_one_name_are_told_apart_by_id(cli, manual):
    manual.grading.add_dataset("manual")
    result = cli("datasets", "show", "manual")
    assert result.exit_code == 2
    assert "give an id: dataset-1, dataset-2" in result.stderr


# Pushing


def test_a_directory_is_pushed_with_all_below_it_but_what_is_hidden(push, manual):
    result = push()
    assert result.exit_code == 0, result.stderr
    assert announced(manual) == sorted(["a.txt", "b.txt", ODD])
    assert "/.git: it is hidden" in result.stderr
    assert "/.hidden: it is hidden" in result.stderr


def test_the_table_is_in_sorted_order_whatever_arrives_first(push):
    rows = json.loads(push("--json").stdout)["documents"]
    assert [row["file"] for row in rows] == ["a.txt", "b.txt", f"sub/{ODD}"]
    assert {row["status"] for row in rows} == {"READY"}


def test_each_file_arrives_whole_with_its_size_announced_and_without_the_key(push, manual, folder):
    push()
    sizes = {
        request.json["filename"]: request.json["size_bytes"] for request in manual.sent("POST .*/documents$")
    }
    assert sizes["a.txt"] == len("content of a.txt")
    stored = manual.sent("POST /storage")
    assert len(stored) == 3
    assert any(b"content of sub/" in request.body for request in stored)
    assert all("authorization" not in request.headers for request in stored)


def test_no_name_of_a_file_stands_in_the_form_for_the_storage(push, manual):
    push()
    for request in manual.sent("POST /storage"):
        assert b'name="file"; filename="file"' in request.body
        assert b"quoted" not in request.body.partition(b"content of")[0]


def test_the_fields_of_a_form_keep_characters_of_every_kind(push, manual, folder):
    form = {"url": f"{manual.url}/storage", "fields": {"key": "documents/doc-1", "x-name": ODD}}
    manual.grading.add_document("a.txt", status="PROCESSING")
    manual.fault("POST .*/documents$", Reply(201, {"document_id": "doc-1", "upload": form}))
    push()
    assert any(f"\r\n\r\n{ODD}\r\n".encode() in request.body for request in manual.sent("POST /storage"))


def test_a_named_file_is_pushed_though_it_is_hidden(cli, manual, folder):
    assert cli("datasets", "push", str(folder / ".hidden"), "--dataset", "manual").exit_code == 0
    assert announced(manual) == [".hidden"]


def test_what_is_named_twice_is_pushed_once(cli, manual, folder):
    cli(
        "datasets", "push", str(folder / "a.txt"), str(folder / "sub" / ".." / "a.txt"), "--dataset", "manual"
    )
    assert announced(manual) == ["a.txt"]


def test_progress_is_told_in_bytes_and_in_documents(push):
    told = push().stderr
    assert "uploading 3 files" in told
    assert "dataset-1: 3/3 documents" in told


def test_what_is_there_already_is_left_alone_and_said_to_be(push, manual):
    sha256 = hashlib.sha256(b"content of a.txt").hexdigest()
    manual.grading.add_document("a.txt", sha256=sha256)
    result = push("--json")
    assert "unchanged: a.txt" in result.stderr
    assert json.loads(result.stdout)["documents"][0]["outcome"] == "unchanged"
    assert announced(manual) == sorted(["b.txt", ODD])


@pytest.mark.parametrize(
    "there", [{"sha256": "0" * 64}, {"status": "FAILED"}, {"filename": "other.txt"}], ids=str
)
def test_other_content_another_name_or_a_failed_one_is_pushed(push, manual, there):
    sha256 = hashlib.sha256(b"content of a.txt").hexdigest()
    manual.grading.add_document(**{"filename": "a.txt", "sha256": sha256, **there})
    push()
    assert "a.txt" in announced(manual)


def test_what_failed_with_the_same_content_is_replaced(push, manual):
    sha256 = hashlib.sha256(b"content of a.txt").hexdigest()
    for status, digest in (("FAILED", sha256), ("FAILED", sha256), ("FAILED", "0" * 64), ("READY", "0" * 64)):
        manual.grading.add_document("a.txt", sha256=digest, status=status)
    push()
    kept = [row for row in manual.grading.documents.values() if row["filename"] == "a.txt"]
    assert [(row["status"], row["sha256"] == "0" * 64) for row in kept] == [
        ("FAILED", True),
        ("READY", True),
        ("READY", False),
    ]


def test_an_empty_file_is_not_sent_and_said_to_be_empty(push, manual, folder):
    (folder / "a.txt").write_bytes(b"")
    result = push()
    assert result.exit_code == 1
    assert "the file is empty" in result.stdout
    assert announced(manual) == sorted(["b.txt", ODD])


def test_when_all_is_there_nothing_is_sent(cli, manual, folder):
    sha256 = hashlib.sha256(b"content of a.txt").hexdigest()
    manual.grading.add_document("a.txt", sha256=sha256)
    assert cli("datasets", "push", str(folder / "a.txt"), "--dataset", "manual").exit_code == 0
    assert not manual.sent("POST")


def test_a_document_that_could_not_be_read_exits_with_1_and_says_why(push, manual):
    manual.grading.extracted["a.txt"] = {"status": "FAILED", "error": "it is encrypted", "characters": None}
    manual.grading.extracted["b.txt"] = {"warnings": ["a picture was left out"], "pages": 2}
    result = push()
    assert result.exit_code == 1
    assert "it is encrypted" in result.stdout
    assert "a picture was left out" in result.stdout
    assert "1 of 3 documents could not be taken in" in result.stderr


def test_a_file_that_is_refused_does_not_keep_the_others(push, manual, monkeypatch):
    monkeypatch.setattr(pushing, "UPLOADS_AT_ONCE", 1)
    problems = [{"field": "size_bytes", "message": "52,428,800 are allowed"}]
    manual.fault("POST .*/documents$", Reply(400, refusal("invalid_request", "...", problems)))
    result = push("--json")
    assert result.exit_code == 1
    rows = json.loads(result.stdout)["documents"]
    assert [(row["outcome"], row["status"]) for row in rows] == [
        ("not sent", "NOT SENT"),
        ("uploaded", "READY"),
        ("uploaded", "READY"),
    ]
    assert rows[0]["error"] == "size_bytes: 52,428,800 are allowed"


def test_a_file_the_storage_refuses_leaves_no_document_behind(push, manual):
    manual.storage_reply = Reply(400, b"<Error><Code>EntityTooLarge</Code></Error>")
    result = push()
    assert result.exit_code == 1
    assert "EntityTooLarge" in result.stdout
    assert manual.grading.documents == {}


def test_a_file_that_is_gone_meanwhile_does_not_keep_the_others(manual, folder):
    files = [LocalFile(folder / name, name) for name in ("gone.txt", "a.txt")]
    manual.grading.add_document("x", sha256="0" * 64)
    with DatasetClient(Connection(manual.url, API_KEY)) as client:
        gone, there = push_files(client, Screen(as_json=False), "dataset-1", files)
    assert (gone["status"], gone["error"]) == ("NOT SENT", "cannot read it: No such file or directory")
    assert there["status"] == "READY"
    assert {kept["filename"] for kept in manual.grading.documents.values()} == {"x", "a.txt"}


def test_a_key_without_the_scope_ends_the_push(push, manual, monkeypatch):
    monkeypatch.setattr(pushing, "UPLOADS_AT_ONCE", 1)
    manual.fault("POST .*/documents$", Reply(403, refusal("forbidden", "the key may not write")))
    result = push()
    assert result.exit_code == 4
    assert "the key may not write" in result.stderr


def test_create_makes_the_dataset_that_is_not_there(cli, service, folder):
    result = cli("datasets", "push", str(folder), "--dataset", "fresh", "--create")
    assert result.exit_code == 0, result.stderr
    assert "dataset fresh is new" in result.stderr
    assert service.grading.datasets[0]["name"] == "fresh"


def test_create_makes_no_dataset_that_is_called_like_an_id(cli, service, folder):
    result = cli(
        "datasets", "push", str(folder), "--dataset", "dataset-01jd5m0q3v8x2k7n4r6t9w1y3z", "--create"
    )
    assert result.exit_code == 5
    assert not service.sent("POST")


def test_without_create_an_unknown_dataset_is_not_found(cli, service, folder):
    assert cli("datasets", "push", str(folder), "--dataset", "fresh").exit_code == 5
    assert not service.sent("POST")


def test_a_directory_without_files_is_a_usage_error(cli, service, tmp_path):
    (tmp_path / "empty").mkdir()
    result = cli("datasets", "push", str(tmp_path / "empty"), "--dataset", "manual")
    assert result.exit_code == 2
    assert service.requests == []


def test_links_to_directories_and_what_is_no_file_are_left_out(cli, manual, folder):
    (folder / "again").symlink_to(folder / "sub")
    os.mkfifo(folder / "pipe")
    result = cli("datasets", "push", str(folder), "--dataset", "manual")
    assert "again: it is a link to a directory" in result.stderr
    assert "pipe: it is no file" in result.stderr
    assert len(announced(manual)) == 3


def test_a_name_that_is_no_text_is_left_out(cli, manual, folder):
    (folder / os.fsdecode(b"\xff.txt")).write_text("x")
    result = cli("datasets", "push", str(folder), "--dataset", "manual")
    assert result.exit_code == 0
    assert "its name is no text" in result.stderr


def test_ctrl_c_says_that_reading_goes_on(push, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(waiting, "PACE", waiting.Pace(sleep=interrupted))
    result = push()
    assert result.exit_code == 130
    assert "the documents are read all the same" in result.stderr
    assert "marksheet datasets documents dataset-1" in result.stderr


def test_a_document_that_is_deleted_meanwhile_is_not_waited_for(push, manual, monkeypatch):
    manual.polls_until_done = 1_000
    looks = iter(range(10))

    def sleep(_):
        if next(looks) == 2:
            manual.grading.documents.clear()

    monkeypatch.setattr(waiting, "PACE", waiting.Pace(sleep=sleep))
    result = push()
    assert result.exit_code == 1
    assert "it was deleted meanwhile" in result.stdout


# Reading


def test_documents_are_listed_over_all_pages(json_of, manual):
    manual.grading.page_size = 2
    for number in range(5):
        manual.grading.add_document(f"{number}.txt")
    assert len(json_of("datasets", "documents", "manual")["documents"]) == 5
    assert len(manual.sent("GET .*/documents")) == 3


def test_pull_writes_the_markdown_of_each_document(json_of, manual, tmp_path):
    manual.grading.add_document("a.pdf")
    manual.grading.add_document("b.pdf", extracted_md=None, extracted_md_url=f"{manual.url}/storage/b.md?s=1")
    manual.grading.add_document("c.pdf", status="FAILED", error="it is encrypted")
    manual.files["b.md"] = "# größer\n".encode()
    answer = json_of("datasets", "pull", "manual", str(tmp_path / "out"))
    assert (tmp_path / "out" / "a.pdf.md").read_text() == "# a.pdf\n"
    assert (tmp_path / "out" / "b.pdf.md").read_text() == "# größer\n"
    assert [row["filename"] for row in answer["written"]] == ["a.pdf", "b.pdf"]
    assert answer["left_out"][0]["error"] == "it is encrypted"
    assert "authorization" not in manual.sent("GET /storage")[0].headers


def test_pull_replaces_nothing_without_force(cli, manual, tmp_path):
    manual.grading.add_document("a.pdf")
    manual.grading.add_document("b.pdf")
    (tmp_path / "b.pdf.md").write_text("mine")
    result = cli("datasets", "pull", "manual", str(tmp_path))
    assert result.exit_code == 2
    assert "b.pdf.md exists; nothing was written" in result.stderr
    assert not (tmp_path / "a.pdf.md").exists()
    assert cli("datasets", "pull", "manual", str(tmp_path), "--force").exit_code == 0
    assert (tmp_path / "b.pdf.md").read_text() == "# b.pdf\n"


def test_pull_gives_documents_of_one_name_files_of_their_own(cli, manual, tmp_path):
    for name in ("a.pdf", "A.pdf", "a.pdf"):
        manual.grading.add_document(name)
    cli("datasets", "pull", "manual", str(tmp_path / "out"))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["A.pdf.doc-2.md", "a.pdf.doc-3.md", "a.pdf.md"]


def test_pull_never_leaves_its_directory(cli, manual, tmp_path):
    manual.grading.add_document("../../evil\x1b")
    cli("datasets", "pull", "manual", str(tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["evil_.md"]


@pytest.mark.parametrize(
    ("filename", "path"),
    [
        ("a.pdf", "a.pdf"),
        ("guide/intro.md", "guide/intro.md"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\x", "x"),
        ("a/../../b", "a/b"),
        (".ssh/config", "_ssh/config"),
        ("...", "document"),
        ("", "document"),
        ("a:b|c?.txt", "a_b_c_.txt"),
        ("a\x00\n\u202eb", "a___b"),
        ("ü" * 300, "ü" * 100),
    ],
)
def test_a_files_name_leads_nowhere_but_down(filename, path):
    assert safe_path(filename) == PurePosixPath(path)


# Deleting


def test_a_dataset_is_deleted_by_its_name_after_asking(cli, manual):
    assert cli("datasets", "delete", "manual").exit_code == 2
    assert cli("datasets", "delete", "manual", "--yes").exit_code == 0
    assert manual.grading.datasets == []


def test_one_document_is_deleted_by_its_id(cli, manual):
    manual.grading.add_document("a.pdf")
    assert cli("datasets", "delete", "manual", "--document", "doc-1", "--yes").exit_code == 0
    assert manual.sent("DELETE")[0].path == "/v1/datasets/dataset-1/documents/doc-1"
