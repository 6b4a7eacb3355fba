from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.aws import client
from marksheet.store.table import ConditionFailed, Table, decode, encode

pytestmark = pytest.mark.usefixtures("aws_account")

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@pytest.fixture
def table() -> Table:
    return Table("marksheet-test")


@given(VALUES)
def test_values_come_back_as_they_went(value: Any) -> None:
    assert decode(encode(value)) == value


def test_a_mark_is_stored_as_its_shortest_decimal(table: Table) -> None:
    assert encode(0.1) == {"N": "0.1"}
    table.put({"PK": "a", "SK": "b", "mark": 0.1, "half": 1.0})
    assert table.get("a", "b") == {"PK": "a", "SK": "b", "mark": 0.1, "half": 1}


def test_a_decimal_is_stored_exactly() -> None:
    assert encode(Decimal("0.10")) == {"N": "0.10"}


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        encode({1, 2})


def test_not_a_number_does_not_pass_unnoticed(table: Table) -> None:
    with pytest.raises(Exception, match=r"(?i)nan|number"):
        table.put({"PK": "a", "SK": "b", "mark": math.nan})


def test_an_absent_item_is_none(table: Table) -> None:
    assert table.get("a", "b") is None


def test_many_items_come_in_the_order_of_their_keys(table: Table) -> None:
    for number in range(150):
        table.put({"PK": "a", "SK": f"{number:03d}"})
    keys = [("a", f"{number:03d}") for number in range(149, -1, -1)] + [("a", "absent")]
    items = table.get_many(keys)
    assert [item["SK"] if item else None for item in items] == [sk for _, sk in keys[:-1]] + [None]
    assert table.get_many([]) == []


def test_put_unless_exists_leaves_what_is_there(table: Table) -> None:
    table.put({"PK": "a", "SK": "b", "n": 1}, unless_exists=True)
    with pytest.raises(ConditionFailed):
        table.put({"PK": "a", "SK": "b", "n": 2}, unless_exists=True)
    assert table.get("a", "b") == {"PK": "a", "SK": "b", "n": 1}


def test_a_refused_update_tells_what_stands_there(table: Table) -> None:
    table.put({"PK": "a", "SK": "b", "n": 1})
    with pytest.raises(ConditionFailed) as refused:
        table.update("a", "b", "SET n = :two", {":two": 2}, condition="n = :two")
    assert refused.value.item["n"] == 1


def test_a_query_reads_past_the_first_page(table: Table) -> None:
    for number in range(30):
        table.put({"PK": "a", "SK": f"{number:02d}", "filler": "x" * 50_000})
    assert [item["SK"] for item in table.query("a")] == [f"{number:02d}" for number in range(30)]


def test_a_query_takes_a_prefix_a_range_and_an_order(table: Table) -> None:
    for name in ("A#1", "A#2", "A#3", "B#1"):
        table.put({"PK": "a", "SK": name})
    assert [item["SK"] for item in table.query("a", prefix="A#", newest_first=True)] == ["A#3", "A#2", "A#1"]
    assert [item["SK"] for item in table.query("a", between=("A#2", "B#0"))] == ["A#2", "A#3"]


def test_a_query_begins_behind_a_key_however_few_come_at_once(table: Table) -> None:
    for number in range(5):
        table.put({"PK": "a", "SK": str(number)})
    assert [item["SK"] for item in table.query("a", after="1", a_request=2)] == ["2", "3", "4"]
    assert list(table.query("a", after="4")) == []


def test_a_transaction_is_all_or_none_and_names_the_refused_write(table: Table) -> None:
    table.put({"PK": "a", "SK": "taken"})
    writes = [
        table.to_put({"PK": "a", "SK": "free"}),
        table.to_put({"PK": "a", "SK": "taken"}, condition="attribute_not_exists(PK)"),
    ]
    with pytest.raises(ConditionFailed) as refused:
        table.transact(writes)
    assert refused.value.failed == (1,)
    assert table.get("a", "free") is None


def test_many_items_are_deleted_in_batches(table: Table) -> None:
    for number in range(60):
        table.put({"PK": "a", "SK": f"{number:02d}"})
    table.delete_all(("a", item["SK"]) for item in list(table.query("a")))
    assert list(table.query("a")) == []


@pytest.mark.parametrize("count", [0, 1, 25, 26, 320])
def test_many_items_are_written_in_batches(table: Table, count: int) -> None:
    table.put_many({"PK": "a", "SK": f"{number:03d}", "body": b"\x00\xff"} for number in range(count))
    found = list(table.query("a"))
    assert [item["SK"] for item in found] == [f"{number:03d}" for number in range(count)]
    assert all(item["body"] == b"\x00\xff" for item in found)


def test_what_the_table_does_not_take_of_a_batch_is_written_again(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client("dynamodb").batch_write_item
    left: list[int] = []

    def refuses_some(RequestItems: Any) -> Any:
        (writes,) = RequestItems.values()
        left.append(len(writes))
        whole(RequestItems={table.name: writes[:10]})
        return {"UnprocessedItems": {table.name: writes[10:]} if writes[10:] else {}}

    monkeypatch.setattr(client("dynamodb"), "batch_write_item", refuses_some)
    monkeypatch.setattr("marksheet.store.table.time.sleep", lambda seconds: None)
    table.put_many({"PK": "a", "SK": f"{number:02d}"} for number in range(25))
    assert left == [25, 15, 5]
    assert len(list(table.query("a"))) == 25
