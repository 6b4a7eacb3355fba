"""The types of graders by name. A type's module is imported when the first grader of it is read."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from marksheet.errors import InvalidRequest, Problem
from marksheet.grading.fields import GraderFields
from marksheet.scoring.suggestions import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.grading.fields import Models
    from marksheet.grading.grader import BaseGrader
    from marksheet.scoring.options import Location

KINDS: Mapping[str, str] = {
    "criterion": "marksheet.grading.criterion:Criterion",
    "scorer": "marksheet.grading.scorer_grader:ScorerGrader",
    "string_check": "marksheet.grading.string_check:StringCheck",
    "text_similarity": "marksheet.grading.text_similarity:TextSimilarity",
    "score_model": "marksheet.grading.score_model:ScoreModel",
    "label_model": "marksheet.grading.label_model:LabelModel",
    "multi": "marksheet.grading.multi:Multi",
}
"""Type -> "module:Class"."""
_FINER: Mapping[str, str] = {"scorer": "scorer", "text_similarity": "evaluation_metric"}
"""Type -> the field that tells one grader of it from another."""
REFUSED: Mapping[str, str] = {"python": "Marksheet runs no code of yours"}
"""Types that are known elsewhere, and why not here."""


def kind_of_grader(entry: Mapping[str, Any]) -> str | None:
    """The type of a grader; an object with a requirement and no type is a criterion."""
    kind = entry.get("type")
    if kind is None and entry.get("requirement") is not None:
        return "criterion"
    return kind if isinstance(kind, str) else None


def usual_name(entry: Mapping[str, Any]) -> str:
    """What a grader is called that has no name: by its scorer or its metric where its type has several, else
    by its type.
    """
    kind = kind_of_grader(entry) or ""
    finer = entry.get(_FINER.get(kind, ""))
    return finer if isinstance(finer, str) and finer else kind


def read_grader(entry: object, location: Location, models: Models, default_name: str) -> BaseGrader:
    """Make a grader of its wire form. Raises InvalidRequest with every problem, each below `location`."""
    return _read(entry, location, models, default_name, within=False)


def read_part(entry: object, location: Location, models: Models, name: str) -> BaseGrader:
    """As `read_grader`, of a grader inside a formula, which has no points of its own."""
    return _read(entry, location, models, name, within=True)


def _read(
    entry: object, location: Location, models: Models, default_name: str, *, within: bool
) -> BaseGrader:
    if not isinstance(entry, dict):
        raise InvalidRequest(Problem(location, "must be a grader, an object with a type", "dict_type"))
    kind = kind_of_grader(entry)
    allowed = [name for name in KINDS if not (within and name == "multi")]
    if problem := _kind_problem(entry, kind, allowed, within=within):
        raise InvalidRequest(Problem((*location, "type"), *problem))
    module, _, class_name = KINDS[cast("str", kind)].partition(":")
    fields = GraderFields(entry, location, models)
    terms = fields.terms(default_name)
    if within:
        for name in ("points", "weight"):
            if fields.given(name) is not None:
                fields.refuse(name, "is not for a grader inside a formula; the formula weighs it")
    grader = getattr(import_module(module), class_name).read(terms, fields)
    fields.finish()
    return cast("BaseGrader", grader)


def _kind_problem(
    entry: Mapping[str, Any], kind: str | None, allowed: list[str], *, within: bool
) -> tuple[str, str] | None:
    """What is wrong with a grader's type, and the kind of problem that is."""
    if kind in allowed:
        return None
    if kind is None:
        absent = entry.get("type") is None
        return f"is required: one of {', '.join(allowed)}", "missing" if absent else "string_type"
    if kind in REFUSED:
        return f"{kind} is refused: {REFUSED[kind]}", "enum"
    if within and kind in KINDS:
        return f"must not be {kind} inside another {kind}", "enum"
    return unknown("type", kind, allowed), "enum"
