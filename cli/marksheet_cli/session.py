"""What every command shares: the four common options, the screen, the client, and one way to end.

`with_session` turns a function of (Session, its own options) into a command that also takes `--json`,
`--url`, `--api-key` and `--env-file`. They are options of every command, not only of the root, so that nobody
has to know where they belong; and one decorator, not four parameters in every signature.
"""

import functools
import inspect
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.screen import Screen

if TYPE_CHECKING:
    from marksheet_cli.client import Client
    from marksheet_cli.connection import Connection
    from marksheet_cli.dataset_client import DatasetClient
    from marksheet_cli.grading_client import GradingClient

P = ParamSpec("P")

_PANEL = "Connection and output"
_COMMON: dict[str, tuple[Any, Any]] = {
    "as_json": (
        Annotated[bool, typer.Option("--json", help="One JSON document on stdout.", rich_help_panel=_PANEL)],
        False,
    ),
    "url": (
        Annotated[
            str | None,
            typer.Option(help="Address of the deployment; env MARKSHEET_URL.", rich_help_panel=_PANEL),
        ],
        None,
    ),
    "api_key": (
        Annotated[
            str | None,
            typer.Option(
                help="Your API key; better in env MARKSHEET_API_KEY, outside the process list.",
                rich_help_panel=_PANEL,
            ),
        ],
        None,
    ),
    "env_file": (
        Annotated[
            Path | None,
            typer.Option(
                help="File with MARKSHEET_URL=... and MARKSHEET_API_KEY=...; "
                "without one, .marksheet/local.env is looked for upward.",
                rich_help_panel=_PANEL,
            ),
        ],
        None,
    ),
}


class Session:
    """One command's run. A client is made when first used: usage errors come before any request."""

    def __init__(
        self,
        screen: Screen,
        *,
        url: str | None = None,
        api_key: str | None = None,
        env_file: Path | None = None,
    ) -> None:
        self.screen = screen
        self.env_file = env_file
        self._url = url
        self._api_key = api_key
        self._open = ExitStack()

    @functools.cached_property
    def client(self) -> "Client":
        """Evaluations and what they need, of the deployment that options, environment or local stack name."""
        from marksheet_cli.client import Client

        return self._open.enter_context(Client(self._connection))

    @functools.cached_property
    def grading(self) -> "GradingClient":
        """The grading surface of the same deployment."""
        from marksheet_cli.grading_client import GradingClient

        return self._open.enter_context(GradingClient(self._connection))

    @functools.cached_property
    def datasets(self) -> "DatasetClient":
        """The datasets of the same deployment."""
        from marksheet_cli.dataset_client import DatasetClient

        return self._open.enter_context(DatasetClient(self._connection))

    @functools.cached_property
    def _connection(self) -> "Connection":
        from marksheet_cli.connection import resolve

        return resolve(url=self._url, api_key=self._api_key, env_file=self.env_file)

    def close(self) -> None:
        self._open.close()


def with_session(function: Callable[Concatenate[Session, P], None]) -> Callable[..., None]:
    """A typer command out of `function`, which gets an open Session first.

    A CommandError becomes its message and exit code, Ctrl-C the exit code 130.
    """

    @functools.wraps(function)
    def command(**arguments: Any) -> None:
        common = {name: arguments.pop(name) for name in _COMMON}
        screen = Screen(as_json=common.pop("as_json"))
        session = Session(screen, **common)
        try:
            function(session, **arguments)  # type: ignore[call-arg]
        except CommandError as error:
            screen.failure(error)
            raise typer.Exit(error.code) from None
        except KeyboardInterrupt:
            screen.note("interrupted")
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        finally:
            session.close()

    own = list(inspect.signature(function).parameters.values())[1:]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _COMMON.items()
    ]
    keyword_only = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    command.__signature__ = inspect.Signature([*keyword_only, *shared])  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in (*own, *shared)}
    return command
