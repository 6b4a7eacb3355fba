"""Datasets, evaluations, models, scorers and operations that are handed in one by one."""

from __future__ import annotations

import pytest

from marksheet.application import Application
from marksheet.domain import OPERATION, Caller
from marksheet.errors import NotFound
from marksheet.tracing import kept_things, objects
from marksheet.tracing.kept_things import DATASET, EVALUATION, MODEL, SCORER, object_id_of
from marksheet.tracing.references import read_reference, resolve_rows

ROWS = [{"q": 1}, {"q": 2}]


def test_rows_of_a_dataset_are_found_by_reference(app: Application, caller: Caller) -> None:
    kept = kept_things.keep_dataset(app, caller, "p", "my rows", "two of them", ROWS)
    assert (kept.object_id, kept.number) == ("my-rows", 0)
    assert kept_things.get(app, caller, "p", DATASET, "my-rows", kept.digest) == kept
    assert kept_things.get(app, caller, "p", DATASET, "my-rows", "latest") == kept
    digest = objects.keep_table(app, caller, "p", ROWS).row_digests[1]
    text = f"{kept_things.reference_to(caller, 'p', kept)}/attr/rows/id/{digest}"
    assert resolve_rows(app, "acme", "p", [text]) == {text: ROWS[1]}


def test_the_source_of_what_has_one_is_read(app: Application, caller: Caller) -> None:
    operation = kept_things.keep_operation(app, caller, "p", "f", "def f(): ...")
    model = kept_things.keep_model(app, caller, "p", "m", None, "class M: ...", {"size": 7})
    scorer = kept_things.keep_scorer(app, caller, "p", "s", None, "def score(): ...")
    assert kept_things.source_of(app, caller, "p", operation) == "def f(): ..."
    assert kept_things.source_of(app, caller, "p", model) == "class M: ..."
    assert kept_things.source_of(app, caller, "p", scorer) == ""
    reference = read_reference(scorer.value["score"])
    assert reference is not None
    assert (reference.kind, reference.name) == ("op", "s.score")
    score = kept_things.get(app, caller, "p", OPERATION, "s.score", reference.digest)
    assert kept_things.source_of(app, caller, "p", score) == "def score(): ..."


def test_a_thing_of_one_kind_is_none_of_another(app: Application, caller: Caller) -> None:
    kept = kept_things.keep_evaluation(app, caller, "p", "e", None, dataset="weave:///acme/p/object/d:1")
    for kind in (DATASET, MODEL, SCORER):
        with pytest.raises(NotFound):
            kept_things.get(app, caller, "p", kind, "e", kept.digest)
        with pytest.raises(NotFound):
            kept_things.get(app, caller, "p", kind, "e", "latest")
    assert kept_things.get(app, caller, "p", EVALUATION, "e", "latest") == kept


def test_lists_have_the_latest_version_of_each(app: Application, caller: Caller) -> None:
    for rows in (ROWS, ROWS[:1]):
        kept_things.keep_dataset(app, caller, "p", "b", None, rows)
    kept_things.keep_dataset(app, caller, "p", "a", None, ROWS)
    kept_things.keep_dataset(app, caller, "q", "c", None, ROWS)
    found = kept_things.list_latest(app, caller, "p", DATASET)
    assert [(version.object_id, version.number) for version in found] == [("a", 0), ("b", 1)]


def test_versions_are_deleted_some_or_all(app: Application, caller: Caller) -> None:
    first, second, third = (
        kept_things.keep_dataset(app, caller, "p", "d", None, rows)
        for rows in ([{"n": 1}], [{"n": 2}], [{"n": 3}])
    )
    assert kept_things.delete(app, caller, "p", DATASET, "d", [first.digest, "unknown"]) == 1
    with pytest.raises(NotFound):
        kept_things.get(app, caller, "p", DATASET, "d", first.digest)
    assert kept_things.get(app, caller, "p", DATASET, "d", "latest") == third
    assert kept_things.delete(app, caller, "p", DATASET, "d", None) == 2
    with pytest.raises(NotFound):
        kept_things.delete(app, caller, "p", DATASET, "d", None)
    assert kept_things.list_latest(app, caller, "p", DATASET) == []
    assert second.digest != third.digest


def test_rows_go_with_the_last_dataset_that_has_them(app: Application, caller: Caller) -> None:
    for name in ("a", "b"):
        kept_things.keep_dataset(app, caller, "p", name, None, ROWS)
    digest = objects.keep_table(app, caller, "p", ROWS).digest
    kept_things.delete(app, caller, "p", DATASET, "a", None)
    assert len(objects.query_table(app, caller, "p", digest)) == 2
    kept_things.delete(app, caller, "p", DATASET, "b", None)
    with pytest.raises(NotFound):
        objects.query_table(app, caller, "p", digest)


@pytest.mark.parametrize(
    ("name", "object_id"),
    [
        ("a b", "a-b"),
        ("--x--", "x"),
        ("", "Thing"),
        (None, "Thing"),
        ("//", "Thing"),
        ("..", "Thing"),
        (".x.", "x."),
        ("ä.b_c-d", "ä.b_c-d"),
    ],
)
def test_a_thing_is_kept_under_its_name_as_far_as_that_goes(name: str | None, object_id: str) -> None:
    assert object_id_of(name, "Thing") == object_id
    assert len(object_id_of("x" * 1_000, "Thing")) == 128
