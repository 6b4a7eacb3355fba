"""Commands about API keys, for an administrator: with AWS credentials, straight to the deployment's table.

There is no route that makes keys, so no API key, however it leaks, can make another.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from marksheet_cli.connection import find_local_file, read_env_file
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table

if TYPE_CHECKING:
    from marksheet.store import Store

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="API keys (needs AWS credentials that may write the table).",
)

Organization = Annotated[
    str, typer.Option("--org", metavar="ORGANIZATION", help="Lower-case letters, digits, inner hyphens.")
]
Table = Annotated[str | None, typer.Option(help="The deployment's table; env MARKSHEET_TABLE.")]
Stack = Annotated[
    str | None, typer.Option(help="CloudFormation stack whose outputs name the table; env MARKSHEET_STACK.")
]

COLUMNS = {
    "lookup": Column("key"),
    "name": Column("name", free=True),
    "scopes": Column("scopes", free=True, spared=2),
    "created_at": Column("created (UTC)", spared=1),
    "revoked_at": Column("revoked (UTC)", spared=3),
}

_REFUSED = frozenset(
    (
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    )
)


@app.command("create")
@with_session
def create(
    session: Session,
    org: Organization,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="evaluations:read or evaluations:write; both when left out. Repeatable."),
    ] = None,
    table: Table = None,
    stack: Stack = None,
) -> None:
    """Make an API key for an organization and print it; it can never be shown again."""
    from marksheet import keys

    with _administrator(session, table, stack) as store:
        scopes = frozenset(scope) if scope else keys.SCOPES
        made = keys.create_key(store, organization=org, name=name, scopes=scopes, now=datetime.now(UTC))
    session.screen.note("Keep this key now; it is not stored and cannot be shown again.")
    answer = {"key": made.key, **_listed(made.api_key)}
    session.screen.answer(answer, lambda: made.key)


@app.command("list")
@with_session
def list_keys(session: Session, org: Organization, table: Table = None, stack: Stack = None) -> None:
    """List an organization's keys, without their secrets."""
    from marksheet import keys

    with _administrator(session, table, stack) as store:
        rows = [_listed(key) for key in keys.list_keys(store, org)]
    session.screen.answer({"keys": rows}, lambda: list_table(rows, COLUMNS, nothing=f"No keys of {org}."))


@app.command("revoke")
@with_session
def revoke(
    session: Session,
    org: Organization,
    lookup: Annotated[
        str, typer.Argument(metavar="KEY", help="The part between msk_ and the second underscore.")
    ],
    table: Table = None,
    stack: Stack = None,
) -> None:
    """Make a key worthless, for good. The gateway may remember it for another minute."""
    from marksheet import keys

    # Somebody may paste the whole key; its secret part is not needed and goes nowhere.
    part = lookup.removeprefix("msk_").split("_", 1)[0]
    with _administrator(session, table, stack) as store:
        keys.revoke_key(store, org, part, now=datetime.now(UTC))
    answer = {"lookup": part, "revoked": True}
    session.screen.answer(answer, lambda: detail_table(answer))


@contextmanager
def _administrator(session: Session, table: str | None, stack: str | None) -> Iterator["Store"]:
    """The deployment's store, with what can go wrong turned into CommandError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from marksheet.errors import MarksheetError, NotFound
    from marksheet.store import open_store

    try:
        yield open_store(_table_name(session, table, stack), "")
    except NotFound as error:
        hint = "see: marksheet keys list --org ORGANIZATION"
        raise CommandError(error.message, hint=hint, code=ExitCode.NOT_FOUND) from error
    except MarksheetError as error:
        raise CommandError(error.message, code=ExitCode.USAGE) from error
    except (BotoCoreError, ClientError) as error:
        raise _explained(error) from error


def _table_name(session: Session, table: str | None, stack: str | None) -> str:
    """The table from the options, `--env-file`, the environment, or the local stack's file.

    A file that names it also brings its AWS_* variables, since they belong together.
    """
    if not (table or stack):
        known = os.environ.get("MARKSHEET_TABLE") or os.environ.get("MARKSHEET_STACK")
        path = session.env_file or (None if known else find_local_file())
        if path:
            os.environ.update(read_env_file(path))
            session.screen.note(f"using {path}")
        table, stack = os.environ.get("MARKSHEET_TABLE"), os.environ.get("MARKSHEET_STACK")
    if table:
        return table
    if stack:
        return _output(stack, "TableName")
    raise CommandError(
        "no deployment is named",
        hint="give --stack or --table, or set MARKSHEET_STACK; 'marksheet local up' makes a local one",
        code=ExitCode.USAGE,
    )


def _output(stack: str, name: str) -> str:
    from marksheet.aws import client

    stacks = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    for output in stacks[0].get("Outputs", []):
        if output["OutputKey"] == name:
            return str(output["OutputValue"])
    raise CommandError(f"stack {stack} has no output {name}", hint="give --table", code=ExitCode.NOT_FOUND)


def _explained(error: Exception) -> CommandError:
    """What AWS said, as something a person can act on."""
    from botocore.exceptions import (
        ConnectTimeoutError,
        EndpointConnectionError,
        NoCredentialsError,
        NoRegionError,
        PartialCredentialsError,
        ReadTimeoutError,
    )

    from marksheet.aws import error_code

    code = error_code(error)
    if code in _REFUSED or isinstance(error, NoCredentialsError | PartialCredentialsError):
        hint = "log in to the account of the deployment, or set AWS_PROFILE"
        return CommandError(
            f"AWS refused: {code or 'no credentials'}", hint=hint, code=ExitCode.UNAUTHENTICATED
        )
    if isinstance(error, NoRegionError):
        return CommandError("no AWS region is set", hint="set AWS_REGION", code=ExitCode.USAGE)
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError | ReadTimeoutError):
        return CommandError("AWS cannot be reached", hint="is the local stack up?", code=ExitCode.UNAVAILABLE)
    if code in ("ResourceNotFoundException", "ValidationError"):
        hint = "check --stack or --table, and AWS_REGION"
        return CommandError("there is no such stack or table", hint=hint, code=ExitCode.NOT_FOUND)
    return CommandError(
        f"AWS answered {code or type(error).__name__}", hint="try again", code=ExitCode.UNAVAILABLE
    )


def _listed(key: Any) -> dict[str, Any]:
    return {**asdict(key), "scopes": list(key.scopes)}
