"""The digest by which rows of different runs and benchmarks are told to be the same question.

It is the one that Weave's trace server gives dataset rows, so that a row logged by its client and an equal
question of a benchmark meet.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from marksheet.domain import LoggedRow

if TYPE_CHECKING:
    from marksheet.domain import Question

ROW_REFERENCE = "/attr/rows/id/"
_encode = json.JSONEncoder(sort_keys=True).encode
"""What `json.dumps` would give, which makes an encoder for every call."""
_ALPHABET = bytes.maketrans(b"-_", b"XY")


def digest_of(value: Any) -> str:
    """The digest of a row, 43 characters, but for a reference to a dataset's row, which names it.

    The SHA-256, in URL-safe base64 without padding and with X and Y for - and _, of a string itself, and of
    anything else of its JSON text: keys sorted, ", " and ": " between, everything beyond ASCII escaped.
    """
    if isinstance(value, str):
        return referenced_digest(value) or content_digest(value.encode(errors="surrogatepass"))
    return value_digest(value)


def value_digest(value: Any) -> str:
    """The digest of what is no row: a string too has that of its JSON text."""
    return content_digest(_encode(value).encode())


def referenced_digest(text: str) -> str | None:
    """What a reference to a dataset's row ends in; None for a text that is none."""
    dataset, found, digest = text.partition(ROW_REFERENCE)
    return digest if found and dataset and digest and "/" not in digest else None


def row_value(question: Question) -> Any:
    """The row that a question is: of a logged run what was logged, of a benchmark what is asked and expected.

    Ids, cluster and metadata are not part of it, so that the same question in two benchmarks is one row.
    """
    if isinstance(question, LoggedRow):
        return question.value
    row: dict[str, Any] = {"question": question.question}
    if question.expected_answer is not None:
        row["expected_answer"] = question.expected_answer
    if question.context:
        row["context"] = list(question.context)
    if question.choices:
        row["choices"] = list(question.choices)
    return row


def row_digest(question: Question) -> str:
    """The digest of the row that a question is."""
    return digest_of(row_value(question))


def content_digest(content: bytes) -> str:
    """The digest of some bytes."""
    return urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").translate(_ALPHABET).decode()
