"""The wire form of graders, as eval specs hold it: checked, named, and made to work."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from marksheet.errors import InvalidRequest, Problem
from marksheet.grading.fields import NOBODY, Models
from marksheet.grading.table import read_grader, usual_name
from marksheet.scoring.options import Location, nested_deeper
from marksheet.scoring.suggestions import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from marksheet.domain import EvalSpec
    from marksheet.grading.grader import BaseGrader, Grader

MOST_GRADERS = 64
LARGEST_GRADERS = 128_000
"""Characters of all graders as JSON; a spec is kept in one stored item."""
DEEPEST_GRADERS = 32
"""Objects and lists inside each other."""
LARGEST_WHOLE = 2**63 - 1
MOST_PROBLEMS = 100
"""Of values that are not JSON, that one answer lists."""


def parse_graders(value: object, *, location: Location = ("body", "graders")) -> tuple[dict[str, Any], ...]:
    """Check a list of graders and give it back as it is, in values that JSON keeps unchanged.

    Raises InvalidRequest with every problem found, each located below `location`. Whether judges are
    registered, or there are any at all, is not known here.
    """
    if not isinstance(value, list | tuple):
        kind = "missing" if value is None else "list_type"
        raise InvalidRequest(Problem(location, f"must be a list of 1 to {MOST_GRADERS} graders", kind))
    if not 1 <= len(value) <= MOST_GRADERS:
        message = f"must have 1 to {MOST_GRADERS} graders, not {len(value)}"
        raise InvalidRequest(Problem(location, message))
    _check_json(value, location)
    problems: list[Problem] = []
    names = default_names(value)
    for index, entry in enumerate(value):
        try:
            read_grader(entry, (*location, index), Models(), names[index])
        except InvalidRequest as error:
            problems += error.problems
    problems += _name_problems(value, names, location)
    if problems:
        raise InvalidRequest(problems)
    copied: list[dict[str, Any]] = json.loads(json.dumps(value))
    return tuple(copied)


def build_graders(
    graders: Sequence[Mapping[str, Any]],
    *,
    model: str | None = None,
    embedding_model: str | None = None,
    override: str | None = None,
) -> tuple[Grader, ...]:
    """Make graders work that `parse_graders` has checked, in their order.

    A judge is `override`, the one a request wants in place of all others; else the grader's own; else
    `model`. Embeddings are those of the grader's own model, else of `embedding_model`, else of
    `fields.EMBEDDING_MODEL`. Raises InvalidRequest naming the graders that have no judge.
    """
    made = _build(graders, Models(override, model, embedding_model))
    without = [quoted(grader.name) for grader in made if NOBODY in grader.models]
    if without:
        told = f"grader {without[0]} needs" if len(without) == 1 else f"graders {', '.join(without)} need"
        message = f"{told} a judge: name a registered model here, in the grader, or as the eval spec's model"
        raise InvalidRequest(Problem(("body", "model"), message, "missing"))
    return made


def graders_of(spec: EvalSpec, override: str | None = None) -> tuple[Grader, ...]:
    """The graders of a spec; see `build_graders`."""
    return build_graders(
        spec.graders, model=spec.model, embedding_model=spec.embedding_model, override=override
    )


def judges_of(
    graders: Sequence[Mapping[str, Any]],
    *,
    model: str | None = None,
    embedding_model: str | None = None,
) -> tuple[str, ...]:
    """Ids of all models that the graders ask, embedding models included, each once. Graders without a judge
    are passed over.
    """
    made = _build(graders, Models(None, model, embedding_model))
    asked = dict.fromkeys(model_id for grader in made for model_id in grader.models)
    return tuple(model_id for model_id in asked if model_id != NOBODY)


def _build(graders: Sequence[Mapping[str, Any]], models: Models) -> tuple[BaseGrader, ...]:
    names = default_names(graders)
    return tuple(
        read_grader(grader, ("body", "graders", index), models, names[index])
        for index, grader in enumerate(graders)
    )


def default_names(graders: Sequence[object]) -> list[str]:
    """For each grader the name it has if it gives none: the usual one, numbered where there are several
    such.
    """
    unnamed = [
        usual_name(entry) if isinstance(entry, dict) and entry.get("name") is None else None
        for entry in graders
    ]
    several = Counter(unnamed)
    seen: Counter[str] = Counter()
    names = []
    for kind in unnamed:
        if kind is None:
            names.append("")
        elif several[kind] == 1:
            names.append(kind)
        else:
            seen[kind] += 1
            names.append(f"{kind} {seen[kind]}")
    return names


def _name_problems(graders: Sequence[object], defaults: Sequence[str], location: Location) -> list[Problem]:
    """Of two graders of one name the later one is to blame."""
    problems = []
    first: dict[str, int] = {}
    for index, entry in enumerate(graders):
        name = (entry.get("name") if isinstance(entry, dict) else None) or defaults[index]
        if not isinstance(name, str) or not name:
            continue
        if name in first:
            message = (
                f"{quoted(name)} is the name of grader {first[name]} already; every grader needs its own"
            )
            problems.append(Problem((*location, index, "name"), message))
        first.setdefault(name, index)
    return problems


def _check_json(value: Sequence[object], location: Location) -> None:
    if nested_deeper(value, DEEPEST_GRADERS):
        raise InvalidRequest(Problem(location, f"must not be nested more than {DEEPEST_GRADERS} levels deep"))
    problems = [problem for problem, _ in zip(_not_json(value, location), range(MOST_PROBLEMS), strict=False)]
    if problems:
        raise InvalidRequest(problems)
    size = len(json.dumps(value, ensure_ascii=False))
    if size > LARGEST_GRADERS:
        message = f"must have at most {LARGEST_GRADERS:,} characters as JSON, not {size:,}"
        raise InvalidRequest(Problem(location, message))


def _not_json(value: object, location: Location) -> Iterator[Problem]:
    """What in a value would not come back from a store as it is."""
    if isinstance(value, str):
        if not _is_text(value):
            yield Problem(location, "holds half of a surrogate pair, which is not text", "string_type")
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) > LARGEST_WHOLE:
            yield Problem(location, "is too large a number", "int_type")
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield Problem(location, "must be a finite number", "finite_number")
    elif isinstance(value, list | tuple):
        for index, element in enumerate(value):
            yield from _not_json(element, (*location, index))
    elif isinstance(value, dict):
        for name, member in value.items():
            if isinstance(name, str) and _is_text(name):
                yield from _not_json(member, (*location, name))
            else:
                yield Problem(location, "has a member whose name is not text", "string_type")
    else:
        yield Problem(location, "is not JSON")


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
