"""Runs by their ids, whoever made them: where their rows are, and what is known of each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marksheet.domain import moment
from marksheet.errors import NotFinished, NotFound, TooLarge
from marksheet.row_digests import digest_of, row_value
from marksheet.row_results.results import RunFacts
from marksheet.run_rows import MemoryRows, open_rows
from marksheet.shown_trials import metrics_of, shown_trial
from marksheet.tracing.trials import is_reference, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from marksheet.application import Application
    from marksheet.domain import Call, Evaluation, LoggedRun, LoggedTrial, MarkedRow, Model, Run
    from marksheet.run_rows import RunRows

    Trial = tuple[Call, list[Call]]

MOST_RUNS = 100
"""Whose rows are read together."""
MOST_TRIALS = 20_000
"""Of a logged run that is read from its calls."""
LONGEST_ID = 256
"""Bytes; a key of the table has a limit, and no id of ours or of a client comes near this one."""
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run that has at least one trial."""

    rows: RunRows
    facts: RunFacts
    started_at: str = ""
    """When a run that Marksheet made began; its trials have no start of their own. Empty for a logged run."""
    metrics: tuple[str, ...] = ()
    """Of a run that Marksheet made."""
    position: int = 0
    """Of a run that Marksheet made: 0 the base model's, 1 the one compared with it."""
    references: frozenset[str] | None = None
    """Of a logged run that is read from its calls: the rows that are references. None where they were
    followed when the run was finished.
    """
    dangling: bool = False
    """Whether a reference led nowhere when the run was finished."""

    @property
    def run_id(self) -> str:
        return self.rows.run_id

    @property
    def logged(self) -> bool:
        return not self.started_at

    def trials(self, rows: Iterable[MarkedRow]) -> list[LoggedTrial]:
        """All trials of some of the run's rows, as they are shown."""
        return [
            shown_trial(self.run_id, trial, self.metrics, self.started_at)
            for row in rows
            for trial in row.trials
        ]


def find_known_runs(
    app: Application, organization: str, project: str, run_ids: Sequence[str]
) -> list[KnownRun]:
    """Those of the runs that are the project's and have trials, in no order that means anything.

    A run that Marksheet makes has its trials once it is finished; a logged one as they come in. Raises
    `TooLarge` for more runs than are read together.
    """
    possible = [run_id for run_id in run_ids if 0 < len(run_id.encode()) <= LONGEST_ID]
    made = find_made_runs(app, organization, project, possible)
    others = [run_id for run_id in possible if run_id not in made]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        told = pool.map(lambda run_id: app.store.calls.find_runs(organization, project, [run_id]), others)
        logged = [run for runs in told for run in runs.values() if not run.deleted]
        if len(made) + len(logged) > MOST_RUNS:
            raise TooLarge(f"the results of more than {MOST_RUNS} runs; ask for fewer at a time")
        found = [
            *pool.map(lambda pair: _open_made(app, *pair), made.values()),
            *pool.map(lambda run: _open_logged(app, organization, project, run), logged),
        ]
    return [run for run in found if run is not None and run.rows.index().trial_count > 0]


def find_made_runs(
    app: Application, organization: str, project: str, run_ids: Sequence[str]
) -> dict[str, tuple[Evaluation, Run]]:
    """Those of the runs of a project that Marksheet makes or made, by id."""
    places = app.store.runs.find(organization, run_ids)
    here = {place.evaluation_id for place in places.values() if place.project == project}
    return {
        run.run_id: (evaluation, run)
        for evaluation in app.store.evaluations.find_many(organization, sorted(here))
        if not evaluation.logged
        for run in evaluation.runs
        if run.run_id in places
    }


def _open_made(app: Application, evaluation: Evaluation, run: Run) -> KnownRun | None:
    rows = _stored(app, evaluation, run)
    if rows is None:
        return None
    started = evaluation.started_at or evaluation.created_at
    facts = facts_of_made(evaluation, run)
    return KnownRun(rows, facts, started, tuple(metrics_of(evaluation)), run.position)


def _open_logged(app: Application, organization: str, project: str, run: LoggedRun) -> KnownRun:
    facts = _facts_of_logged(run.call)
    if run.settled and run.evaluation_id is not None:
        evaluation = app.store.evaluations.find(organization, run.evaluation_id)
        if evaluation is not None and (rows := _stored(app, evaluation, evaluation.runs[0])):
            return KnownRun(rows, facts, dangling=run.dangling)
    marked = rows_of(_few(app.store.calls.trials_of(organization, project, run.run_id)))
    values = [row_value(row.question) for row in marked]
    references = frozenset(value for value in values if is_reference(value))
    return KnownRun(MemoryRows(run.run_id, marked), facts, references=references)


def _few(trials: Iterable[Trial]) -> Iterator[Trial]:
    """The same. Raises `TooLarge` once there are more than are put together within a request."""
    for number, trial in enumerate(trials, 1):
        if number > MOST_TRIALS:
            raise TooLarge(
                f"a run with more than {MOST_TRIALS:,} trials can be read once it is over and has its results"
            )
        yield trial


def _stored(app: Application, evaluation: Evaluation, run: Run) -> RunRows | None:
    try:
        rows = open_rows(app, evaluation, run)
        rows.index()
    except (NotFinished, NotFound):
        # Not found are the rows of a run that was deleted a moment ago.
        return None
    return rows


def facts_of_made(evaluation: Evaluation, run: Run) -> RunFacts:
    """What is shown of a run that Marksheet made beside its rows."""
    within = f"weave:///{evaluation.organization}/{evaluation.project}/object"
    return RunFacts(
        evaluation_ref=f"{within}/{evaluation.benchmark.benchmark_id}:{evaluation.benchmark.version}",
        model_ref=f"{within}/{run.model.model_id}:{_version_of(run.model)}",
        display_name=evaluation.name,
        trace_id=evaluation.evaluation_id,
        started_at=_in_utc(evaluation.started_at or evaluation.created_at),
    )


def _version_of(model: Model) -> str:
    """The digest of a model's settings, because models have no versions: runs of equal ones refer to one."""
    return digest_of({"provider": model.provider.value, "settings": dict(model.settings)})


def _facts_of_logged(call: Call | None) -> RunFacts:
    if call is None:
        return RunFacts()
    return RunFacts(
        evaluation_ref=_text(call.inputs, "self") or _text(call.inputs, "this"),
        model_ref=_text(call.inputs, "model"),
        display_name=call.display_name,
        trace_id=call.trace_id,
        started_at=_in_utc(call.started_at),
    )


def _text(inputs: Mapping[str, Any], name: str) -> str | None:
    """An input that is a reference; a value that was logged inline is none."""
    value = inputs.get(name)
    return value if isinstance(value, str) else None


def _in_utc(text: str) -> str | None:
    at = moment(text)
    return at.isoformat() if at else None
