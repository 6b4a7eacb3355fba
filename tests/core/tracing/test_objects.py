"""What clients keep beside their calls, and the references that lead to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from marksheet.application import Application
from marksheet.domain import Caller
from marksheet.errors import Conflict, NotFound
from marksheet.row_digests import digest_of
from marksheet.tracing import objects
from marksheet.tracing.objects import classes_of, table_digest
from marksheet.tracing.references import Reference, read_reference, resolve_rows

ROWS = [{"question": "One?", "n": 2**70}, {"question": "Two?", "n": 1.0}, {"question": "Two?", "n": 1}]


def keep_dataset(
    app: Application, caller: Caller, rows: list[Any], name: str = "sums"
) -> tuple[str, list[str]]:
    """A dataset's reference, and the digests of its rows."""
    table = objects.keep_table(app, caller, "p", rows)
    reference = str(Reference(caller.organization, "p", "table", "", table.digest))
    version = objects.keep_object(app, caller, "p", name, {"rows": reference})
    return str(Reference(caller.organization, "p", "object", name, version.digest)), table.row_digests


def test_an_object_is_read_as_it_was_kept(app: Application, caller: Caller) -> None:
    value = {"b": [1, 1.0, True, None, 2**70], "a": ""}
    kept = objects.keep_object(app, caller, "p", "thing", value)
    found = objects.get_object(app, caller, "p", "thing", kept.digest)
    assert repr(found.value) == repr(value)
    assert (found.number, found.latest, found.digest) == (0, True, digest_of(value))


def test_equal_objects_are_one_version_and_others_are_numbered(app: Application, caller: Caller) -> None:
    first = objects.keep_object(app, caller, "p", "thing", {"a": 1, "b": 2})
    assert objects.keep_object(app, caller, "p", "thing", {"b": 2, "a": 1}) == first
    second = objects.keep_object(app, caller, "p", "thing", {"a": 1.0, "b": 2})
    assert (first.number, second.number) == (0, 1)
    assert not objects.get_object(app, caller, "p", "thing", first.digest).latest
    assert objects.get_object(app, caller, "p", "thing", second.digest).latest


def test_versions_are_found_by_number_and_as_the_latest(app: Application, caller: Caller) -> None:
    operation = {"_type": "CustomWeaveType", "weave_type": {"type": "Op"}, "files": {"obj.py": "abc"}}
    objects.keep_object(app, caller, "p", "thing", operation)
    assert objects.get_object(app, caller, "p", "thing", "latest").value == operation
    first, second = (objects.keep_object(app, caller, "p", "thing", {"n": n}) for n in (1, 2))
    assert objects.get_object(app, caller, "p", "thing", "latest") == second
    assert objects.get_object(app, caller, "p", "thing", "v0").digest == first.digest
    for digest in ("v2", "v", "newest"):
        with pytest.raises(NotFound):
            objects.get_object(app, caller, "p", "thing", digest)
    with pytest.raises(NotFound):
        objects.get_object(app, caller, "p", "thin", "latest")


def test_operations_are_numbered_apart_from_other_objects_of_their_name(
    app: Application, caller: Caller
) -> None:
    operation = {"_type": "CustomWeaveType", "weave_type": {"type": "Op"}, "files": {"obj.py": "abc"}}
    assert objects.keep_object(app, caller, "p", "exact", operation).number == 0
    assert objects.keep_object(app, caller, "p", "exact", {"score": 1}).number == 0
    assert objects.keep_object(app, caller, "p", "exact", {"score": 2}).number == 1


def test_versions_that_are_kept_at_once_have_numbers_of_their_own(app: Application, caller: Caller) -> None:
    with ThreadPoolExecutor(4) as pool:
        kept = pool.map(lambda n: objects.keep_object(app, caller, "p", "thing", {"n": n}), range(6))
        assert sorted(version.number for version in kept) == list(range(6))


