"""What the use cases work with, put together once per process: the one place where parts meet settings."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from marksheet.announcements import Announcements
from marksheet.credentials import Credentials
from marksheet.identifiers import timestamp
from marksheet.scheduler import Scheduler
from marksheet.settings import Settings
from marksheet.store import Store, open_store
from marksheet.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Callable


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Application:
    """The deployment as the use cases see it."""

    settings: Settings
    store: Store
    workflow: Workflow
    credentials: Credentials
    announcements: Announcements
    scheduler: Scheduler
    clock: Callable[[], datetime] = _now

    def now(self) -> str:
        """The time in the form that is stored."""
        return timestamp(self.clock())


def build(settings: Settings) -> Application:
    """The application of these settings. Nothing is connected to before it is used."""
    return Application(
        settings=settings,
        store=open_store(settings.table_name, settings.bucket_name),
        workflow=Workflow(settings.state_machine_arn),
        credentials=Credentials(settings.secret_prefix),
        announcements=Announcements(settings.event_bus_name),
        scheduler=Scheduler(
            settings.schedule_group,
            target_arn=settings.start_scheduled_arn,
            role_arn=settings.scheduler_role_arn,
            dead_letters_arn=settings.dead_letters_arn,
        ),
    )


@functools.cache
def application() -> Application:
    """The application of this process's environment."""
    return build(Settings.from_environment())
