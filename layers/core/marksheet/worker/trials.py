"""What a lane does with each of its trials, and who does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from marksheet.application import Application
    from marksheet.domain import Evaluation, Model, Question, Run, Trial


class TrialMaker(Protocol):
    """What a lane does with each of its trials."""

    async def prepare(self, questions: Sequence[Question]) -> None:
        """Load what the trials of these questions need."""

    async def make(self, question: Question, number: int, *, give_up_at: float) -> Trial:
        """The trial, ERRORED when it has no answer. Raises `ModelError` of code `OUT_OF_TIME` without
        attempts when its time ran out before a call was made: that says nothing about the trial.
        """
        ...

    def cost(self, trial: Trial) -> Decimal | None:
        """What a trial has cost now, in US dollars; None when that is not known."""

    async def close(self) -> None:
        """Let connections go."""


def open_maker(
    app: Application, evaluation: Evaluation, run: Run, *, in_flight: int, judges: Mapping[str, int]
) -> TrialMaker:
    """Who makes the trials of a run, with so many calls open, and so many to each judge."""
    from marksheet.worker.answering import Answering, FromEarlier, FromModel
    from marksheet.worker.judging import Judges

    models = evaluation.judges_of(run)
    secrets = {model_id: read_secret(app, judge) for model_id, judge in models.items()}
    asked = Judges(app, models, shares=judges, secrets=secrets)
    if evaluation.eval_spec is not None:
        from marksheet.grading import graders_of
        from marksheet.worker.grading import Grading

        return Grading(graders_of(evaluation.eval_spec, evaluation.judge), asked)
    if evaluation.pairwise is not None and run == evaluation.pairs:
        from marksheet.worker.pairing import Pairing

        return Pairing(app, evaluation, evaluation.pairwise, asked)
    if evaluation.answers_from is not None:
        earlier = app.store.evaluations.find(evaluation.organization, evaluation.answers_from)
        return Answering(evaluation, run, FromEarlier(app, earlier, run), asked)
    source = FromModel(app, evaluation, run, in_flight=in_flight, secret=read_secret(app, run.model))
    return Answering(evaluation, run, source, asked)


def read_secret(app: Application, model: Model) -> str | None:
    """The model's key; None when it has none, or it was deleted, which the endpoint's refusals will
    then say.
    """
    if model.secret_name is None:
        return None
    try:
        return app.credentials.read(model.secret_name)
    except KeyError:
        return None
