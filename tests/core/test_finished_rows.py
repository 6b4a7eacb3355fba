"""The rows that FinishEvaluation leaves behind, as a real bucket has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from marksheet import aws, evaluations, finishing
from marksheet.application import Application
from marksheet.domain import Caller, Evaluation, MarkedRow, Outcome, Status
from marksheet.errors import NotFinished, NotFound
from marksheet.evaluations import CreateEvaluation
from marksheet.parts import read_questions
from marksheet.row_digests import row_digest
from marksheet.run_rows import (
    filtered,
    flips,
    open_rows,
    read_page,
    read_prompts,
    run_statistics,
)


@pytest.fixture
def compared(app: Application, caller: Caller, deployment: Any) -> Evaluation:
    """20 questions; the base model knows 5 of them and skips 3, the other one knows 15."""
    deployment.recorded("base", {f"q{n}": str(n) if n <= 5 else "?" for n in range(1, 18)})
    deployment.recorded("new", {f"q{n}": str(n) if n <= 15 else "?" for n in range(1, 21)})
    benchmark = deployment.benchmark(20)
    new = CreateEvaluation("base", benchmark.benchmark_id, model_id_2="new", trials=2)
    return evaluations.create(app, caller, new)


def as_it_stands(app: Application, evaluation: Evaluation) -> Evaluation:
    found = app.store.evaluations.find(evaluation.organization, evaluation.evaluation_id)
    assert found is not None
    return found


def all_rows(app: Application, evaluation: Evaluation) -> Iterator[dict[str, list[MarkedRow]]]:
    runs = [open_rows(app, evaluation, run) for run in evaluation.runs]
    page = read_page(app, evaluation.organization, runs)
    assert [digest for digest, _ in page.rows] == sorted(digest for digest, _ in page.rows)
    assert page.total == len(page.rows)
    return (marked for _, marked in page.rows)


def test_both_runs_have_every_question_with_its_trials(
    app: Application, compared: Evaluation, execution: Any
) -> None:
    execution.run(compared)
    finished = as_it_stands(app, compared)
    base, new = (run.run_id for run in finished.runs)
    questions = {row_digest(question): question for question in read_questions(app, finished)}
    seen = 0
    for marked in all_rows(app, finished):
        ((before,), (after,)) = (marked[base], marked[new])
        question = questions[before.digest]
        assert before.question == after.question == question
        outcomes = [trial.outcome for trial in (*before.trials, *after.trials)]
        known = Outcome.RIGHT if question.ordinal <= 5 else Outcome.WRONG
        first = Outcome.ERRORED if question.ordinal > 17 else known
        assert outcomes == [first] * 2 + [Outcome.RIGHT if question.ordinal <= 15 else Outcome.WRONG] * 2
        seen += 1
    assert seen == 20


def test_rows_are_found_by_ordinal_value_and_flip(
    app: Application, compared: Evaluation, execution: Any
) -> None:
    execution.run(compared)
    finished = as_it_stands(app, compared)
    base, new = ((finished, run) for run in finished.runs)
    (seventh,) = read_prompts(app, *new, first=7, count=1)
    assert seventh.question.question == "Say 7"
    assert filtered(app, *base, metric="accuracy", above=0.5).total == 5
    assert filtered(app, *base, metric="accuracy", below=0.5).total == 12
    page = flips(app, base, new, metric="accuracy", limit=3)
    assert (page.gained, page.lost) == (10, 0)
    assert [flip.first.question.ordinal for flip in page.rows] == [6, 7, 8]
    tagged = aws.client("s3").list_objects_v2(
        Bucket=app.store.objects.bucket, Prefix=f"orgs/{finished.organization}/alignments/"
    )
    (key,) = (entry["Key"] for entry in tagged["Contents"])
    tags = aws.client("s3").get_object_tagging(Bucket=app.store.objects.bucket, Key=key)["TagSet"]
    assert tags == [{"Key": "kind", "Value": "derived"}]


def test_scores_are_added_up_with_the_rows(app: Application, compared: Evaluation, execution: Any) -> None:
    execution.run(compared)
    finished = as_it_stands(app, compared)
    runs = [open_rows(app, finished, run) for run in finished.runs]
    found = run_statistics(app, finished.organization, runs)
    base = found.runs[finished.runs[0].run_id]
    assert (found.row_count, base.trial_count) == (20, 40)
    assert {
        leaf.scorer_key: (leaf.numeric_sum, leaf.pass_true_count, leaf.trial_count) for leaf in base.leaves
    } == {
        "exact_match": (10.0, 0, 34),
        "correct": (0.0, 10, 34),
    }


def test_an_evaluation_that_is_not_finished_has_no_rows(app: Application, compared: Evaluation) -> None:
    with pytest.raises(NotFinished):
        open_rows(app, compared, compared.runs[0])


def test_a_finish_that_broke_off_is_made_good_by_the_next(
    app: Application, compared: Evaluation, execution: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> int:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(finishing, "_write_results", break_off)
        with pytest.raises(ConnectionError):
            execution.run(compared)
    assert as_it_stands(app, compared).results_bytes is None
    assert execution.finish(compared) is Status.READY
    assert len(list(all_rows(app, as_it_stands(app, compared)))) == 20


def test_a_resume_has_the_rows_of_its_own_attempt(
    app: Application, caller: Caller, deployment: Any, execution: Any
) -> None:
    deployment.recorded("base", {f"q{n}": str(n) for n in range(1, 4)})
    benchmark = deployment.benchmark(10)
    request = CreateEvaluation("base", benchmark.benchmark_id, max_error_share=0.5)
    evaluation = evaluations.create(app, caller, request)
    assert execution.run(evaluation) is Status.FAILED
    before = as_it_stands(app, evaluation)
    run_id = before.runs[0].run_id
    assert sum(marked[run_id][0].trials[0].error is not None for marked in all_rows(app, before)) == 7
    deployment.recorded("more", {f"q{n}": str(n) for n in range(1, 11)})
    again = evaluations.resume(app, caller, evaluation.evaluation_id)
    with pytest.raises(NotFinished):
        open_rows(app, again, again.runs[0])
    assert execution.run(again) is Status.FAILED
    after = as_it_stands(app, evaluation)
    assert after.attempt == 2
    assert open_rows(app, after, after.runs[0]).version != open_rows(app, before, before.runs[0]).version
    assert len(list(all_rows(app, after))) == 10


def test_rows_go_with_their_evaluation(
    app: Application, caller: Caller, compared: Evaluation, execution: Any
) -> None:
    execution.run(compared)
    finished = as_it_stands(app, compared)
    evaluations.delete(app, caller, compared.evaluation_id)
    run = finished.runs[0]
    with pytest.raises(NotFound):
        open_rows(app, finished, run).index()
    with pytest.raises(NotFound):
        read_prompts(app, finished, run, first=1, count=1)
