"""A bundle as files, to look at, to keep, or to send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.writing import make_directory, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from marksheet_cli.openai_evals.conversion import Bundle


@dataclass(frozen=True, slots=True)
class Written:
    """Where the parts of a bundle lie; a part that it does not have lies nowhere."""

    spec: Path | None = None
    questions: Path | None = None
    settings: Path | None = None
    answers: dict[str, Path] = field(default_factory=dict)
    """By the id of the model."""
    rows: dict[str, Path] = field(default_factory=dict)

    def paths(self) -> list[Path]:
        """All of them."""
        single = (self.spec, self.questions, self.settings)
        return [path for path in (*single, *self.answers.values(), *self.rows.values()) if path]


def locate(bundle: Bundle, directory: Path) -> Written:
    """Where the parts of a bundle are to lie: spec.json, questions.jsonl with its settings in benchmark.json,
    answers.jsonl and rows.jsonl; of several models each one's answers and rows, named after it.
    """
    return Written(
        spec=directory / "spec.json" if bundle.spec else None,
        questions=directory / "questions.jsonl" if bundle.questions else None,
        settings=directory / "benchmark.json" if bundle.questions else None,
        answers=_of_models(directory, "answers", list(bundle.answers)),
        rows=_of_models(directory, "rows", list(bundle.rows)),
    )


def write_bundle(bundle: Bundle, directory: Path, *, force: bool = False) -> Written:
    """Write a bundle's parts where `locate` says, and give back where.

    Raises CommandError: USAGE, before anything is written, if a file exists and there is no `force`; OUTPUT.
    """
    places = locate(bundle, directory)
    existing = [path for path in places.paths() if path.exists()]
    if existing and not force:
        message = f"{existing[0]} exists; nothing was written"
        raise CommandError(message, hint="--force replaces it", code=ExitCode.USAGE)
    make_directory(directory)
    for path, part in ((places.spec, bundle.spec), (places.settings, bundle.settings)):
        if path:
            write_whole(path, f"{json.dumps(part, indent=2)}\n".encode())
    if places.questions:
        _write_lines(places.questions, bundle.questions)
    for model_id, path in places.answers.items():
        _write_lines(path, bundle.answers[model_id])
    for model_id, path in places.rows.items():
        _write_lines(path, bundle.rows[model_id])
    return places


def _of_models(directory: Path, kind: str, model_ids: list[str]) -> dict[str, Path]:
    if len(model_ids) == 1:
        return {model_ids[0]: directory / f"{kind}.jsonl"}
    return {model_id: directory / f"{kind}.{model_id}.jsonl" for model_id in model_ids}


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    write_whole(path, "".join(f"{json.dumps(row)}\n" for row in rows).encode())
