"""The state machine, seen from outside: start an evaluation's execution, stop it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from marksheet.aws import client, error_code
from marksheet.domain import Stage

if TYPE_CHECKING:
    from marksheet.domain import Evaluation


def execution_name(evaluation: Evaluation) -> str:
    """Named after the evaluation, and from the second attempt on after the attempt too: a name runs once."""
    if evaluation.attempt == 1:
        return evaluation.evaluation_id
    return f"{evaluation.evaluation_id}-{evaluation.attempt}"


def _wait_seconds(evaluation: Evaluation) -> int:
    """Calls of a logged run may be on their way when its end has come. When more came later, more may follow,
    and all of them are to be one attempt.
    """
    if not evaluation.logged:
        return 0
    return 2 if evaluation.attempt == 1 else 10


class Workflow:
    def __init__(self, state_machine_arn: str) -> None:
        self._arn = state_machine_arn

    def start(self, evaluation: Evaluation) -> None:
        """Start the execution of an evaluation's current attempt; nothing happens when it was
        started before.
        """
        given = {
            "organization": evaluation.organization,
            "evaluation_id": evaluation.evaluation_id,
            "attempt": evaluation.attempt,
            "stage": Stage.ANSWERS.value,
            "wait_seconds": _wait_seconds(evaluation),
        }
        try:
            client("stepfunctions").start_execution(
                stateMachineArn=self._arn, name=execution_name(evaluation), input=json.dumps(given)
            )
        except client("stepfunctions").exceptions.ExecutionAlreadyExists:
            return

    def stop(self, evaluation: Evaluation) -> None:
        """Stop the current attempt's execution, if it runs. Workers under way notice by the evaluation's
        status.
        """
        execution = self._arn.replace(":stateMachine:", ":execution:") + ":" + execution_name(evaluation)
        try:
            client("stepfunctions").stop_execution(
                executionArn=execution, error="Cancelled", cause="cancelled by request"
            )
        except client("stepfunctions").exceptions.ClientError as error:
            # Not there, or over already: then there is nothing to stop.
            if error_code(error) not in {"ExecutionDoesNotExist", "ValidationException"}:
                raise
