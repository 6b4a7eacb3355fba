"""`marksheet local up|down|status|invoke`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.local.stack import LocalStack
from marksheet_cli.screen import Screen
from marksheet_cli.tables import detail_table

local_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Marksheet whole on this machine, without Docker or an AWS account.",
)

Repository = Annotated[
    Path | None,
    typer.Option(help="The checkout to deploy; found upward from the working directory if not given."),
]
HomeDirectory = Annotated[
    Path | None,
    typer.Option(
        "--home", envvar="MARKSHEET_HOME", help="Where the stack keeps its state; the checkout's .marksheet."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@local_app.command("up")
def up(
    port: Annotated[int | None, typer.Option(min=1024, max=65535, help="A free one if not given.")] = None,
    repository: Repository = None,
    home: HomeDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Start the stack, deploy what has changed, and write local.env. Harmless when it is up already."""
    with _screen(as_json=as_json) as screen:
        stack = _stack(screen, home, repository)
        environment = stack.up(port)
        answer = {"url": environment["MARKSHEET_URL"], "env_file": str(stack.env_file), "pid": stack.pid}
        screen.answer(answer, lambda: detail_table(answer))
        screen.note(f"other programs: set -a; . {stack.env_file}; set +a")


@local_app.command("down")
def down(
    wipe: Annotated[bool, typer.Option("--wipe", help="Forget everything that is stored, too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a --wipe.")] = False,
    repository: Repository = None,
    home: HomeDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Stop the stack. What is stored stays for the next start."""
    with _screen(as_json=as_json) as screen:
        stack = _stack(screen, home, repository)
        screen.confirm(
            f"Forget all benchmarks, models, evaluations and keys in {stack.env_file.parent}?",
            yes=yes or not wipe,
        )
        stopped = stack.down(wipe=wipe)
        answer = {"stopped": stopped, "wiped": wipe}
        screen.answer(answer, lambda: "stopped" if stopped else "nothing was running")


@local_app.command("status")
def status(repository: Repository = None, home: HomeDirectory = None, as_json: AsJson = False) -> None:
    """Say whether the stack runs, and where. Exit code 3 when it does not."""
    with _screen(as_json=as_json) as screen:
        stack = _stack(screen, home, repository)
        answer: dict[str, Any] = {"running": stack.running}
        if stack.running:
            answer |= {
                "url": stack.environment["MARKSHEET_URL"],
                "env_file": str(stack.env_file),
                "log_file": str(stack.log_file),
                "pid": stack.pid,
            }
        screen.answer(answer, lambda: detail_table(answer))
        if not stack.running:
            raise typer.Exit(ExitCode.UNAVAILABLE)


@local_app.command("invoke")
def invoke(
    function: Annotated[str, typer.Argument(help="Such as ScoreShard, or its folder, score_shard.")],
    event: Annotated[
        str | None, typer.Argument(help="A JSON file, or a case below events/; its only one if not given.")
    ] = None,
    repository: Repository = None,
    home: HomeDirectory = None,
) -> None:
    """Run a function's handler from the checkout on an event, against the stack that is up.

    The answer is JSON on stdout, the log goes to stderr. Exit code 1 when the handler raises, 3 when no stack
    runs.
    """
    from marksheet_cli.local.invocation import find_invocation, run_handler

    with _screen(as_json=False) as screen:
        checkout = repository or find_repository(Path.cwd())
        invocation = find_invocation(checkout, function, event)
        deployed = _stack(screen, home, checkout).function(invocation.logical_id)
        code = run_handler(checkout, invocation, deployed)
    raise typer.Exit(code)


@contextmanager
def _screen(*, as_json: bool) -> Iterator[Screen]:
    """The screen, and one way to end: a message and an exit code, never a traceback."""
    screen = Screen(as_json=as_json)
    try:
        yield screen
    except CommandError as error:
        screen.failure(error)
        raise typer.Exit(error.code) from None
    except KeyboardInterrupt:
        screen.note("interrupted")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _stack(screen: Screen, home: Path | None, repository: Path | None) -> LocalStack:
    checkout = repository or find_repository(Path.cwd())
    return LocalStack(home or checkout / ".marksheet", checkout, report=screen.note)


def find_repository(start: Path) -> Path:
    """The checkout that `start` lies in, or else the one that this program was installed from."""
    for directory in (start, *start.parents, *Path(__file__).parents):
        if (directory / "template.yaml").is_file() and (directory / "layers" / "core").is_dir():
            return directory
    raise CommandError(
        "no checkout of Marksheet was found",
        hint=f"name one with --repository; {start} lies in none",
        code=ExitCode.USAGE,
    )
