from __future__ import annotations

from dataclasses import replace

import pytest

from marksheet.domain import EvalSpec, ListedSpec
from marksheet.store import layout
from marksheet.store.eval_specs import EvalSpecs
from marksheet.store.table import ConditionFailed, Table

pytestmark = pytest.mark.usefixtures("aws_account")

AT = "2026-01-02T03:04:05.000Z"
LATER = "2026-02-03T04:05:06.000Z"
TOWN = {"requirement": "It names the town."}
SPEC = EvalSpec("acme", "spec-1", 1, "towns", (TOWN,), AT, "key-1", ("*",), "which town it is")
LISTED = ListedSpec("spec-1", 1, "towns", "which town it is", 1, AT, "key-1", ("*",))
SECOND = replace(SPEC, version=2, graders=(TOWN, TOWN), created_at=LATER, description=None)


@pytest.fixture
def table() -> Table:
    return Table("marksheet-test")


@pytest.fixture
def specs(table: Table) -> EvalSpecs:
    specs = EvalSpecs(table)
    specs.add_version(SPEC)
    return specs


def test_a_spec_is_listed_with_the_number_of_its_graders(specs: EvalSpecs) -> None:
    assert list(specs.list_latest("acme")) == [LISTED]
    assert list(specs.list_latest("umbrella")) == []


def test_the_list_tells_of_the_latest_version(specs: EvalSpecs) -> None:
    specs.add_version(SECOND)
    told = replace(LISTED, version=2, grader_count=2, created_at=LATER, description=None)
    assert list(specs.list_latest("acme")) == [told]


def test_a_version_that_was_taken_changes_nothing_in_the_list(specs: EvalSpecs) -> None:
    with pytest.raises(ConditionFailed):
        specs.add_version(replace(SECOND, version=3))
    assert list(specs.list_latest("acme")) == [LISTED]


def test_the_list_tells_who_may_use_a_spec_now(specs: EvalSpecs) -> None:
    specs.share("acme", "spec-1", was="key-1", owner="key-2", shared_with=["key-3"])
    assert list(specs.list_latest("acme")) == [replace(LISTED, owner="key-2", shared_with=("key-3",))]


def test_a_list_reads_no_version(specs: EvalSpecs, table: Table) -> None:
    table.delete(layout.eval_spec_versions("acme", "spec-1"), layout.version(1))
    assert list(specs.list_latest("acme")) == [LISTED]


@pytest.mark.parametrize(("after", "left"), [(None, [1, 2, 3]), ("spec-1", [2, 3]), ("spec-3", [])])
def test_specs_are_listed_from_behind_an_id(specs: EvalSpecs, after: str | None, left: list[int]) -> None:
    for number in (3, 2):
        specs.add_version(replace(SPEC, spec_id=f"spec-{number}", name=str(number)))
    listed = specs.list_latest("acme", after=after, a_request=1)
    assert [spec.spec_id for spec in listed] == [f"spec-{number}" for number in left]