def test_a_value_that_is_too_large_for_an_item_is_kept(app: Application, caller: Caller) -> None:
    value = {"noise": [digest_of(n) for n in range(20_000)]}
    kept = objects.keep_object(app, caller, "p", "thing", value)
    assert objects.get_object(app, caller, "p", "thing", kept.digest).value == value
    # One of the same value and another name goes alone.
    other = objects.keep_object(app, caller, "p", "other", value)
    app.store.logged_objects.delete("acme", "p", other, app.now())
    assert objects.get_object(app, caller, "p", "thing", kept.digest).value == value


def test_versions_of_a_name_are_told_from_those_of_longer_names(app: Application, caller: Caller) -> None:
    names = ("thing", "thing-2", "thing.x", "thing_", "thing0", "thingé")
    for name in names:
        objects.keep_object(app, caller, "p", name, {"name": name})
    for name in names:
        (found,) = app.store.logged_objects.list_all("acme", "p", object_id=name)
        assert (found.value, found.latest) == ({"name": name}, True)


@pytest.mark.parametrize("value", ["text", "weave:///acme/p/object/x:y/attr/rows/id/z", 1, None, [1], True])
def test_any_json_is_an_object(app: Application, caller: Caller, value: Any) -> None:
    kept = objects.keep_object(app, caller, "p", "thing", value)
    assert objects.get_object(app, caller, "p", "thing", kept.digest).value == value


@pytest.mark.parametrize(
    ("value", "classes"),
    [
        ({"_class_name": "Dataset", "_bases": ["Object", "BaseModel"]}, ("Dataset", "Dataset")),
        ({"_class_name": "Mine", "_bases": ["Model", "Object", "BaseModel"]}, ("Model", "Mine")),
        ({"_class_name": "Mine", "_bases": ["Model"]}, ("", "")),
        ({"_class_name": 1, "_bases": ["Object", "BaseModel"]}, ("", "")),
        ({"_type": "CustomWeaveType", "weave_type": {"type": "Op"}}, ("Op", "Op")),
        ({"_type": "CustomWeaveType", "weave_type": {"type": "PIL.Image"}}, ("", "")),
        ([1], ("", "")),
    ],
    ids=repr,
)
def test_an_object_says_of_which_class_it_is(value: Any, classes: tuple[str, str]) -> None:
    assert classes_of(value) == classes


def test_another_digest_than_expected_is_a_conflict(app: Application, caller: Caller) -> None:
    with pytest.raises(Conflict):
        objects.keep_object(app, caller, "p", "thing", {}, expected_digest="x")
    with pytest.raises(Conflict):
        objects.keep_table(app, caller, "p", ROWS, expected_digest="x")
    with pytest.raises(Conflict):
        objects.keep_file(app, caller, "p", b"x", expected_digest="x")
    digest = objects.keep_file(app, caller, "p", b"x")
    assert objects.keep_file(app, caller, "p", b"x", expected_digest=digest) == digest


def test_a_table_is_read_in_its_order_and_by_digest(app: Application, caller: Caller) -> None:
    kept = objects.keep_table(app, caller, "p", ROWS)
    assert kept.row_digests == [digest_of(row) for row in ROWS]
    found = objects.query_table(app, caller, "p", kept.digest)
    assert repr([row.value for row in found]) == repr(ROWS)
    assert [row.place for row in objects.query_table(app, caller, "p", kept.digest, offset=1, limit=1)] == [1]
    assert objects.count_table(app, caller, "p", kept.digest) == 3
    wanted = kept.row_digests[2:]
    assert [row.place for row in objects.query_table(app, caller, "p", kept.digest, row_digests=wanted)] == [
        2
    ]


def test_a_table_without_rows_is_a_table(app: Application, caller: Caller) -> None:
    kept = objects.keep_table(app, caller, "p", [])
    assert kept.row_digests == []
    assert objects.query_table(app, caller, "p", kept.digest) == []
    assert objects.count_table(app, caller, "p", kept.digest) == 0


