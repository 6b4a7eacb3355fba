"""A row as bytes: a record is a digest and a body, the body the canonical lines of a question and its
trials, with newlines between.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from marksheet.domain import MarkedRow
from marksheet.questions import decode_question
from marksheet.rows import decode_trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADER = Struct("<II")


class Record(NamedTuple):
    """A row that nobody has looked into yet."""

    digest: bytes
    """As `encode_digest` gives it: in the order of the digests themselves."""
    body: bytes


def encode_digest(digest: str) -> bytes:
    """UTF-8, whose bytes sort as code points do. A client's digest may hold halves of surrogates."""
    return digest.encode(errors="surrogatepass")


def decode_digest(digest: bytes) -> str:
    """The inverse of `encode_digest`."""
    return digest.decode(errors="surrogatepass")


def encode_record(record: Record) -> bytes:
    """The record with the lengths of both, so that records can be told apart again."""
    digest, body = record
    return _HEADER.pack(len(digest), len(body)) + digest + body


def decode_records(chunks: Iterable[bytes]) -> Iterator[Record]:
    """The records of bytes that arrive in pieces cut anywhere."""
    rest = b""
    size = _HEADER.size
    for chunk in chunks:
        data = rest + chunk if rest else chunk
        start, end = 0, len(data)
        while end - start >= size:
            digest_size, body_size = _HEADER.unpack_from(data, start)
            middle = start + size + digest_size
            after = middle + body_size
            if after > end:
                break
            yield Record(data[start + size : middle], data[middle:after])
            start = after
        rest = data[start:]


def decode_row(record: Record) -> MarkedRow:
    """The row of a record."""
    question, *trials = record.body.split(b"\n")
    return MarkedRow(
        decode_digest(record.digest), decode_question(question), tuple(map(decode_trial, trials))
    )
