"""Scorers and metrics as this dialect lists them: what each says, and what is said of a run or a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.scoring.metric_ids import metric_id, scorers_without_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet.domain import MetricValue, ScorerSpec

_NUMBER = "METRIC_VALUE_TYPE_NUMBER"
_STRING = "METRIC_VALUE_TYPE_STRING"
_COMPLETED = "EVALUATION_METRIC_RESULT_STATUS_COMPLETED"
_FAILED = "EVALUATION_METRIC_RESULT_STATUS_FAILED"
_QUALITY = "METRIC_TYPE_GENERAL_QUALITY"
"""Of every metric: the strict mode of an older client knows no other type that would fit."""
_CATEGORIES = {
    "refusal": "METRIC_CATEGORY_SAFETY_AND_SECURITY",
    "valid_json": "METRIC_CATEGORY_USER_OUTCOMES",
    "json_schema": "METRIC_CATEGORY_USER_OUTCOMES",
    "judge_relevance": "METRIC_CATEGORY_USER_OUTCOMES",
    "llm_judge": "METRIC_CATEGORY_USER_OUTCOMES",
    "latency_limit": "METRIC_CATEGORY_MODEL_FIT",
    "cost_limit": "METRIC_CATEGORY_MODEL_FIT",
}
"""Of the scorers that do more, or other things, than compare with the expected answer."""

_DESCRIPTIONS = {
    "exact_match": "1 where the answer is the expected answer, give or take case and outer punctuation.",
    "includes": "1 where the answer contains the expected answer.",
    "starts_with": "1 where the answer begins with the expected answer.",
    "regex": "1 where the expected answer, a regular expression, is found in the answer.",
    "numeric": "1 where the answer's number is the expected one.",
    "choice": "1 where the answer commits to the expected one of the question's choices.",
    "token_f1": "F1 over the words of answer and expected answer, as SQuAD defines it.",
    "rouge_l": "ROUGE-L, the longest common sequence of words with the expected answer.",
    "rouge_n": "ROUGE-1, the words in common with the expected answer.",
    "bleu": "BLEU of the answer against the expected answer.",
    "gleu": "Google's GLEU of the answer against the expected answer.",
    "chrf": "chrF, runs of characters in common with the expected answer.",
    "meteor": "METEOR without synonyms: words in common with the expected answer, and their order.",
    "levenshtein": "1 less the edits to the expected answer over the length of the longer text.",
    "fuzzy_match": "How alike answer and expected answer are, whatever the order and repetition of words.",
    "list_overlap": "F1 of the answer's items against the expected answer's.",
    "valid_json": "1 where the answer is one JSON value.",
    "json_schema": "1 where the answer is JSON that keeps to a schema.",
    "json_match": "The share of fields in which the answer's JSON equals the expected answer's.",
    "refusal": "1 where the answer answers, 0 where it refuses.",
    "latency_limit": "1 where the answer came in time.",
    "cost_limit": "1 where the answer cost no more than allowed.",
    "semantic_similarity": "How near an embedding model puts the answer to the expected answer.",
    "judge_correctness": "1 for a correct answer, in the judgement of a model.",
    "judge_relevance": "How far the answer addresses the question, in the judgement of a model.",
    "llm_judge": "What a model says of the answer by a rubric.",
}


def encode_metric_list() -> dict[str, Any]:
    """The metrics that a test case can choose: the scorers that need no options."""
    return {"metrics": [_encode(name, name, rank) for rank, name in enumerate(scorers_without_options(), 1)]}


def encode_metrics(scorers: Sequence[ScorerSpec]) -> list[dict[str, Any]]:
    """What marks the runs of a test case."""
    return [_encode(spec.name, spec.metric, rank) for rank, spec in enumerate(scorers, 1)]


def encode_results(values: Iterable[MetricValue]) -> list[dict[str, Any]]:
    """What metrics say of a prompt or of a run."""
    return [encode_result(value) for value in values]


def encode_result(told: MetricValue) -> dict[str, Any]:
    """What a metric says, or why it says nothing."""
    value = {"number_value": told.value, "string_value": told.text}
    failed = told.value is None and told.text is None
    result = {
        "metric_uuid": metric_id(told.metric),
        "metric_name": told.metric,
        "metric_value_type": _STRING if told.text is not None else _NUMBER,
        **value,
        "reasoning": told.reason,
        "error_description": (told.error or "there is no value") if failed else None,
        "status": _FAILED if failed else _COMPLETED,
    }
    return {name: each for name, each in result.items() if each is not None}


def _encode(scorer: str, metric: str, rank: int) -> dict[str, Any]:
    """Every value is a number from 0 to 1, the higher the better."""
    return {
        "metric_uuid": metric_id(metric),
        "metric_name": metric,
        "description": _DESCRIPTIONS[scorer],
        "metric_type": _QUALITY,
        "category": _CATEGORIES.get(scorer, "METRIC_CATEGORY_CORRECTNESS"),
        "metric_value_type": _NUMBER,
        "inverted": False,
        "range_min": 0.0,
        "range_max": 1.0,
        "metric_rank": rank,
        "is_metric_goal": True,
        "evaluation_scope": "EVALUATION_SCOPE_AGENT",
        "source": "EVALUATION_METRIC_SOURCE_BUILTIN",
    }