def test_rows_are_counted_without_being_read(
    app: Application, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = objects.keep_table(app, caller, "p", ROWS)
    monkeypatch.delattr(app.store.objects.__class__, "read")
    assert objects.count_table(app, caller, "p", kept.digest) == 3


def test_a_table_that_was_sent_in_one_piece_is_joined(app: Application, caller: Caller) -> None:
    kept = objects.keep_table(app, caller, "p", ROWS)
    assert objects.join_table(app, caller, "p", kept.row_digests) == kept.digest
    assert objects.join_table(app, caller, "p", []) == table_digest([])
    with pytest.raises(NotFound):
        objects.join_table(app, caller, "p", kept.row_digests[:2])


def test_nothing_of_another_organization_or_project_is_found(
    app: Application, caller: Caller, stranger: Caller
) -> None:
    version = objects.keep_object(app, caller, "p", "thing", {})
    table = objects.keep_table(app, caller, "p", ROWS)
    file = objects.keep_file(app, caller, "p", b"x")
    for who, project in ((stranger, "p"), (caller, "q")):
        with pytest.raises(NotFound):
            objects.get_object(app, who, project, "thing", version.digest)
        with pytest.raises(NotFound):
            objects.query_table(app, who, project, table.digest)
        with pytest.raises(NotFound):
            objects.count_table(app, who, project, table.digest)
        with pytest.raises(NotFound):
            objects.get_file(app, who, project, file)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("weave:///acme/p/object/a.b-c:d1", Reference("acme", "p", "object", "a.b-c", "d1")),
        ("weave:///acme/p/op/f:d1", Reference("acme", "p", "op", "f", "d1")),
        ("weave:///acme/p/table/d1", Reference("acme", "p", "table", "", "d1")),
        ("weave:///acme/p/call/c1", Reference("acme", "p", "call", "c1", "")),
        (
            "weave:///acme/p/object/a:d1/attr/rows/id/r1",
            Reference("acme", "p", "object", "a", "d1", ("attr", "rows", "id", "r1")),
        ),
    ],
)
def test_references_are_read_and_written(text: str, read: Reference) -> None:
    assert read_reference(text) == read
    assert str(read) == text


@pytest.mark.parametrize(
    "text", ["", "weave:///", "weave:///acme", "weave:///acme/p", "weave:///acme/p/object", None, 1]
)
def test_what_is_no_reference_is_none(text: Any) -> None:
    assert read_reference(text) is None


def test_rows_are_found_by_their_references(app: Application, caller: Caller) -> None:
    dataset, digests = keep_dataset(app, caller, ROWS)
    other, others = keep_dataset(app, caller, [{"x": 1}], "other")
    wanted = [f"{dataset}/attr/rows/id/{digest}" for digest in digests]
    wanted.append(f"{other}/attr/rows/id/{others[0]}")
    found = resolve_rows(app, "acme", "p", reversed(wanted))
    assert repr([found[text] for text in wanted]) == repr([*ROWS, {"x": 1}])


def test_a_reference_that_leads_nowhere_is_left_out(app: Application, caller: Caller) -> None:
    dataset, digests = keep_dataset(app, caller, ROWS)
    nowhere = [
        f"{dataset}/attr/rows/id/nowhere",
        f"{dataset}x/attr/rows/id/{digests[0]}",
        f"{dataset.replace('acme', 'umbrella')}/attr/rows/id/{digests[0]}",
        f"{dataset}/attr/other/id/{digests[0]}",
        f"{dataset}/attr/rows/id/{digests[0]}/key/question",
        "weave:///acme/p/object//attr/rows/id/x",
        "a text/attr/rows/id/x",
    ]
    assert resolve_rows(app, "acme", "p", nowhere) == {}


def test_rows_of_a_deleted_dataset_are_none(app: Application, caller: Caller) -> None:
    dataset, digests = keep_dataset(app, caller, ROWS)
    reference = read_reference(dataset)
    assert reference is not None
    version = objects.get_object(app, caller, "p", "sums", reference.digest)
    app.store.logged_objects.delete("acme", "p", version, app.now())
    text = f"{dataset}/attr/rows/id/{digests[0]}"
    assert resolve_rows(app, "acme", "p", [text]) == {text: None}
    with pytest.raises(NotFound):
        objects.get_object(app, caller, "p", "sums", reference.digest)
    # Kept again, it is there again.
    keep_dataset(app, caller, ROWS)
    assert resolve_rows(app, "acme", "p", [text]) == {text: ROWS[0]}
