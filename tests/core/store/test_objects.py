from __future__ import annotations

import base64
import json

import pytest

from marksheet.aws import client
from marksheet.store.objects import ObjectExists, Objects

pytestmark = pytest.mark.usefixtures("aws_account")


@pytest.fixture
def objects() -> Objects:
    return Objects("marksheet-test-data")


def test_a_range_ends_before_its_end(objects: Objects) -> None:
    objects.write("k", b"0123456789")
    assert objects.read("k", 2, 5) == b"234"
    assert objects.read("k", 7) == b"789"
    assert objects.read("k") == b"0123456789"


def test_an_empty_range_asks_nobody(objects: Objects) -> None:
    assert objects.read("absent", 3, 3) == b""


def test_an_absent_object_is_a_key_error(objects: Objects) -> None:
    with pytest.raises(KeyError):
        objects.read("absent")
    with pytest.raises(KeyError):
        list(objects.stream("absent"))
    assert objects.find("absent") is None


def test_the_second_writer_of_a_write_once_object_loses(objects: Objects) -> None:
    objects.write_once("k", b"first")
    with pytest.raises(ObjectExists):
        objects.write_once("k", b"second")
    assert objects.read("k") == b"first"


def test_an_open_object_tells_its_size_and_metadata_before_its_bytes(objects: Objects) -> None:
    content = b"x" * ((1 << 20) + 5)
    client("s3").put_object(Bucket=objects.bucket, Key="k", Body=content, Metadata={"filename": "a%20b"})
    with objects.open("k") as found:
        assert (found.size, found.metadata) == (len(content), {"filename": "a%20b"})
        assert [len(chunk) for chunk in found.chunks] == [1 << 20, 5]


def test_an_absent_object_cannot_be_opened(objects: Objects) -> None:
    with pytest.raises(KeyError), objects.open("absent"):
        pass


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_lines_come_whole_across_chunks(objects: Objects, ending: bytes) -> None:
    lines = [b"x" * 700_000, b"", b"y" * 700_000, b"z"]
    objects.write("k", b"\n".join(lines) + ending)
    assert list(objects.lines("k")) == lines


@pytest.mark.parametrize("size", [0, 10, 8 << 20, (20 << 20) + 3])
def test_a_streamed_object_is_what_was_written(objects: Objects, size: int) -> None:
    with objects.writer("k", "text/plain") as out:
        for start in range(0, size, 1 << 20):
            out.write(b"a" * min(1 << 20, size - start))
    assert out.size == size
    assert objects.read("k") == b"a" * size


def test_a_stream_that_fails_leaves_nothing(objects: Objects) -> None:
    def write() -> None:
        with objects.writer("k", "text/plain") as out:
            out.write(b"a" * (9 << 20))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write()
    assert objects.find("k") is None


def test_a_prefix_is_emptied(objects: Objects) -> None:
    for number in range(3):
        objects.write(f"a/{number}", b"")
    objects.write("b/0", b"")
    objects.delete_prefix("a/")
    assert objects.find("a/1") is None
    assert objects.find("b/0") == b""


def test_a_presigned_post_is_bound_to_key_type_and_size(objects: Objects) -> None:
    post = objects.presign_upload("k", seconds=60, content_type="text/csv", maximum_bytes=100)
    policy = json.loads(base64.b64decode(post.fields["policy"]))["conditions"]
    assert {"key": "k"} in policy
    assert {"Content-Type": "text/csv"} in policy
    assert ["content-length-range", 1, 100] in policy


def test_a_presigned_post_may_ask_for_one_size_and_carry_metadata(objects: Objects) -> None:
    post = objects.presign_upload(
        "k",
        seconds=60,
        content_type="text/csv",
        minimum_bytes=7,
        maximum_bytes=7,
        metadata={"filename": "a%20b.csv"},
    )
    policy = json.loads(base64.b64decode(post.fields["policy"]))["conditions"]
    assert ["content-length-range", 7, 7] in policy
    assert {"x-amz-meta-filename": "a%20b.csv"} in policy
    assert post.fields["x-amz-meta-filename"] == "a%20b.csv"


def test_the_size_of_an_object_is_told_without_reading_it(objects: Objects) -> None:
    objects.write("k", b"12345")
    assert objects.size("k") == 5
    assert objects.size("absent") is None


def test_a_presigned_download_is_an_attachment_for_some_seconds(objects: Objects) -> None:
    url = objects.presign_download(
        "k", seconds=60, disposition="attachment; filename=r.json", content_type="application/json"
    )
    assert "X-Amz-Expires=60" in url
    assert "response-content-disposition=attachment" in url
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
