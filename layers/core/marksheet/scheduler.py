"""EventBridge Scheduler, seen from inside: it calls StartScheduled at every tick of a schedule it keeps."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from marksheet.aws import client, error_code
from marksheet.errors import InvalidRequest, LimitExceeded, Problem

if TYPE_CHECKING:
    from marksheet.domain import Schedule

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""EventBridge Scheduler puts the tick's time in its place, such as 2026-12-01T06:00:00Z. The emulator does
not."""

RETRY_POLICY = {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10}
"""For a call that does not reach the function. An hour late is late enough; after it the tick goes to the
queue of dead letters."""


class SchedulerRefused(Exception):
    """EventBridge Scheduler answered that it will not keep the schedule, and the caller can do nothing about
    it.
    """


class Scheduler:
    """The deployment's group of schedules.

    `target_arn` is the function that is called, `role_arn` the role in which it is, and `dead_letters_arn`
    the queue of ticks that could not be delivered.
    """

    def __init__(self, group: str, *, target_arn: str, role_arn: str, dead_letters_arn: str) -> None:
        self._group = group
        self._target_arn = target_arn
        self._role_arn = role_arn
        self._dead_letters_arn = dead_letters_arn

    def keep(self, schedule: Schedule, now: datetime) -> None:
        """Make the schedule, or change the one that is there to what is said now; repeating it does no harm.

        Raises `InvalidRequest`, `LimitExceeded` or `SchedulerRefused` when nothing was made. After any other
        error nobody knows.
        """
        wanted = self._request(schedule, now)
        errors = client("scheduler").exceptions
        try:
            try:
                client("scheduler").create_schedule(**wanted)
            except errors.ConflictException:
                client("scheduler").update_schedule(**wanted)
        except errors.ServiceQuotaExceededException as error:
            message = "the AWS account has no room for more schedules; delete one"
            raise LimitExceeded(message, retry_after_seconds=5) from error
        except errors.ClientError as error:
            raise _refusal(error) from error

    def remove(self, schedule: Schedule) -> None:
        """Forget the schedule, if it is there: one that is over removes itself."""
        try:
            client("scheduler").delete_schedule(Name=schedule_name(schedule), GroupName=self._group)
        except client("scheduler").exceptions.ResourceNotFoundException:
            return

    def _request(self, schedule: Schedule, now: datetime) -> dict[str, Any]:
        target = {
            "Arn": self._target_arn,
            "RoleArn": self._role_arn,
            "Input": json.dumps(
                {
                    "organization": schedule.organization,
                    "schedule_id": schedule.schedule_id,
                    "scheduled_time": SCHEDULED_TIME,
                }
            ),
            "RetryPolicy": RETRY_POLICY,
            "DeadLetterConfig": {"Arn": self._dead_letters_arn},
        }
        wanted: dict[str, Any] = {
            "Name": schedule_name(schedule),
            "GroupName": self._group,
            "ScheduleExpression": schedule.expression,
            "ScheduleExpressionTimezone": schedule.timezone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED" if schedule.enabled else "DISABLED",
            "ActionAfterCompletion": "DELETE",
            "Target": target,
        }
        if schedule.expression.startswith("at("):
            return wanted
        # A start that is past is refused, also when something else about the schedule changes.
        if schedule.starts_at is not None and datetime.fromisoformat(schedule.starts_at) > now:
            wanted["StartDate"] = datetime.fromisoformat(schedule.starts_at)
        if schedule.ends_at is not None:
            wanted["EndDate"] = datetime.fromisoformat(schedule.ends_at)
        return wanted


def schedule_name(schedule: Schedule) -> str:
    """Its name in EventBridge Scheduler: 64 characters of `[0-9a-zA-Z-_.]` at most.

    The id alone is unique. The beginning of the organization is there for whoever reads the list in the
    console.
    """
    return f"{schedule.organization[:31]}.{schedule.schedule_id}"


def _refusal(error: Any) -> Exception:
    """What a refused call means. The service's own words may name a role, so they are not handed on."""
    if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return error  # type: ignore[no-any-return]
    if error_code(error) == "ValidationException" and "role" not in str(error).lower():
        message = (
            "EventBridge Scheduler does not take this combination of expression, timezone, start and end"
        )
        return InvalidRequest(Problem(("body", "expression"), message))
    return SchedulerRefused(error_code(error))
