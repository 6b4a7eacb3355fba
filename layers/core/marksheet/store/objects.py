"""The S3 bucket: whole objects, ranges, write-once objects, streams in both directions, presigned
requests.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marksheet.aws import client, error_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

_CHUNK = 1 << 20
DERIVED = "kind=derived"
"""The tag that a rule of the bucket's lifecycle looks for."""
_PART = 8 << 20
"""Bytes a part of a multipart upload; S3 allows 10,000 parts, so 80 GB an object."""


class ObjectExists(Exception):
    """A write-once object is there already."""


class ObjectRefused(Exception):
    """S3 does not give an object to this role."""


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """What a browser form or curl needs to upload one file."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class OpenObject:
    """An object of which nothing is read yet."""

    size: int
    """Bytes."""
    metadata: dict[str, str]
    """What was said at the upload as `x-amz-meta-<name>`, by name in small letters."""
    chunks: Iterator[bytes]
    """Its content in pieces of at most 1 MiB, to be read once."""


class Objects:
    """One bucket."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    def read(self, key: str, start: int | None = None, end: int | None = None) -> bytes:
        """An object's bytes, or those from `start` up to but not including `end`. Raises `KeyError` when it
        is absent.
        """
        if start is not None and end is not None and end <= start:
            return b""
        extra = {} if start is None else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        try:
            body = client("s3").get_object(Bucket=self.bucket, Key=key, **extra)["Body"]
            content: bytes = body.read()
        except client("s3").exceptions.ClientError as error:
            raise _absent(error, key) from error
        return content

    def find(self, key: str) -> bytes | None:
        """An object's bytes, or None when it is absent."""
        try:
            return self.read(key)
        except KeyError:
            return None

    def size(self, key: str) -> int | None:
        """How many bytes an object has, or None when it is absent."""
        try:
            size: int = client("s3").head_object(Bucket=self.bucket, Key=key)["ContentLength"]
        except client("s3").exceptions.ClientError as error:
            if isinstance(_absent(error, key), KeyError):
                return None
            raise
        return size

    def stream(self, key: str) -> Iterator[bytes]:
        """An object's bytes in chunks of at most 1 MiB. Raises `KeyError` when it is absent."""
        try:
            body = client("s3").get_object(Bucket=self.bucket, Key=key)["Body"]
        except client("s3").exceptions.ClientError as error:
            raise _absent(error, key) from error
        with body:
            while chunk := body.read(_CHUNK):
                yield chunk

    @contextmanager
    def open(self, key: str) -> Iterator[OpenObject]:
        """An object's size and metadata, and its bytes for whoever wants them; what is not read by the end
        of the block is not transferred. Raises `KeyError` when it is absent, and `ObjectRefused` when S3
        does not give it, which is also what it says of an absent one to a role that may not list.
        """
        try:
            found = client("s3").get_object(Bucket=self.bucket, Key=key)
        except client("s3").exceptions.ClientError as error:
            if error_code(error) in {"AccessDenied", "403", "Forbidden"}:
                raise ObjectRefused(key) from error
            raise _absent(error, key) from error
        body = found["Body"]
        with body:
            yield OpenObject(found["ContentLength"], dict(found["Metadata"]), body.iter_chunks(_CHUNK))

    def lines(self, key: str) -> Iterator[bytes]:
        """An object's lines without their newline; memory flat in the object's size."""
        rest = b""
        for chunk in self.stream(key):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
        if rest:
            yield rest

    def write(
        self,
        key: str,
        content: bytes,
        content_type: str = "application/octet-stream",
        *,
        derived: bool = False,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Write an object. One that is `derived` can be made again from others: it is tagged so, and the
        bucket forgets it after some time. `open` tells its `metadata`.
        """
        extra: dict[str, Any] = {"Tagging": DERIVED} if derived else {}
        if metadata is not None:
            extra["Metadata"] = dict(metadata)
        client("s3").put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=content_type, **extra)

    def write_once(self, key: str, content: bytes, content_type: str = "application/x-ndjson") -> None:
        """Write an object unless it exists; raises `ObjectExists` when it does, or is being written by
        somebody else.
        """
        try:
            client("s3").put_object(
                Bucket=self.bucket,
                Key=key,
                Body=content,
                ContentType=content_type,
                IfNoneMatch="*",
            )
        except client("s3").exceptions.ClientError as error:
            # 412: it is there. 409: another conditional write of this key is under way, and one of the two
            # will stand.
            if error_code(error) in {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}:
                raise ObjectExists(key) from error
            raise

    def writer(self, key: str, content_type: str) -> ObjectWriter:
        """A context manager to stream an object out in parts; nothing is visible under the key until it is
        left.
        """
        return ObjectWriter(self.bucket, key, content_type)

    def delete(self, key: str) -> None:
        client("s3").delete_object(Bucket=self.bucket, Key=key)

    def delete_prefix(self, prefix: str) -> None:
        """Delete every object below a prefix, a thousand a request."""
        for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            if keys:
                client("s3").delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True})

    def presign_download(self, key: str, *, seconds: int, disposition: str, content_type: str) -> str:
        """A URL that gets one object as an attachment, for so many seconds."""
        url: str = client("s3").generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": disposition,
                "ResponseContentType": content_type,
            },
            ExpiresIn=seconds,
        )
        return url

    def presign_put(self, key: str, *, seconds: int, size: int) -> str:
        """A URL that takes a PUT of just `size` bytes to this one key, for so many seconds."""
        url: str = client("s3").generate_presigned_url(
            "put_object",
            Params={"Bucket": self.bucket, "Key": key, "ContentLength": size},
            ExpiresIn=seconds,
        )
        return url

    def presign_upload(
        self,
        key: str,
        *,
        seconds: int,
        content_type: str,
        maximum_bytes: int,
        minimum_bytes: int = 1,
        metadata: Mapping[str, str] | None = None,
    ) -> PresignedPost:
        """A POST that creates this one key with this content type, between `minimum_bytes` and
        `maximum_bytes` bytes, and this metadata (lower-case names, ASCII values, up to 2 KB together).
        """
        fixed = {"Content-Type": content_type}
        fixed |= {f"x-amz-meta-{name}": value for name, value in (metadata or {}).items()}
        post = client("s3").generate_presigned_post(
            Bucket=self.bucket,
            Key=key,
            Fields=dict(fixed),
            Conditions=[
                *({name: value} for name, value in fixed.items()),
                ["content-length-range", minimum_bytes, maximum_bytes],
            ],
            ExpiresIn=seconds,
        )
        return PresignedPost(post["url"], dict(post["fields"]))


class ObjectWriter:
    """Streams one object: a single put while it is small, a multipart upload from 8 MiB on, aborted on an
    error.
    """

    def __init__(self, bucket: str, key: str, content_type: str) -> None:
        self._target = {"Bucket": bucket, "Key": key}
        self._content_type = content_type
        self._buffer = bytearray()
        self._upload_id: str | None = None
        self._parts: list[dict[str, Any]] = []
        self.size = 0
        """Bytes written so far."""

    def write(self, content: bytes) -> None:
        self._buffer += content
        self.size += len(content)
        if len(self._buffer) >= _PART:
            self._send()

    def __enter__(self) -> ObjectWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            if self._upload_id:
                client("s3").abort_multipart_upload(**self._target, UploadId=self._upload_id)
        elif self._upload_id is None:
            client("s3").put_object(**self._target, Body=bytes(self._buffer), ContentType=self._content_type)
        else:
            if self._buffer:
                self._send()
            client("s3").complete_multipart_upload(
                **self._target, UploadId=self._upload_id, MultipartUpload={"Parts": self._parts}
            )

    def _send(self) -> None:
        if self._upload_id is None:
            started = client("s3").create_multipart_upload(**self._target, ContentType=self._content_type)
            self._upload_id = started["UploadId"]
        number = len(self._parts) + 1
        sent = client("s3").upload_part(
            **self._target, UploadId=self._upload_id, PartNumber=number, Body=bytes(self._buffer)
        )
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        self._buffer.clear()


def _absent(error: Exception, key: str) -> Exception:
    return KeyError(key) if error_code(error) in {"NoSuchKey", "404", "NotFound"} else error
