"""AWS clients, built on first use and kept for the life of the process."""

from __future__ import annotations

import functools
import gzip
import os
from pathlib import Path
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
        # An eighth of what a call costs here. What is wrong with a parameter, the service says too.
        parameter_validation=False,
        signature_version="s3v4" if service == "s3" else None,
    )
    return session().create_client(service, config=config)


@functools.cache
def session() -> Any:
    """botocore's session: region, credentials and endpoints of the environment."""
    import botocore.session
    from botocore.loaders import Loader

    session = botocore.session.get_session()
    loader = Loader(file_loader=_Descriptions())  # type: ignore[arg-type] # it wants no more than these two
    session.register_component("data_loader", loader)
    return session


class _Descriptions:
    """Reads botocore's descriptions of the services with orjson, in place of botocore's own file loader.

    Half of what a first client costs is reading them with json into ordered dicts, at every cold start.
    """

    def exists(self, file_path: str) -> bool:
        # Asked about nine hundred times for one client: a path made for each costs more than all the rest.
        return any(os.path.isfile(file_path + ending) for ending in (".json.gz", ".json"))  # noqa: PTH113

    def load_file(self, file_path: str) -> Any:
        """The content of a file named without its ending; None when there is none."""
        import orjson

        if (plain := Path(file_path + ".json")).is_file():
            return orjson.loads(plain.read_bytes())
        if (packed := Path(file_path + ".json.gz")).is_file():
            return orjson.loads(gzip.decompress(packed.read_bytes()))
        return None


def error_code(error: BaseException) -> str:
    """The service's error code of a botocore `ClientError`, or "" for any other exception."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return ""
    return str(response.get("Error", {}).get("Code", ""))
