"""AWS clients, built on first use and kept for the life of the process."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def client(service: str) -> Any:
    """The client of one AWS service, for the region, credentials and endpoint of the environment.

    Built from botocore's session: `boto3.client` is the same call behind an import that costs every cold
    start more.
    """
    from botocore.config import Config

    # Virtual-hosted addresses on AWS, paths on a loopback endpoint: botocore's own choice is right for both.
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 6},
        connect_timeout=5,
        read_timeout=30,
        max_pool_connections=32,
        signature_version="s3v4" if service == "s3" else None,
    )
    return _session().create_client(service, config=config)


@functools.cache
def _session() -> Any:
    import botocore.session

    return botocore.session.get_session()


def error_code(error: BaseException) -> str:
    """The service's error code of a botocore `ClientError`, or "" for any other exception."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return ""
    return str(response.get("Error", {}).get("Code", ""))
