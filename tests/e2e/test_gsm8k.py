"""1,319 real questions and two models' real answers: the published counts, to the last one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.client import Api

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "gsm8k"
SCORERS = [{"name": "numeric", "options": {"marker": "A:"}}]

pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason=f"the GSM8K questions and answers are not at {DATA.name}/ beside the checkout"
)


@pytest.fixture
def benchmark_id(api: Api) -> str:
    for model in ("6b_finetuning", "6b_verification"):
        api.recorded(model, (DATA / f"answers.{model}.jsonl").read_bytes())
    return api.benchmark_file("gsm8k", DATA / "questions.jsonl", scorers=SCORERS)


def test_the_comparison_reports_the_published_counts_whatever_the_shards(api: Api, benchmark_id: str) -> None:
    documents = [
        api.evaluate("6b_finetuning", benchmark_id, model_id_2="6b_verification", shard_size=size)
        for size in (5, 50)
    ]
    for document in documents:
        base, new = document["base_model"]["metrics"], document["eval_model"]["metrics"]
        assert (base["right"], base["wrong"], base["unscored"], base["errored"]) == (286, 1033, 0, 0)
        assert (new["right"], new["wrong"], new["unscored"], new["errored"]) == (515, 804, 0, 0)
        assert document["comparison"]["better_model"] == "6b_verification"
        difference = document["comparison"]["statistics"]["accuracy"]["difference"]
        assert difference == pytest.approx(229 / 1319, abs=1e-15)
    by_fives, by_fifties = documents
    for model in ("base_model", "eval_model"):
        assert by_fives[model] == by_fifties[model]
    assert by_fives["comparison"] == by_fifties["comparison"]
