"""What an evaluation will take before it has begun: tokens, money, time. Guesses, and said to be such."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from marksheet import prices, questions, uploads
from marksheet.assembling import CreateEvaluation, assemble, embedding_only
from marksheet.domain import Status
from marksheet.estimates import (
    CHARACTERS_PER_TOKEN,
    USUAL_COMPLETION_TOKENS,
    USUAL_LATENCY_SECONDS,
    USUAL_PROMPT_TOKENS,
    Estimate,
    ModelEstimate,
    completion_tokens,
)
from marksheet.prompts import messages
from marksheet.store import layout

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller, Evaluation, Model, Run

_SAMPLE = 200
"""Questions that are rendered to see how long prompts are."""
_JUDGE_FRAME_TOKENS = 400
"""What a judge reads beside question and answer: the rubric and how to reply."""
_MOST_IN_FLIGHT = 1_000


@dataclass(frozen=True, slots=True)
class _Habits:
    """What is known, or assumed, of how a model answers."""

    completion_tokens: float
    latency_seconds: float
    based_on: str | None = None


def estimate(app: Application, caller: Caller, new: CreateEvaluation) -> tuple[Evaluation, Estimate]:
    """What a request would take, and the evaluation it means; nothing is stored and no model called.

    Prompts are measured on the benchmark's first questions; answers are as long, and take as long, as in the
    model's latest READY evaluation. Raises `InvalidRequest` as a create does.
    """
    evaluation = assemble(app, caller, new)
    trials = evaluation.total_questions * evaluation.trials
    found: list[ModelEstimate] = []
    for run in evaluation.runs:
        if evaluation.calls_model(run):
            prompt = trials * _prompt_tokens(app, evaluation, run)
            habits = _habits(app, evaluation, run.model)
            found.append(_estimate(run.model, "answers", trials, prompt, habits))
    for judge in evaluation.judges.values():
        calls = _judge_calls(evaluation, judge) * trials
        prompt = calls * (_JUDGE_FRAME_TOKENS + USUAL_PROMPT_TOKENS + USUAL_COMPLETION_TOKENS)
        habits = _habits(app, evaluation, judge)
        if judge.model_id in embedding_only(evaluation):
            habits = replace(habits, completion_tokens=0)
        found.append(_estimate(judge, "judges", calls, prompt, habits))
    return evaluation, Estimate(tuple(found))


def _judge_calls(evaluation: Evaluation, judge: Model) -> int:
    """How often a judge is asked about a trial of every run, repairs not counted."""
    scorers = sum(1 for spec in evaluation.scorers if spec.options.get("model") == judge.model_id)
    pairs = 2 if evaluation.pairwise and evaluation.pairwise.model == judge.model_id else 0
    return scorers * len(evaluation.runs) + pairs


def _estimate(model: Model, role: str, calls: int, prompt: float, habits: _Habits) -> ModelEstimate:
    prompt_tokens, completion = math.ceil(prompt), math.ceil(calls * habits.completion_tokens)
    in_flight = min(int(model.settings.get("max_in_flight", 1)), _MOST_IN_FLIGHT)
    return ModelEstimate(
        model_id=model.model_id,
        role=role,
        calls=calls,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion,
        cost_usd=prices.cost(model.settings, prompt_tokens, completion),
        seconds=math.ceil(calls / in_flight) * habits.latency_seconds,
        based_on=habits.based_on,
    )


def _prompt_tokens(app: Application, evaluation: Evaluation, run: Run) -> float:
    """Tokens of a prompt on the mean, by its characters; the sample is scaled to the whole file's length."""
    benchmark = evaluation.benchmark
    last = min(_SAMPLE, benchmark.question_count)
    key = benchmark.questions_key
    start, end = uploads.question_range(app.store.objects, key, 1, last)
    characters = 0
    for line in app.store.objects.read(key, start, end).splitlines():
        asked = messages(
            benchmark.system_prompt,
            benchmark.prompt_template,
            run.model.settings,
            questions.decode_question(line),
        )
        characters += sum(len(message["content"]) for message in asked)
    count = benchmark.question_count
    _, whole = uploads.question_range(app.store.objects, key, count, count)
    scale = (whole / count) / ((end - start) / last)
    return scale * characters / last / CHARACTERS_PER_TOKEN


def _habits(app: Application, evaluation: Evaluation, model: Model) -> _Habits:
    """How the model answered in its latest READY evaluation; what is usual when it had none."""
    earlier, _ = app.store.evaluations.list_page(
        evaluation.organization, statuses=[Status.READY], model_id=model.model_id, offset=0, limit=1
    )
    for before in earlier:
        summary = app.store.objects.find(layout.summary(before.organization, before.evaluation_id))
        runs = orjson.loads(summary)["runs"] if summary else []
        for run in runs:
            if run["model_id"] == model.model_id and (habits := _observed(run, before.evaluation_id)):
                return habits
    return _Habits(completion_tokens(model), USUAL_LATENCY_SECONDS)


def _observed(run: dict[str, Any], evaluation_id: str) -> _Habits | None:
    latency, tokens = run["latency_seconds"], run["tokens"]["completion"]
    if not latency or tokens is None or not latency["count"]:
        return None
    return _Habits(tokens / latency["count"], latency["mean"], evaluation_id)
