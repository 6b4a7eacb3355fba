"""`marksheet import`: what other tools have exported, brought over."""

import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from marksheet_cli.exits import ExitCode
from marksheet_cli.session import Session, with_session

if TYPE_CHECKING:
    from marksheet_cli.openai_evals.conversion import Bundle
    from marksheet_cli.openai_evals.files import Written

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Bring over what other tools have exported."
)

_OPENAI = "https://api.openai.com/v1"


@app.callback()
def group() -> None:
    """With a single command typer would make no group."""


@app.command("openai-evals")
@with_session
def openai_evals(
    session: Session,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            exists=True,
            dir_okay=False,
            readable=True,
            help="Exported evals, runs and output items (JSON), and rows of item and sample (JSONL).",
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="What spec and benchmark are called; else the eval's name.")
    ] = None,
    question_field: Annotated[
        str | None,
        typer.Option(
            metavar="item.NAME",
            help="The field that is asked; else the run's template is, or a field "
            "called question, input, prompt, ...",
        ),
    ] = None,
    answer_field: Annotated[
        str | None,
        typer.Option(metavar="item.NAME", help="The expected answer; else what a grader's reference names."),
    ] = None,
    skip_unsupported: Annotated[
        bool,
        typer.Option("--skip-unsupported", help="Exit with 0 though something could not be brought over."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be made; send and write nothing.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", file_okay=False, help="Write it into files there; send nothing."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Bring over OpenAI Evals: graders as a spec, items as a benchmark, recorded outputs as a model."""
    from marksheet_cli.openai_evals.conversion import Wishes, convert, slug
    from marksheet_cli.openai_evals.exports import read_export
    from marksheet_cli.openai_evals.files import Written, write_bundle
    from marksheet_cli.openai_evals.sending import send_bundle

    export = read_export(files)
    bundles = convert(export, Wishes(name, question_field, answer_field), otherwise=files[0].stem)
    given = {"name": name, "question-field": question_field, "answer-field": answer_field, "output": output}
    options = "".join(
        f" --{word} {shlex.quote(str(value))}" for word, value in given.items() if value is not None
    )
    options += " --skip-unsupported" if skip_unsupported else ""
    brought = []
    for bundle in bundles:
        written, made = Written(), {}
        if output is not None and not dry_run:
            directory = output if len(bundles) == 1 else output / slug(bundle.name)
            written = write_bundle(bundle, directory, force=force)
        elif not dry_run:
            with tempfile.TemporaryDirectory(prefix="marksheet-") as passing:
                made = send_bundle(session, bundle, write_bundle(bundle, Path(passing)))
        rows = list(written.rows.values()) or (export.gradable if len(bundles) == 1 else [])
        told = _told(bundle, written, made, sends=not dry_run and output is None)
        registered = made.get("registered") or []
        following = _next(bundle, files, rows, written, registered)
        if dry_run:
            following = [f"marksheet import openai-evals {_quoted(files)}{options}"]
        brought.append({**told, "next": following})
    session.screen.answer({"evals": brought}, lambda: "\n\n".join(map(_shown, brought)))
    left_out = [reason for bundle in bundles for reason in bundle.left_out]
    for reason in left_out:
        session.screen.complain(f"left out: {reason}")
    if left_out and not skip_unsupported:
        raise typer.Exit(ExitCode.FAILED)


def _quoted(paths: list[Path]) -> str:
    return " ".join(shlex.quote(str(path)) for path in paths)


def _told(bundle: "Bundle", written: "Written", made: dict[str, Any], *, sends: bool) -> dict[str, Any]:
    """What became of a bundle, for a program."""
    return {
        "name": bundle.name,
        "sent": sends,
        "graders": len(bundle.spec["graders"]) if bundle.spec else 0,
        "questions": len(bundle.questions),
        "outputs": {model_id: len(rows) for model_id, rows in bundle.answers.items()},
        "spec": made.get("spec"),
        "benchmark": made.get("benchmark"),
        "models": made.get("models") or [],
        "files": list(map(str, written.paths())),
        "left_out": bundle.left_out,
        "notes": bundle.notes,
    }


def _shown(told: dict[str, Any]) -> str:
    """The same for a person."""
    verb = "made" if told["sent"] else "wrote" if told["files"] else "would make"
    parts = [
        *([f"an eval spec ({told['graders']} graders)"] if told["graders"] else []),
        *([f"a benchmark ({told['questions']} questions)"] if told["questions"] else []),
        *(f"a recorded model {model} ({count} outputs)" for model, count in told["outputs"].items()),
    ]
    lines = [f"{told['name']}: {verb} {', '.join(parts) or 'nothing'}"]
    lines += [f"  {path}" for path in told["files"]]
    lines += [f"note: {note}" for note in told["notes"]]
    lines += ["next:", *(f"  {command}" for command in told["next"])] if told["next"] else []
    return "\n".join(lines)


def _next(
    bundle: "Bundle", files: list[Path], rows: list[Path], written: "Written", registered: list[str]
) -> list[str]:
    """The commands that make use of it. `rows` are files that can be graded, `registered` ids of models."""
    named = shlex.quote(bundle.name)
    commands = []
    if written.spec:
        commands.append(f"marksheet specs create {shlex.quote(str(written.spec))}")
    if written.questions and written.settings:
        questions, settings = shlex.quote(str(written.questions)), shlex.quote(str(written.settings))
        commands.append(f"marksheet benchmarks upload {questions} --settings {settings}")
    commands += [
        f"marksheet models add {model_id} --answers {shlex.quote(str(path))}"
        for model_id, path in written.answers.items()
    ]
    if bundle.spec:
        commands += [
            f"marksheet models add {shlex.quote(judge)} --base-url {_OPENAI} --model {shlex.quote(judge)} "
            "--api-key-env OPENAI_API_KEY"
            for judge in bundle.judges
            if judge not in registered
        ]
        if bundle.rows and not rows:
            commands.append(f"marksheet import openai-evals {_quoted(files)} --output DIR  # for rows.jsonl")
        places = [shlex.quote(str(path)) for path in rows] or (["DIR/rows.jsonl"] if bundle.rows else [])
        commands += [f"marksheet grade --spec {named} {place}" for place in places]
    if bundle.questions:
        commands.append(f"marksheet run --model {next(iter(bundle.answers), 'MODEL')} --benchmark {named}")
    return commands
