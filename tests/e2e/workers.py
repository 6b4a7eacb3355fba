"""The stack's worker processes and its state machine, seen from outside."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config


@functools.cache
def client(service: str) -> Any:
    """An AWS client of the stack's administrator, kept open for the whole test session."""
    return boto3.client(service, config=Config(read_timeout=120, retries={"total_max_attempts": 1}))


def pids(stack_pid: int, function: str) -> list[int]:
    """Processes below the emulator that run a function, by the folder their worker script lies in."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (entry / "cmdline").read_bytes().decode()
            if parent == stack_pid and f"-{function}-" in command:
                found.append(int(entry.name))
    return found


def kill(pid: int) -> bool:
    """SIGKILL; False when the process was gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def function_name(stack: str, logical_id: str) -> str:
    resource = client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return str(resource["StackResourceDetail"]["PhysicalResourceId"])


def manifest(bucket: str, organization: str, evaluation_id: str) -> list[dict[str, Any]]:
    key = f"orgs/{organization}/evaluations/{evaluation_id}/manifest.json"
    body = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    entries: list[dict[str, Any]] = json.loads(body)
    return entries


def execution(evaluation_id: str) -> tuple[str, list[dict[str, Any]]]:
    """The execution's ARN and its history."""
    (machine,) = client("stepfunctions").list_state_machines()["stateMachines"]
    arn = machine["stateMachineArn"].replace(":stateMachine:", ":execution:") + ":" + evaluation_id
    history = client("stepfunctions").get_execution_history(executionArn=arn, maxResults=1000)
    return arn, history["events"]


def payloads(evaluation_id: str) -> list[str]:
    """Every state's input and output, of the execution and of its map's children, as text."""
    arn, history = execution(evaluation_id)
    texts = [
        details[field]
        for event in history
        for details in event.values()
        if isinstance(details, dict)
        for field in ("input", "output", "parameters")
        if isinstance(details.get(field), str)
    ]
    for map_run in client("stepfunctions").list_map_runs(executionArn=arn)["mapRuns"]:
        for child in client("stepfunctions").list_executions(mapRunArn=map_run["mapRunArn"])["executions"]:
            told = client("stepfunctions").describe_execution(executionArn=child["executionArn"])
            texts += [told[field] for field in ("input", "output") if told.get(field)]
    return texts
