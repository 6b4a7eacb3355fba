"""`make demo`: two models marked on the example benchmark, on the local stack, which is started if need be.

Does what `local up`, `benchmarks upload`, `models add`, `run`, `download` and `local down` do, through the
functions of the `marksheet` command. A stack that was running before is left running, one that was started is
stopped. What is uploaded stays stored either way.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marksheet_cli.benchmarks import upload_benchmark
from marksheet_cli.client import Client
from marksheet_cli.connection import Connection
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.following import show_results
from marksheet_cli.local.stack import LocalStack
from marksheet_cli.models import add_recorded_model
from marksheet_cli.output import OutputFailed, guarded_output, leave
from marksheet_cli.running import start_evaluation
from marksheet_cli.screen import Screen
from marksheet_cli.transfers import save_results

EXAMPLES = Path(__file__).resolve().parent
REPOSITORY = EXAMPLES.parent
HOME = REPOSITORY / ".marksheet"
BASE, EVAL = "example-hasty", "example-careful"
PATIENCE_SECONDS = 180


@contextmanager
def local_stack(screen: Screen) -> Iterator[Connection]:
    """A running stack; stopped at the end, however that comes, unless it was running before."""
    stack = LocalStack(HOME, REPOSITORY, report=screen.note)
    found_running = stack.running
    try:
        environment = stack.up()
        yield Connection(environment["MARKSHEET_URL"], environment["MARKSHEET_API_KEY"])
    finally:
        if not found_running:
            stack.down()


def demo(screen: Screen, client: Client) -> Path:
    """Upload, register, compare, print the marks, download. Gives back where the results file lies."""
    settings = json.loads((EXAMPLES / "benchmark.json").read_text(encoding="utf-8"))
    benchmark = upload_benchmark(client, screen, EXAMPLES / "questions.jsonl", settings)
    screen.note(f"benchmark {benchmark['name']}, version {benchmark['version']}")
    add_recorded_model(client, screen, BASE, EXAMPLES / "answers.hasty.jsonl")
    add_recorded_model(client, screen, EVAL, EXAMPLES / "answers.careful.jsonl")
    pinned = f"{benchmark['id']}@{benchmark['version']}"
    created = start_evaluation(client, pinned, {"model_id": BASE, "model_id_2": EVAL})
    show_results(client, screen, created["evaluation_id"], timeout=PATIENCE_SECONDS)
    return save_results(screen, client, created["evaluation_id"], HOME / "demo")


def main() -> int:
    """Run the demo and return the exit code of the command line's table."""
    screen = Screen(as_json=False)
    # A terminated demo cleans up just like an interrupted one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        (HOME / "demo").mkdir(parents=True, exist_ok=True)
        with local_stack(screen) as connection, Client(connection) as client:
            path = demo(screen, client)
    except CommandError as error:
        screen.failure(error)
        return error.code
    except KeyboardInterrupt:
        screen.note("interrupted")
        return ExitCode.INTERRUPTED
    screen.out.print(f"Every answer with its scores: {os.path.relpath(path)}", soft_wrap=True)
    screen.out.print(
        "Next: 'make up' keeps a stack running, and README.md marks a model of your own.", soft_wrap=True
    )
    return ExitCode.OK


if __name__ == "__main__":
    try:
        with guarded_output():
            code = main()
    except OutputFailed as failure:
        code = leave(failure)
    sys.exit(code)
