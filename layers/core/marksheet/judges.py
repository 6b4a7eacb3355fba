"""The registered models that the graders of a spec ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet.domain import ProviderName, Status
from marksheet.errors import InvalidRequest, Problem
from marksheet.grading import graders_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.application import Application
    from marksheet.domain import Caller, EvalSpec, Model
    from marksheet.grading import Grader


def open_graders(
    app: Application, caller: Caller, spec: EvalSpec, judge: str | None
) -> tuple[tuple[Grader, ...], dict[str, Model]]:
    """A spec's graders, made to work, and by id the models they ask. `judge` is a model that judges in place
    of those the graders name.

    Raises `InvalidRequest` where a grader has no judge, or one that is not registered or cannot be asked.
    """
    graders = graders_of(spec, judge)
    models = {model_id: app.store.models.find(caller.organization, model_id) for model_id in _asked(graders)}
    problems = [_problem(graders, model_id, model, judge) for model_id, model in models.items()]
    if found := [problem for problem in problems if problem is not None]:
        raise InvalidRequest(found)
    return graders, {model_id: model for model_id, model in models.items() if model is not None}


def _asked(graders: Iterable[Grader]) -> list[str]:
    return list(dict.fromkeys(model_id for grader in graders for model_id in grader.models))


def _problem(
    graders: Iterable[Grader], model_id: str, model: Model | None, judge: str | None
) -> Problem | None:
    where = ("body", "model") if model_id == judge else ("body", "eval_spec_id")
    first = next(grader.name for grader in graders if model_id in grader.models)
    told = f"grader {first!r} asks model {model_id!r}, which "
    if model is None:
        elsewhere = "name another judge in model, another embedding model in the eval spec"
        return Problem(where, f"{told}is not registered; register it, or {elsewhere}", "not_found")
    if model.provider is ProviderName.RECORDED:
        return Problem(where, f"{told}has recorded answers and cannot judge")
    if model.status is not Status.READY:
        return Problem(where, f"{told}is {model.status.value}", "not_ready")
    return None
