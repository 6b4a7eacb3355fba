"""What AWS would bill of a process's requests to S3 and DynamoDB, counted at the clients."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

S3_PUTS = frozenset(
    {
        "CompleteMultipartUpload",
        "CreateMultipartUpload",
        "ListObjectsV2",
        "PutObject",
        "UploadPart",
    }
)
S3_FREE = frozenset({"AbortMultipartUpload", "DeleteObject", "DeleteObjects"})

_WRITE_BYTES = 1024
_READ_BYTES = 4096


@dataclass(slots=True)
class Requests:
    """So far: requests by "service.Operation", and DynamoDB's units."""

    by_name: Counter[str] = field(default_factory=Counter)
    write_units: int = 0
    read_units: int = 0

    def note(self, service: str, operation: str, sent: Mapping[str, Any], got: Mapping[str, Any]) -> None:
        self.by_name[f"{service}.{operation}"] += 1
        if service == "dynamodb":
            self.write_units += write_units(operation, sent, got)
            self.read_units += read_units(operation, sent, got)

    def billed(self) -> dict[str, int]:
        """`puts`, `gets`, `write_units` and `read_units`."""
        s3 = {name[3:]: count for name, count in self.by_name.items() if name.startswith("s3.")}
        return {
            "puts": sum(count for name, count in s3.items() if name in S3_PUTS),
            "gets": sum(count for name, count in s3.items() if name not in S3_PUTS | S3_FREE),
            "write_units": self.write_units,
            "read_units": self.read_units,
        }


def write_units(operation: str, sent: Mapping[str, Any], got: Mapping[str, Any]) -> int:
    """Of one request. An update whose item does not come back is taken to be of up to 1 KB."""
    match operation:
        case "PutItem":
            return _units(sent["Item"], _WRITE_BYTES)
        case "UpdateItem":
            return _units(got.get("Attributes", {}), _WRITE_BYTES)
        case "DeleteItem":
            return 1
        case "TransactWriteItems":
            puts = (write.get("Put", {}).get("Item", {}) for write in sent["TransactItems"])
            return sum(2 * _units(item, _WRITE_BYTES) for item in puts)
        case "BatchWriteItem":
            return sum(map(len, sent["RequestItems"].values()))
    return 0


def read_units(operation: str, sent: Mapping[str, Any], got: Mapping[str, Any]) -> int:
    """Of one request, read with strong consistency as all of ours are."""
    match operation:
        case "GetItem":
            return _units(got.get("Item", {}), _READ_BYTES)
        case "BatchGetItem":
            return sum(_units(item, _READ_BYTES) for items in got["Responses"].values() for item in items)
        case "Query":
            # Read together, what a page's items have in bytes is added up and rounded once.
            return max(1, -(-sum(map(item_bytes, got["Items"])) // _READ_BYTES))
    return 0


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """The size of an item in DynamoDB's typed form, by the rules of its developer guide (item sizes)."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return (len(content) + 1) // 2 + 1
        case "M":
            return 3 + len(content) + item_bytes(content)
        case "L":
            return 3 + len(content) + sum(map(_value_bytes, content))
    return 1


def _units(item: Mapping[str, Any], size: int) -> int:
    return max(1, -(-item_bytes(item) // size))


def watch(clients: Iterable[Any]) -> Requests:
    """Count the requests of these botocore clients from now on."""
    requests = Requests()

    def before(params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["sent"] = params

    def after(parsed: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        # The gateway's own words for a service: an S3 model has an endpoint prefix, DynamoDB's too.
        service = str(model.service_model.service_name)
        requests.note(service, model.name, context["sent"], parsed)

    for client in clients:
        client.meta.events.register("before-parameter-build", before)
        client.meta.events.register("after-call", after)
    return requests
