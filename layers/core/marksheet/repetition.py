"""Creates that clients repeat without saying so: the same request, of the same key, within some minutes.

The clients of one surface send a POST again after an answer of 5xx, and have no header to tell it by.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from marksheet.store.idempotency import IdempotencyRecord

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller
    from marksheet.store.idempotency import IdempotencyKeyUsed

WINDOW = timedelta(minutes=10)
"""From the first of the requests on. A client gives up long before."""


def repetition_key(caller: Caller, what: str, fingerprint: str) -> str:
    """The idempotency key of a request that came without one. It has spaces, so no client can send it."""
    return f"again {what} {caller.key_id} {fingerprint}"


def repetition_record(app: Application, caller: Caller, what: str, fingerprint: str) -> IdempotencyRecord:
    """What is to be remembered of a create; `fingerprint` is a digest of all that it says."""
    return IdempotencyRecord.of(repetition_key(caller, what, fingerprint), fingerprint, app.clock(), WINDOW)


def made_before(app: Application, caller: Caller, what: str, fingerprint: str) -> IdempotencyKeyUsed | None:
    """What the same request made before, if it did and that is not forgotten."""
    key = repetition_key(caller, what, fingerprint)
    return app.store.idempotency.find(caller.organization, key, int(app.clock().timestamp()))
