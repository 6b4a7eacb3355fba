"""Commands about API keys, for an administrator: with AWS credentials, straight to the deployment's table.

There is no route that makes keys, so no API key, however it leaks, can make another.
"""

import shlex
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from marksheet_cli.administrator import Stack, Table, administrator
from marksheet_cli.references import key_id
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="API keys (needs AWS credentials that may write the table).",
)

Organization = Annotated[
    str, typer.Option("--org", metavar="ORGANIZATION", help="Lower-case letters, digits, inner hyphens.")
]
COLUMNS = {
    "lookup": Column("key"),
    "name": Column("name", free=True),
    "scopes": Column("scopes", free=True, spared=2),
    "created_at": Column("created (UTC)", spared=1),
    "revoked_at": Column("revoked (UTC)", spared=3),
}
SPEC_COLUMNS = {
    "eval_spec_id": Column("spec"),
    "name": Column("name", free=True),
    "versions": Column("versions", right=True),
}


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

    with administrator(session, table, stack) as store:
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

    with administrator(session, table, stack) as store:
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
    from marksheet import handing_over, keys

    part = key_id(lookup)
    with administrator(session, table, stack) as store:
        keys.revoke_key(store, org, part, now=datetime.now(UTC))
        owned = len(handing_over.owned_by(store, org, part))
    answer = {"lookup": part, "revoked": True}
    session.screen.answer(answer, lambda: detail_table(answer))
    if owned:
        specs, them = ("1 eval spec", "it") if owned == 1 else (f"{owned:,} eval specs", "them")
        session.screen.note(
            f"The key owns {specs}, and nobody can change or delete {them} now. To hand {them} over:"
        )
        session.screen.note(f"  {_hand_over_command(session, org, part, table, stack)}")


@app.command("hand-over")
@with_session
def hand_over(
    session: Session,
    org: Organization,
    giver: Annotated[
        str, typer.Argument(metavar="FROM", help="Id of the key that owns the specs; it may be revoked.")
    ],
    receiver: Annotated[
        str, typer.Argument(metavar="TO", help="Id of the key that is to own them, of the same organization.")
    ],
    table: Table = None,
    stack: Stack = None,
) -> None:
    """Give every eval spec that one key owns to another; with whom they are shared stays."""
    from marksheet import handing_over

    old, new = key_id(giver), key_id(receiver)
    with administrator(session, table, stack) as store:
        handed = handing_over.hand_over(store, org, old, new)
    rows = [{"eval_spec_id": spec.spec_id, "name": spec.name, "versions": spec.versions} for spec in handed]
    session.screen.answer(
        {"from": old, "to": new, "eval_specs": rows},
        lambda: list_table(rows, SPEC_COLUMNS, nothing=f"The key {old} owns no eval specs."),
    )


def _hand_over_command(session: Session, org: str, old: str, table: str | None, stack: str | None) -> str:
    """What to type, on the same deployment as the command that was typed."""
    options = {"--org": org, "--table": table, "--stack": stack, "--env-file": session.env_file}
    given = [str(word) for option, value in options.items() if value for word in (option, value)]
    return f"{shlex.join(['marksheet', 'keys', 'hand-over', *given, old])} NEW_KEY"


def _listed(key: Any) -> dict[str, Any]:
    return {**asdict(key), "scopes": list(key.scopes)}
