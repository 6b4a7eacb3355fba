from __future__ import annotations

from typing import Any

import pytest

from bench.counting import Requests, item_bytes, read_units, watch, write_units
from marksheet import aws
from marksheet.application import Application


def text(size: int) -> dict[str, Any]:
    """An item of so many bytes."""
    return {"PK": {"S": "x" * (size - 2)}}


def test_an_item_weighs_its_names_and_its_values() -> None:
    assert item_bytes({"PK": {"S": "é"}}) == 2 + 2
    assert item_bytes({"n": {"N": "1234"}}) == 1 + 3
    assert item_bytes({"b": {"BOOL": True}, "u": {"NULL": True}}) == 4
    assert item_bytes({"m": {"M": {"a": {"S": "bc"}}}}) == 1 + 3 + 1 + 3
    assert item_bytes({"l": {"L": [{"S": "bc"}, {"S": ""}]}}) == 1 + 3 + 2 + 2


@pytest.mark.parametrize(("size", "units"), [(3, 1), (1024, 1), (1025, 2), (5000, 5)])
def test_a_write_is_billed_by_the_kilobyte(size: int, units: int) -> None:
    assert write_units("PutItem", {"Item": text(size)}, {}) == units
    assert write_units("UpdateItem", {}, {"Attributes": text(size)}) == units
    assert (
        write_units("TransactWriteItems", {"TransactItems": [{"Put": {"Item": text(size)}}]}, {}) == 2 * units
    )


def test_an_update_inside_a_transaction_is_two_units() -> None:
    assert write_units("TransactWriteItems", {"TransactItems": [{"Update": {}}, {"Update": {}}]}, {}) == 4


@pytest.mark.parametrize(("size", "units"), [(3, 1), (4096, 1), (4097, 2)])
def test_a_read_is_billed_by_four_kilobytes(size: int, units: int) -> None:
    assert read_units("GetItem", {}, {"Item": text(size)}) == units
    assert read_units("Query", {}, {"Items": [text(size)]}) == units
    assert read_units("BatchGetItem", {}, {"Responses": {"t": [text(size), text(3)]}}) == units + 1


def test_a_look_at_nothing_is_a_read_too() -> None:
    assert read_units("GetItem", {}, {}) == 1
    assert read_units("Query", {}, {"Items": []}) == 1


def test_deletes_in_s3_are_free() -> None:
    requests = Requests()
    for operation in ("PutObject", "GetObject", "GetObject", "DeleteObject", "UploadPart"):
        requests.note("s3", operation, {}, {})
    assert requests.billed() == {"puts": 2, "gets": 2, "write_units": 0, "read_units": 0}


def test_the_requests_of_real_clients_are_seen(app: Application) -> None:
    requests = watch([aws.client("s3"), aws.client("dynamodb")])
    app.store.objects.write("orgs/x", b"1")
    app.store.objects.read("orgs/x")
    app.store.models.find("acme", "nobody")
    assert requests.by_name == {"s3.PutObject": 1, "s3.GetObject": 1, "dynamodb.GetItem": 1}
    assert requests.billed() == {"puts": 1, "gets": 1, "write_units": 0, "read_units": 1}
