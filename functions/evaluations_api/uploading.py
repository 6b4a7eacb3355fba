"""How a file is sent, as this surface says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge import answer

from marksheet.dialects import nugen

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

    from marksheet.uploads import Upload


def answer_upload(upload: Upload) -> Response[str]:
    """Where and how to send a file."""
    body = nugen.encode_upload(
        upload_id=upload.upload_id,
        url=upload.post.url,
        fields=upload.post.fields,
        expires_seconds=upload.expires_seconds,
        maximum_bytes=upload.maximum_bytes,
    )
    return answer(body)
