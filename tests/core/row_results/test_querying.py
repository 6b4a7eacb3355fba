"""Made-up logged runs, some of them finished, and made-up queries: answered as plain loops answer them."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marksheet import evaluations
from marksheet.dialects import weave
from marksheet.domain import Call, CallEnd
from marksheet.row_results import ResultsQuery, query_results
from marksheet.tracing.calls import take_in
from marksheet.tracing.objects import keep_object, keep_table
from tests.core.row_results.naive import naive_results

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller

RUNS = ["run-a", "run-b", "run-c"]
MODEL = "weave:///acme/p/object/M:1"
NOWHERE = "weave:///acme/p/object/Unknown:1/attr/rows/id/nowhere"
EXAMPLES = [None, "null", {"q": 1}, '{"q": 1}', {"q": 2}, "text", 7, 7.0, [1]]
KEYS = st.sampled_from(["s", "t", "s.u", "u", ""])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from([0.5, -1.25]), st.just("text"), st.just([1])
)
SCORES = st.dictionaries(
    KEYS, LEAVES | st.dictionaries(KEYS, LEAVES | st.dictionaries(KEYS, LEAVES, max_size=2)), max_size=3
)


def at(second: int) -> str:
    return datetime.fromtimestamp(1_767_323_045 + second, UTC).isoformat().replace("+00:00", "Z")


@st.composite
def below(draw: st.DrawFn, call_id: str, parent_id: str) -> Call:
    """A call below a trial."""
    second, name = draw(st.integers(0, 5)), draw(st.sampled_from(["M.predict", "s", "t", "Invoke", "other"]))
    summary = {"usage": {"m": {"total_tokens": draw(st.integers(0, 9))}}} if draw(st.booleans()) else {}
    return Call(
        call_id,
        "trace",
        parent_id,
        f"weave:///acme/p/op/{name}:1".replace("Invoke", "predict"),
        at(second),
        inputs=draw(st.sampled_from([{}, {"self": MODEL}, {"self": "else"}])),
        attributes={"_weave_eval_meta": {"score": True}} if draw(st.booleans()) else {},
        ended_at=at(second + draw(st.integers(0, 3))),
        summary=summary,
    )


@st.composite
def project(draw: st.DrawFn) -> list[Call]:
    """The calls of a few runs, in any order; a reference stands as `("row", n)`, to be filled in."""
    calls = [
        Call(
            run_id,
            "trace",
            None,
            "weave:///acme/p/op/Evaluation.evaluate:1",
            at(draw(st.integers(0, 9))),
            inputs={"self": "weave:///acme/p/object/ev:1", "model": MODEL},
            display_name=draw(st.sampled_from([None, "nightly"])),
        )
        for run_id in RUNS[:2]
    ]
    examples = st.sampled_from([*EXAMPLES, *[("row", n) for n in range(3)]])
    for number in range(draw(st.integers(0, 9))):
        operation = draw(st.sampled_from(["predict_and_score"] * 5 + ["summarize"]))
        output: Any = draw(
            st.sampled_from([None, "text", {"output": [1, None]}, {"output": "a", "scores": 1}])
        )
        if draw(st.integers(0, 3)):
            output = {"output": number, "scores": draw(SCORES)}
        second = draw(st.integers(0, 5))
        trial = Call(
            f"t{number}",
            "trace",
            draw(st.sampled_from(RUNS)),
            f"weave:///acme/p/op/Evaluation.{operation}:1",
            at(second),
            inputs={"model": MODEL, "example": draw(examples)},
            ended_at=at(second + 1),
            output=output,
        )
        calls.append(trial)
        for child in range(draw(st.integers(0, 2))):
            calls.append(draw(below(f"t{number}-{child}", trial.call_id)))
    return draw(st.permutations(calls))


QUERIES = st.fixed_dictionaries(
    {
        "require_intersection": st.booleans(),
        "include_raw_data_rows": st.booleans(),
        "resolve_row_refs": st.booleans(),
        "include_rows": st.sampled_from([True, True, True, False]),
        "include_summary": st.booleans(),
        "summary_require_intersection": st.none() | st.booleans(),
        "limit": st.none() | st.integers(0, 4),
        "offset": st.integers(-2, 5),
    }
)
ASKED = st.lists(st.sampled_from([*RUNS, "nobody"]), min_size=1, max_size=4, unique=True)
DANGLING = st.sampled_from([False, False, True])


def answer(app: Application, caller: Caller, label: str, run_ids: list[str], query: dict[str, Any]) -> Any:
    """What the surface answers."""
    stated = query["summary_require_intersection"]
    found = query_results(
        app,
        caller,
        label,
        ResultsQuery(
            tuple(run_ids),
            rows=query["include_rows"],
            intersect=query["require_intersection"],
            values=query["include_raw_data_rows"],
            resolve=query["resolve_row_refs"],
            summary=query["include_summary"],
            intersect_summary=query["require_intersection"] if stated is None else stated,
            offset=query["offset"],
            limit=query["limit"],
        ),
    )
    summary = found.summary and weave.encode_summary(
        found.summary.row_count,
        (
            weave.encode_run_summary(
                run.run_id,
                run.trial_count,
                (weave.encode_scorer_stats(**asdict(leaf)) for leaf in run.leaves),
                **asdict(run.facts),
            )
            for run in found.summary.runs
        ),
    )
    return {
        "rows": [weave.encode_row(row.digest, row.value, row.runs) for row in found.rows],
        "total_rows": found.total_rows,
        "summary": summary,
        "warnings": int(found.unresolved),
    }


def tell(app: Application, caller: Caller, label: str, calls: list[Call]) -> None:
    """Hand calls in, in two batches."""
    for batch in (calls[::2], calls[1::2]):
        take_in(
            app,
            caller,
            label,
            starts=[call for call in batch if call.ended_at is None],
            completes=[call for call in batch if call.ended_at is not None],
        )


def test_answers_are_those_of_plain_loops_over_all_calls(
    app: Application, caller: Caller, execution: Any
) -> None:
    labels = (f"p{number}" for number in count())

    @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(
        calls=project(),
        dangling=DANGLING,
        over=st.sets(st.sampled_from(RUNS[:2])),
        asked=ASKED,
        queries=st.lists(QUERIES, min_size=1, max_size=4),
    )
    def check(
        calls: list[Call], dangling: bool, over: set[str], asked: list[str], queries: list[dict[str, Any]]
    ) -> None:
        label = next(labels)
        rows = [{"row": 1}, {"q": 2}]
        table = keep_table(app, caller, label, rows)
        held = {"rows": f"weave:///acme/{label}/table/{table.digest}"}
        version = keep_object(app, caller, label, "Dataset", held).digest
        within = f"weave:///acme/{label}/object/Dataset:{version}/attr/rows/id"
        references = [f"{within}/{digest}" for digest in table.row_digests]
        named = [*references, NOWHERE if dangling else references[0]]
        own = {run_id: f"{label}-{run_id}" for run_id in RUNS}
        told = [_in_project(call, own, named) for call in calls]
        tell(app, caller, label, told)
        for run_id in sorted(over):
            _finish(app, caller, execution, label, own[run_id])
        ids = [own.get(run_id, run_id) for run_id in asked]
        datasets = dict(zip(references, rows, strict=True))
        for query in queries:
            expected = naive_results(told, datasets, ids, query)
            found = answer(app, caller, label, ids, query)
            assert found == expected
            assert _order(found) == _order(expected)

    check()


def _in_project(call: Call, own: dict[str, str], references: list[str]) -> Call:
    """A call with its references filled in; runs have ids that are the organization's."""
    inputs = dict(call.inputs)
    if isinstance(inputs.get("example"), tuple):
        inputs["example"] = references[inputs["example"][1]]
    return replace(
        call,
        call_id=own.get(call.call_id, call.call_id),
        parent_id=own.get(call.parent_id or "", call.parent_id),
        inputs=inputs,
    )


def _finish(app: Application, caller: Caller, execution: Any, label: str, run_id: str) -> None:
    """End a run, and make its evaluation where there is something in it."""
    take_in(app, caller, label, ends=[CallEnd(run_id, at(99), trace_id="trace")])
    place = app.store.runs.find(caller.organization, [run_id])[run_id]
    if any(app.store.calls.trials_of(caller.organization, label, run_id)):
        execution.run(evaluations.get(app, caller, place.evaluation_id))


def _order(results: Any) -> Any:
    """The keys of scores in their order, which equality of objects does not see."""
    return [
        list(trial["scores"])
        for row in results["rows"]
        for run in row["evaluations"]
        for trial in run["trials"]
    ]
