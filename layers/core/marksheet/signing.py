"""Requests that AWS takes for ours: signed with the process's credentials, for services that are called
without their client.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from marksheet.aws import session

if TYPE_CHECKING:
    from collections.abc import Callable


def _now() -> datetime:
    return datetime.now(UTC)


class Signer:
    """Signs POSTs of JSON to one service in one Region, the function's own by default (AWS Signature V4).

    botocore signs in the same way (a test compares the two), but takes five times as long, nearly as long as
    the rest of the call; its client takes ten times that. Raises botocore's `NoRegionError` where no Region
    is known.
    """

    def __init__(
        self, service: str, region: str | None = None, *, clock: Callable[[], datetime] = _now
    ) -> None:
        from botocore.exceptions import NoRegionError

        self._service = service
        self._clock = clock
        self._credentials: Any = None
        self._key: tuple[str, str, bytes] = ("", "", b"")
        self.region: str = region or session().get_config_variable("region") or ""
        if not self.region:
            raise NoRegionError

    def sign(self, url: str, body: bytes) -> dict[str, str]:
        """The headers of a POST to this URL, which has no query. They hold for this body alone, and five
        minutes.

        Credentials are looked up once and renewed by botocore before they expire. Raises botocore's
        `NoCredentialsError` where there are none.
        """
        credentials = self._find_credentials().get_frozen_credentials()
        stamp = self._clock().strftime("%Y%m%dT%H%M%SZ")
        place = urlsplit(url)
        signed = {"content-type": "application/json", "host": place.netloc, "x-amz-date": stamp}
        if credentials.token:
            signed["x-amz-security-token"] = credentials.token
        names = ";".join(signed)
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        # The path is quoted once more than it is sent, as for every service but S3.
        path = quote(place.path, safe="/~")
        request = f"POST\n{path}\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{stamp[:8]}/{self.region}/{self._service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.new(self._signing_key(credentials.secret_key, stamp[:8]), text.encode(), "sha256")
        del signed["host"]
        signed["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature.hexdigest()}"
        )
        return signed

    def _find_credentials(self) -> Any:
        if self._credentials is None:
            self._credentials = session().get_credentials()
        if self._credentials is None:
            from botocore.exceptions import NoCredentialsError

            raise NoCredentialsError
        return self._credentials

    def _signing_key(self, secret: str, day: str) -> bytes:
        """The key of the day, kept as long as it holds."""
        if self._key[:2] != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self.region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = (secret, day, key)
        return self._key[2]
