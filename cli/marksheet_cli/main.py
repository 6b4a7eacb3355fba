"""The `marksheet` command line: its root, and the last line of defence against tracebacks."""

import os
import sys
from importlib import metadata
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from marksheet_cli import (
    benchmarks,
    datasets,
    evaluations,
    grading,
    jobs,
    keys,
    models,
    rows,
    schedules,
    specs,
)
from marksheet_cli.exits import ExitCode
from marksheet_cli.openai_evals import commands as openai_evals
from marksheet_cli.output import OutputFailed, guarded_output, leave
from marksheet_cli.screen import printable
from marksheet_cli.session import with_session

HELP = (
    "Mark AI models on benchmarks, with honest statistics.\n\n"
    "The address and the API key come from --url and --api-key, --env-file, the environment "
    "(MARKSHEET_URL, MARKSHEET_API_KEY), or the .marksheet/local.env that 'marksheet local up' writes."
)

EPILOG = (
    "Exit codes: 0 ok; 1 the evaluation failed or the request was refused; 2 wrong usage; 3 the service was "
    "not reached, did not answer in time or is broken; 4 no valid API key; 5 not found; 6 the output could "
    "not be written; 70 a defect of this command; 100 a threshold was missed; 130 interrupted; 141 the "
    "reader of the output went away."
)


class LazyGroup(TyperGroup):
    """The root, which loads `local` (the emulator's keeper) only when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), "local"]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name != "local":
            return super().get_command(ctx, cmd_name)
        from marksheet_cli.local import local_app

        group: Any = typer.main.get_command(local_app)
        group.name, group.rich_help_panel = "local", "Administration"
        return group


app = typer.Typer(
    cls=LazyGroup,
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
evaluations.register(app)
rows.register(app)
app.add_typer(benchmarks.app, name="benchmarks", rich_help_panel="What is marked")
app.add_typer(models.app, name="models", rich_help_panel="What is marked")
app.add_typer(datasets.app, name="datasets", rich_help_panel="What is marked")
app.add_typer(schedules.app, name="schedules", rich_help_panel="Evaluations")
app.command("grade", rich_help_panel="Grading")(with_session(grading.grade))
app.add_typer(jobs.app, name="jobs", rich_help_panel="Grading")
app.add_typer(specs.app, name="specs", rich_help_panel="Grading")
app.add_typer(openai_evals.app, name="import", rich_help_panel="Grading")
app.add_typer(keys.app, name="keys", rich_help_panel="Administration")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"marksheet {metadata.version('marksheet')}", flush=True)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Everything is in the options of the commands."""


def main() -> None:
    """Run the command line and leave with one of the documented exit codes, never with a traceback."""
    try:
        with guarded_output():
            app()
    except OutputFailed as failure:
        sys.exit(leave(failure))
    except Exception as error:
        if os.environ.get("MARKSHEET_DEBUG"):
            raise
        print(
            f"marksheet: a defect of this command: {type(error).__name__}: {printable(str(error))}",
            file=sys.stderr,
        )
        print("  MARKSHEET_DEBUG=1 shows where; please report it", file=sys.stderr)
        sys.exit(ExitCode.DEFECT)


if __name__ == "__main__":
    main()
