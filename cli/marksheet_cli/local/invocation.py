"""One function's handler on one event, run from the checkout against the running stack.

It has the environment of the deployed function and the administrator's credentials, in a process of its own:
what is tried is the code, not the role. Nothing is packaged or deployed, so a change is tried at once.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.local.deployment import DeployedFunction
from marksheet_cli.references import did_you_mean

_KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What is to be run."""

    folder: str
    """Of the function: `score_shard`."""
    logical_id: str
    """Of the function in the template: `ScoreShard`."""
    event: Path


def find_invocation(repository: Path, function: str, event: str | None) -> Invocation:
    """The function of this folder or logical id, and the event: a file, or the name of one of its cases.

    Without `event` its only case is taken. Raises `CommandError` (USAGE) with what there is.
    """
    folders = sorted(path.parent.name for path in (repository / "functions").glob("*/handler.py"))
    by_name = {name: folder for folder in folders for name in (folder, _logical_id(folder))}
    if function not in by_name:
        known = ", ".join(map(_logical_id, folders))
        hint = did_you_mean(function, [*by_name]) or f"there are {known}"
        raise CommandError(f"there is no function {function!r}", hint=hint, code=ExitCode.USAGE)
    folder = by_name[function]
    return Invocation(folder, _logical_id(folder), _find_event(repository / "events" / folder, event))


def run_handler(repository: Path, invocation: Invocation, deployed: DeployedFunction) -> ExitCode:
    """Run it: its answer goes to stdout as JSON, what it logs to stderr. FAILED when the handler raises."""
    own = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    paths = (repository / "functions", repository / "layers" / "core", repository / "cli")
    environment = own | dict(deployed.environment) | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    command = [sys.executable, "-m", "marksheet_cli.local.handler_process"]
    done = subprocess.run(
        [*command, invocation.folder, str(invocation.event), deployed.name, str(deployed.timeout_seconds)],
        env=environment,
        check=False,
    )
    return ExitCode.OK if done.returncode == 0 else ExitCode.FAILED


def _find_event(cases: Path, event: str | None) -> Path:
    known = sorted(path.stem for path in cases.glob("*.json"))
    if event is None and len(known) == 1:
        event = known[0]
    for candidate in (Path(event), cases / f"{event}.json") if event else ():
        if candidate.is_file():
            return candidate.absolute()
    raise CommandError(
        f"there is no event {event!r}" if event else f"{cases.name} has several events",
        hint=f"name a file, or one of {', '.join(known)}",
        code=ExitCode.USAGE,
    )


def _logical_id(folder: str) -> str:
    return re.sub(r"(?:^|_)([a-z])", lambda found: found[1].upper(), folder)
