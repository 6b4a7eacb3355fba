"""What an administrator's command works on: a deployment's table, reached with AWS credentials."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from marksheet_cli.connection import find_local_file, read_env_file
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.session import Session

if TYPE_CHECKING:
    from marksheet.store import Store

Table = Annotated[str | None, typer.Option(help="The deployment's table; env MARKSHEET_TABLE.")]
Stack = Annotated[
    str | None, typer.Option(help="CloudFormation stack whose outputs name the table; env MARKSHEET_STACK.")
]

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


@contextmanager
def administrator(session: Session, table: str | None, stack: str | None) -> Iterator["Store"]:
    """The deployment's store, with what can go wrong turned into CommandError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from marksheet.errors import Conflict, MarksheetError, NotFound
    from marksheet.store import open_store

    try:
        yield open_store(_table_name(session, table, stack), "")
    except NotFound as error:
        hint = "see: marksheet keys list --org ORGANIZATION"
        raise CommandError(error.message, hint=hint, code=ExitCode.NOT_FOUND) from error
    except Conflict as error:
        raise CommandError(error.message, code=ExitCode.FAILED) from error
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
