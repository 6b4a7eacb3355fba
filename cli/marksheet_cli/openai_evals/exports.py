"""Exports of OpenAI's Evals, as its API and its dashboard give them: evals, runs, output items and rows.

A file is a JSON object, an array, a page of a list, or JSON Lines of any of these:

- an eval: `testing_criteria` and `data_source_config`
- a run: `data_source`, which may hold the template that was asked and the items themselves
- an output item: `datasource_item` and `sample`
- a row: `item`, and `sample` where an output was recorded
- a bare item, in an array or a line only: any other object
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.reading import parse_json, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Json = dict[str, Any]

_LINES = frozenset((".jsonl", ".ndjson"))


@dataclass(frozen=True, slots=True)
class Eval:
    """What is graded by."""

    eval_id: str | None
    name: str | None
    criteria: list[Any]
    """The graders, as they are."""


@dataclass(frozen=True, slots=True)
class Run:
    """One time that the items were asked, or recorded outputs graded."""

    run_id: str | None
    eval_id: str | None
    model: str | None
    template: list[Any] | None
    """Messages with places for the item's fields."""
    item_reference: str | None
    """The field that holds the messages, in place of a template: "item.messages"."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to be asked, with the output that was recorded for it, if one was."""

    fields: Json
    sample: Json | None
    place: str
    """Where it is from: "rows.jsonl, line 3"."""
    eval_id: str | None = None
    run: Run | None = None
    run_id: str | None = None


@dataclass(slots=True)
class Export:
    """All that was found in some files."""

    evals: list[Eval] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    gradable: list[Path] = field(default_factory=list)
    """Files of rows that can be graded as they are: JSON Lines of items with samples, and of nothing else."""


def read_export(paths: Iterable[Path]) -> Export:
    """What is in the files. Raises CommandError (USAGE) naming the place of what is nothing of the above."""
    export = Export()
    for path in paths:
        text = read_text(path)
        if path.suffix.lower() in _LINES:
            _read_lines(export, path, text)
            continue
        try:
            value = parse_json(text)
        except ValueError as error:
            # JSON Lines under another name begin with a whole value.
            first, _, more = text.lstrip().partition("\n")
            if not more.strip() or not _is_json(first):
                raise CommandError(f"{path} is no JSON: {error}", code=ExitCode.USAGE) from error
            _read_lines(export, path, text)
        else:
            _take(export, value, str(path), bare=False)
    return export


def _read_lines(export: Export, path: Path, text: str) -> None:
    gradable = True
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = parse_json(line)
        except ValueError as error:
            raise CommandError(f"{path}, line {number}: is no JSON: {error}", code=ExitCode.USAGE) from error
        gradable = gradable and isinstance(value, dict) and _is_recorded(value)
        _take(export, value, f"{path}, line {number}", bare=True)
    if gradable:
        export.gradable.append(path)


def _take(export: Export, value: Any, place: str, *, bare: bool) -> None:
    """Sort a value in; `bare` says whether an object that is nothing else may be an item."""
    match value:
        case list():
            for number, entry in enumerate(value, start=1):
                _take(export, entry, f"{place}, element {number}", bare=True)
        case {"testing_criteria": list(criteria)}:
            export.evals.append(Eval(_text(value.get("id")), _text(value.get("name")), criteria))
        case {"object": "list", "data": list(entries)}:
            for number, entry in enumerate(entries, start=1):
                _take(export, entry, f"{place}, element {number} of data", bare=False)
        case {"data_source": dict()}:
            _take_run(export, value, place)
        case {"datasource_item": dict(fields)}:
            eval_id, run_id = _text(value.get("eval_id")), _text(value.get("run_id"))
            sample = _object(value.get("sample"))
            export.items.append(Item(fields, sample, place, eval_id, run_id=run_id))
        case {"item": dict(fields)}:
            export.items.append(Item(fields, _object(value.get("sample")), place))
        case dict() if bare:
            export.items.append(Item(value, None, place))
        case _:
            raise CommandError(
                f"{place}: is neither an eval nor a run, an output item or a row",
                hint="an eval has testing_criteria, a row has item",
                code=ExitCode.USAGE,
            )


def _take_run(export: Export, value: Json, place: str) -> None:
    data_source = value["data_source"]
    messages = _object(data_source.get("input_messages")) or {}
    template = messages.get("template")
    run = Run(
        run_id=_text(value.get("id")),
        eval_id=_text(value.get("eval_id")),
        model=_text(value.get("model")) or _text(data_source.get("model")),
        template=template if isinstance(template, list) else None,
        item_reference=_text(messages.get("item_reference")),
    )
    export.runs.append(run)
    content = (_object(data_source.get("source")) or {}).get("content")
    for number, row in enumerate(content if isinstance(content, list) else [], start=1):
        if isinstance(row, dict) and isinstance(row.get("item"), dict):
            where = f"{place}, element {number} of content"
            export.items.append(Item(row["item"], _object(row.get("sample")), where, run.eval_id, run))


def _is_recorded(row: Json) -> bool:
    """Whether `marksheet grade` takes the row as it is."""
    sample = row.get("sample")
    return isinstance(row.get("item"), dict) and isinstance(sample, dict) and "output_text" in sample


def _is_json(text: str) -> bool:
    try:
        parse_json(text)
    except ValueError:
        return False
    return True


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _object(value: object) -> Json | None:
    return value if isinstance(value, dict) else None
