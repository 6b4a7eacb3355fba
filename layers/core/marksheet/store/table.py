"""The DynamoDB table: plain dicts in and out, conditions as one exception, nothing about what the
items mean.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import islice
from typing import Any

from marksheet.aws import client, error_code

Item = dict[str, Any]

_AT_ONCE = 8
"""Requests of a large batch that are under way together."""


class ConditionFailed(Exception):
    """A conditional write lost. `item` is what stood there (empty when nothing did, or when it was not asked
    for).
    """

    def __init__(self, item: Item | None = None, failed: Sequence[int] = ()) -> None:
        super().__init__("conditional write refused")
        self.item = item or {}
        self.failed = tuple(failed)
        """Positions of the writes of a transaction whose conditions failed."""


def encode(value: Any) -> dict[str, Any]:
    """A Python value in DynamoDB's typed form. Floats become exact decimals of their shortest text."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, Decimal):
        return {"N": f"{value:f}"}
    if isinstance(value, int | float):
        return {"N": repr(value)}
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, Mapping):
        return {"M": {str(k): encode(v) for k, v in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [encode(v) for v in value]}
    raise TypeError(f"no DynamoDB form for {type(value).__name__}")


def decode(value: Mapping[str, Any]) -> Any:
    """The inverse of `encode`; numbers come back as int when they are whole texts, else as float."""
    ((kind, content),) = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return int(content) if content.lstrip("-").isdigit() else float(content)
        case "M":
            return {k: decode(v) for k, v in content.items()}
        case "L":
            return [decode(v) for v in content]
        case _:
            return content


def encode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {k: encode(v) for k, v in item.items()}


def decode_item(item: Mapping[str, Any]) -> Item:
    return {k: decode(v) for k, v in item.items()}


class Table:
    """One table with string keys PK and SK."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get(self, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
        answer = client("dynamodb").get_item(
            TableName=self.name, Key=encode_item({"PK": pk, "SK": sk}), ConsistentRead=consistent
        )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item | None]:
        """The items of many keys, in the keys' order, a hundred a request; None where there is none."""
        found: dict[tuple[str, str], Item] = {}
        for start in range(0, len(keys), 100):
            wanted = [encode_item({"PK": pk, "SK": sk}) for pk, sk in keys[start : start + 100]]
            pending: dict[str, Any] = {self.name: {"Keys": wanted, "ConsistentRead": True}}
            for attempt in range(10):
                answer = client("dynamodb").batch_get_item(RequestItems=pending)
                for item in map(decode_item, answer["Responses"].get(self.name, [])):
                    found[item["PK"], item["SK"]] = item
                pending = answer.get("UnprocessedKeys", {})
                if not pending:
                    break
                time.sleep(random.uniform(0, min(1.0, 0.05 * 2**attempt)))
            else:
                raise RuntimeError("the table keeps refusing part of a batch")
        return [found.get(key) for key in keys]

    def put(self, item: Item, *, unless_exists: bool = False) -> None:
        """Write an item; with `unless_exists` raise `ConditionFailed` when one stands there."""
        extra = {"ConditionExpression": "attribute_not_exists(PK)"} if unless_exists else {}
        try:
            client("dynamodb").put_item(TableName=self.name, Item=encode_item(item), **extra)
        except client("dynamodb").exceptions.ConditionalCheckFailedException as lost:
            raise ConditionFailed from lost

    def delete(self, pk: str, sk: str) -> None:
        client("dynamodb").delete_item(TableName=self.name, Key=encode_item({"PK": pk, "SK": sk}))

    def update(
        self,
        pk: str,
        sk: str,
        expression: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None = None,
        condition: str | None = None,
    ) -> Item:
        """Update one item and give back all of it as it is afterwards; raises `ConditionFailed` with what
        stood there.
        """
        try:
            answer = client("dynamodb").update_item(
                TableName=self.name,
                **self._update(pk, sk, expression, values, names=names, condition=condition),
                ReturnValues="ALL_NEW",
                **({"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if condition else {}),
            )
        except client("dynamodb").exceptions.ConditionalCheckFailedException as lost:
            raise ConditionFailed(decode_item(lost.response.get("Item", {}))) from lost
        return decode_item(answer["Attributes"])

    def query(
        self,
        pk: str,
        *,
        prefix: str = "",
        between: tuple[str, str] | None = None,
        after: str | None = None,
        a_request: int | None = None,
        newest_first: bool = False,
        filter_expression: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Iterator[Item]:
        """Items of one partition in sort-key order, page by page, as far as the caller reads.

        Of `prefix`, `between` (both ends included) and `after` (that sort key left out) one may be given.
        `a_request` is how many are fetched at once; without it, as many as DynamoDB gives (1 MB).
        """
        condition = "PK = :pk"
        all_values: dict[str, Any] = {":pk": pk, **(values or {})}
        if between is not None:
            condition += " AND SK BETWEEN :low AND :high"
            all_values |= {":low": between[0], ":high": between[1]}
        elif after is not None:
            condition += " AND SK > :after"
            all_values[":after"] = after
        elif prefix:
            condition += " AND begins_with(SK, :prefix)"
            all_values[":prefix"] = prefix
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": encode_item(all_values),
            "ScanIndexForward": not newest_first,
            "ConsistentRead": True,
        }
        if a_request is not None:
            request["Limit"] = a_request
        if filter_expression:
            request["FilterExpression"] = filter_expression
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        while True:
            answer = client("dynamodb").query(**request)
            yield from map(decode_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def transact(self, writes: Sequence[Mapping[str, Any]]) -> None:
        """All or none of the writes (made by `to_put`, `to_update`, `to_delete`); raises `ConditionFailed`
        naming the refused ones.

        Conflicts with other transactions on the same item are tried again with full jitter: they say nothing
        about our conditions, and the counter items of a busy run meet them now and then.
        """
        for attempt in range(12):
            try:
                client("dynamodb").transact_write_items(TransactItems=list(writes))
                return
            except client("dynamodb").exceptions.TransactionCanceledException as cancelled:
                codes = [reason.get("Code") for reason in cancelled.response.get("CancellationReasons", [])]
                failed = [i for i, code in enumerate(codes) if code == "ConditionalCheckFailed"]
                if failed:
                    raise ConditionFailed(failed=failed) from cancelled
                if attempt == 11 or not _only_conflicts(codes):
                    raise
            except client("dynamodb").exceptions.ClientError as error:
                if error_code(error) != "TransactionConflictException" or attempt == 11:
                    raise
            time.sleep(random.uniform(0, min(1.0, 0.02 * 2**attempt)))

    def to_put(
        self, item: Item, *, condition: str | None = None, values: Mapping[str, Any] | None = None
    ) -> Item:
        put: dict[str, Any] = {"TableName": self.name, "Item": encode_item(item)}
        if condition:
            put["ConditionExpression"] = condition
        if values:
            put["ExpressionAttributeValues"] = encode_item(values)
        return {"Put": put}

    def to_update(
        self,
        pk: str,
        sk: str,
        expression: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None = None,
        condition: str | None = None,
    ) -> Item:
        fields = self._update(pk, sk, expression, values, names=names, condition=condition)
        return {"Update": {"TableName": self.name, **fields}}

    def to_delete(self, pk: str, sk: str, *, condition: str, values: Mapping[str, Any] | None = None) -> Item:
        delete: dict[str, Any] = {
            "TableName": self.name,
            "Key": encode_item({"PK": pk, "SK": sk}),
            "ConditionExpression": condition,
        }
        if values:
            delete["ExpressionAttributeValues"] = encode_item(values)
        return {"Delete": delete}

    def put_many(self, items: Iterable[Item]) -> None:
        """Write many items, 25 a request and a few requests at once, until none is left unprocessed. No two
        may have the same keys.
        """
        self._write_all({"PutRequest": {"Item": encode_item(item)}} for item in items)

    def delete_all(self, keys: Iterable[tuple[str, str]]) -> None:
        """Delete many items, as `put_many` writes them."""
        self._write_all({"DeleteRequest": {"Key": encode_item({"PK": pk, "SK": sk})}} for pk, sk in keys)

    def _write_all(self, writes: Iterator[Item]) -> None:
        """Memory does not grow with the number of writes."""
        first = list(islice(writes, 25))
        second = list(islice(writes, 25))
        if not second:
            if first:
                self._write_batch(first)
            return
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            under_way = deque([pool.submit(self._write_batch, batch) for batch in (first, second)])
            while batch := list(islice(writes, 25)):
                if len(under_way) == _AT_ONCE:
                    under_way.popleft().result()
                under_way.append(pool.submit(self._write_batch, batch))
            for each in under_way:
                each.result()

    def _write_batch(self, batch: list[Item]) -> None:
        pending: dict[str, Any] = {self.name: batch}
        for attempt in range(10):
            pending = client("dynamodb").batch_write_item(RequestItems=pending).get("UnprocessedItems", {})
            if not pending:
                return
            time.sleep(random.uniform(0, min(1.0, 0.05 * 2**attempt)))
        raise RuntimeError("the table keeps refusing part of a batch")

    @staticmethod
    def _update(
        pk: str,
        sk: str,
        expression: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None,
        condition: str | None,
    ) -> Item:
        fields: dict[str, Any] = {
            "Key": encode_item({"PK": pk, "SK": sk}),
            "UpdateExpression": expression,
            "ExpressionAttributeValues": encode_item(values),
        }
        if names:
            fields["ExpressionAttributeNames"] = dict(names)
        if condition:
            fields["ConditionExpression"] = condition
        return fields


def _only_conflicts(codes: Sequence[str | None]) -> bool:
    transient = {"None", None, "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
    return set(codes) <= transient
