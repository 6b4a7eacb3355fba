"""From an export to what Marksheet takes: an eval spec, a benchmark, recorded answers, and rows to grade.

Pure: the same export gives the same, ids of questions included, so that bringing it over again makes nothing
new.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.openai_evals.exports import Eval
from marksheet_cli.openai_evals.graders import judges, name_of, reference_field, why_not
from marksheet_cli.openai_evals.questions import Asked, ask, question_ids, run_of
from marksheet_cli.openai_evals.templates import (
    NotText,
    below_item,
    content,
    field_text,
    is_messages,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet_cli.openai_evals.exports import Export, Item, Json, Run

LARGEST_METADATA_BYTES = 60_000
"""An item above this is not kept beside its question; the service takes up to 64 KiB."""
_LONGEST_MODEL_ID = 128
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person has said about it."""

    name: str | None = None
    question_field: str | None = None
    answer_field: str | None = None


@dataclass(slots=True)
class Bundle:
    """What becomes of one eval."""

    name: str
    spec: Json | None = None
    """The body that creates it; None without a grader."""
    judges: list[str] = field(default_factory=list)
    """Models that its graders name."""
    questions: list[Json] = field(default_factory=list)
    settings: Json = field(default_factory=dict)
    """Of the benchmark."""
    answers: dict[str, list[Json]] = field(default_factory=dict)
    """Recorded answers, by the id of the model that is to hold them."""
    rows: dict[str, list[Json]] = field(default_factory=dict)
    """The same outputs as rows to grade."""
    left_out: list[str] = field(default_factory=list)
    """What could not be brought over, and why."""
    notes: list[str] = field(default_factory=list)
    """What else is worth knowing."""


def convert(export: Export, wishes: Wishes, *, otherwise: str) -> list[Bundle]:
    """A bundle for each eval; for items without one a bundle without a spec. `otherwise` is the name of what
    has none.

    Raises CommandError (USAGE) when there is nothing to bring over, or it is not clear what belongs together.
    """
    if not export.evals and not export.items:
        raise CommandError("there is neither an eval nor an item in there", code=ExitCode.USAGE)
    evals = export.evals or [Eval(None, None, [])]
    if len(evals) == 1:
        return [_convert(evals[0], export.items, export.runs, wishes, otherwise)]
    if wishes.name is not None:
        raise CommandError(f"--name is for one eval; these are {len(evals)}", code=ExitCode.USAGE)
    names = Counter(one.name for one in evals)
    # OpenAI lets evals share a name; here it tells them apart.
    evals = [replace(one, name=f"{one.name} {one.eval_id}") if names[one.name] > 1 else one for one in evals]
    known = {one.eval_id for one in evals} - {None}
    for item in export.items:
        if item.eval_id not in known:
            raise CommandError(
                f"{item.place}: does not say to which of the {len(evals)} evals it belongs",
                hint="bring over one eval at a time",
                code=ExitCode.USAGE,
            )
    return [
        _convert(
            one,
            [item for item in export.items if item.eval_id == one.eval_id],
            [run for run in export.runs if run.eval_id == one.eval_id],
            wishes,
            f"{otherwise} {number}",
        )
        for number, one in enumerate(evals, start=1)
    ]


