"""The environment of the Lambdas, read by a function and never at import. Names of variables appear here
alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class MissingSetting(RuntimeError):
    """The deployment lacks a variable it needs; only its name is told."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the template tells a function about its deployment.

    A plain dataclass, not a pydantic model: the scoring worker reads it at every cold start and needs nothing
    else of pydantic, whose import takes longer than everything here.
    """

    table_name: str
    bucket_name: str
    state_machine_arn: str = ""
    secret_prefix: str = "marksheet"
    event_bus_name: str = "default"
    max_lanes: int = 100
    """Map children an evaluation may have at once, over all its runs."""
    max_running: int = 50
    """Evaluations an organization may have running at once."""
    max_schedules: int = 50
    """Schedules an organization may have, those that are over not counted."""
    schedule_group: str = "default"
    """Where in EventBridge Scheduler the deployment's schedules are."""
    start_scheduled_arn: str = ""
    scheduler_role_arn: str = ""
    """In which EventBridge Scheduler calls StartScheduled."""
    dead_letters_arn: str = ""
    checkpoint_seconds: float = 10.0
    """How often a worker saves its answers. What was answered since is asked again after a worker is killed.

    At 0 an answer is saved before its place is given to the next question, so that nothing but what was in
    flight is asked again: for answers that cost more than the 0.000005 USD of an S3 request.
    """
    lease_seconds: float = 30.0
    """How long a shard belongs to a worker that has fallen silent."""
    inline_download_bytes: int = 4_000_000
    """A results file up to this size is answered by the API itself; a Lambda response may have 6 MB."""
    presign_seconds: int = 900
    allow_private_endpoints: bool = False
    """Whether models may live on private addresses and plain http: on a laptop only."""
    aws_endpoint_url_bedrock_runtime: str = ""
    """Where Bedrock is instead of AWS, on a laptop only. The name is that of AWS's own tools."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read `os.environ`, or the mapping given. Raises `MissingSetting` when table or bucket are not
        named.
        """
        source = os.environ if environment is None else environment

        def required(name: str) -> str:
            value = source.get(name, "")
            if not value:
                raise MissingSetting(f"the environment variable {name} is not set")
            return value

        return cls(
            table_name=required("TABLE_NAME"),
            bucket_name=required("BUCKET_NAME"),
            state_machine_arn=source.get("STATE_MACHINE_ARN", ""),
            secret_prefix=source.get("SECRET_PREFIX", "marksheet"),
            event_bus_name=source.get("EVENT_BUS_NAME", "default"),
            max_lanes=int(source.get("MAX_LANES", "100")),
            max_running=int(source.get("MAX_RUNNING", "50")),
            max_schedules=int(source.get("MAX_SCHEDULES", "50")),
            schedule_group=source.get("SCHEDULE_GROUP", "default"),
            start_scheduled_arn=source.get("START_SCHEDULED_ARN", ""),
            scheduler_role_arn=source.get("SCHEDULER_ROLE_ARN", ""),
            dead_letters_arn=source.get("DEAD_LETTERS_ARN", ""),
            checkpoint_seconds=float(source.get("CHECKPOINT_SECONDS", "10")),
            lease_seconds=float(source.get("LEASE_SECONDS", "30")),
            inline_download_bytes=int(source.get("INLINE_DOWNLOAD_BYTES", "4000000")),
            presign_seconds=int(source.get("PRESIGN_SECONDS", "900")),
            allow_private_endpoints=source.get("ALLOW_PRIVATE_ENDPOINTS", "false").lower() == "true",
            aws_endpoint_url_bedrock_runtime=source.get("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", ""),
        )