def slug(text: str) -> str:
    """A text as part of an id or a file's name: letters, digits, dots and hyphens."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-._") or "eval"


def _convert(
    source: Eval, items: Sequence[Item], runs: Sequence[Run], wishes: Wishes, otherwise: str
) -> Bundle:
    named = " ".join((wishes.name or source.name or source.eval_id or otherwise).split())
    bundle = Bundle(named[:_LONGEST_NAME])
    _bring_graders(bundle, source)
    asked = []
    for item in items:
        try:
            asked.append(ask(item, runs, wishes.question_field))
        except NotText as reason:
            bundle.left_out.append(f"{item.place}: {reason}")
    if items and not asked:
        raise CommandError(
            f"no item has a question: {bundle.left_out[-1]}",
            hint="say which field it is: --question-field item.NAME",
            code=ExitCode.USAGE,
        )
    if asked:
        wished = wishes.answer_field
        answer_field = below_item(wished) if wished is not None else reference_field(source.criteria)
        _bring_items(bundle, asked, answer_field, runs)
    return bundle


def _bring_graders(bundle: Bundle, source: Eval) -> None:
    graders: list[Json] = []
    names: Counter[str] = Counter()
    for criterion in source.criteria:
        if reason := why_not(criterion):
            bundle.left_out.append(f"grader {name_of(criterion)}: {reason}")
            continue
        grader = dict(criterion)
        if name := grader.get("name"):
            names[name] += 1
            # OpenAI lets graders share a name; in a report nobody could tell them apart.
            grader |= {"name": f"{name} ({names[name]})"} if names[name] > 1 else {}
        graders.append(grader)
    bundle.judges = judges(graders)
    if graders:
        of = f" {source.eval_id}" if source.eval_id else ""
        bundle.spec = {"name": bundle.name, "description": f"From the OpenAI eval{of}", "graders": graders}
    else:
        bundle.notes.append("there is no grader, so no eval spec is made")


def _bring_items(
    bundle: Bundle, asked: Sequence[Asked], answer_field: str | None, runs: Sequence[Run]
) -> None:
    """Questions, answers and rows."""
    bundle.settings = {"name": bundle.name}
    common = {one.instructions for one in asked}
    if len(common) == 1 and (instructions := common.pop()):
        bundle.settings["system_prompt"] = instructions
        asked = [one._replace(instructions=None) for one in asked]
    ids = question_ids(asked)
    questions: dict[str, Json] = {}
    for one, question_id in zip(asked, ids, strict=True):
        if question_id not in questions:
            questions[question_id] = _question_row(one, question_id, answer_field)
    bundle.questions = list(questions.values())
    if unanswered := sum("expected_answer" not in question for question in bundle.questions):
        why = f"there is no {answer_field}" if answer_field else "no grader refers to just one field"
        bundle.notes.append(
            f"{unanswered} of {len(bundle.questions)} questions have no expected answer: {why}; "
            "--answer-field item.NAME names it"
        )
    _bring_outputs(bundle, asked, ids, answer_field, runs)


def _bring_outputs(
    bundle: Bundle,
    asked: Sequence[Asked],
    ids: Sequence[str],
    answer_field: str | None,
    runs: Sequence[Run],
) -> None:
    """Recorded outputs, of each model on its own: as answers, and as rows to grade."""
    outputs: dict[str, list[tuple[str, Asked, str]]] = {}
    for one, question_id in zip(asked, ids, strict=True):
        sample, run = one.item.sample or {}, run_of(one.item, runs)
        output = _output(sample)
        if output is not None:
            model = sample.get("model") or (run.model if run else None) or "outputs"
            outputs.setdefault(_model_id(bundle.name, str(model)), []).append((question_id, one, output))
    for model_id, recorded in outputs.items():
        several = Counter(question_id for question_id, _, _ in recorded)
        trials: Counter[str] = Counter()
        for question_id, one, output in recorded:
            trials[question_id] += 1
            trial = trials[question_id] if several[question_id] > 1 else None
            answer = _answer_row(one, question_id, output, trial)
            bundle.answers.setdefault(model_id, []).append(answer)
            row_id = question_id if trial is None else f"{question_id}#{trial}"
            row = _grading_row(one, row_id, output, answer_field)
            bundle.rows.setdefault(model_id, []).append(row)
    silent = len(bundle.questions) - len(
        {row["question_id"] for rows in bundle.answers.values() for row in rows}
    )
    if silent and outputs:
        bundle.notes.append(f"{silent} of {len(bundle.questions)} questions have no recorded output")


def _question_row(one: Asked, question_id: str, answer_field: str | None) -> Json:
    row: Json = {"question_id": question_id, "question": one.text}
    row |= _expected(one.item.fields, answer_field)
    fields = one.item.fields
    if (
        fields
        and len(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")) <= LARGEST_METADATA_BYTES
    ):
        row["metadata"] = fields
    return row


def _answer_row(one: Asked, question_id: str, output: str, trial: int | None) -> Json:
    sample = one.item.sample or {}
    usage = sample.get("usage")
    told = usage if isinstance(usage, dict) else {}
    row: Json = {"question_id": question_id, "output": output}
    row |= {} if trial is None else {"trial": trial}
    row |= {
        name: told[name]
        for name in ("prompt_tokens", "completion_tokens")
        if isinstance(told.get(name), int) and told[name] >= 0
    }
    finish = sample.get("finish_reason")
    return row | ({"finish_reason": finish} if isinstance(finish, str) and finish else {})


def _grading_row(one: Asked, row_id: str, output: str, answer_field: str | None) -> Json:
    """The row that `marksheet grade` takes."""
    fields = one.item.fields
    sample = {**(one.item.sample or {}), "output_text": output}
    row: Json = {"id": row_id, "input": one.text, **_expected(fields, answer_field)}
    return row | {"item": fields, "sample": sample}


def _expected(fields: Json, answer_field: str | None) -> Json:
    expected = None if answer_field is None else field_text(fields, answer_field)
    return {} if expected is None else {"expected_answer": expected}


def _output(sample: Json) -> str | None:
    """The text that was recorded: `output_text`, or the last of the messages in `output`."""
    text = sample.get("output_text")
    if text is not None:
        return written(text)
    messages: list[Json] = sample["output"] if is_messages(sample.get("output")) else []
    try:
        return content(messages[-1].get("content")) or None if messages else None
    except NotText:
        return None


def _model_id(name: str, model: str) -> str:
    """An id for the recorded model: after the eval and the model, so that it is neither the judge of that
    name nor the record of another eval.
    """
    model = slug(model)[:80]
    return f"{slug(name)[: _LONGEST_MODEL_ID - len(model) - 1]}-{model}"
