"""The name table of scorers. A scorer's module is imported when the scorer is first built."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from marksheet.errors import InvalidRequest, Problem
from marksheet.scoring.options import Location, OptionReader
from marksheet.scoring.suggestions import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import ScorerSpec
    from marksheet.scoring.scorer import AskingScorer, Scorer

SCORERS: Mapping[str, str] = {
    "exact_match": "marksheet.scoring.exact_match:ExactMatch",
    "includes": "marksheet.scoring.includes:Includes",
    "starts_with": "marksheet.scoring.starts_with:StartsWith",
    "regex": "marksheet.scoring.regex:Regex",
    "numeric": "marksheet.scoring.numeric:Numeric",
    "choice": "marksheet.scoring.choice:Choice",
    "token_f1": "marksheet.scoring.token_f1:TokenF1",
    "rouge_l": "marksheet.scoring.rouge_l:RougeL",
    "rouge_n": "marksheet.scoring.rouge_n:RougeN",
    "bleu": "marksheet.scoring.bleu:Bleu",
    "gleu": "marksheet.scoring.gleu:Gleu",
    "chrf": "marksheet.scoring.chrf:Chrf",
    "meteor": "marksheet.scoring.meteor:Meteor",
    "levenshtein": "marksheet.scoring.levenshtein:Levenshtein",
    "fuzzy_match": "marksheet.scoring.fuzzy_match:FuzzyMatch",
    "list_overlap": "marksheet.scoring.list_overlap:ListOverlap",
    "valid_json": "marksheet.scoring.valid_json:ValidJson",
    "json_schema": "marksheet.scoring.json_schema:JsonSchema",
    "json_match": "marksheet.scoring.json_match:JsonMatch",
    "refusal": "marksheet.scoring.refusal:Refusal",
    "latency_limit": "marksheet.scoring.latency_limit:LatencyLimit",
    "cost_limit": "marksheet.scoring.cost_limit:CostLimit",
    "semantic_similarity": "marksheet.scoring.semantic_similarity:SemanticSimilarity",
    "judge_correctness": "marksheet.scoring.judge_correctness:JudgeCorrectness",
    "judge_relevance": "marksheet.scoring.judge_relevance:JudgeRelevance",
    "llm_judge": "marksheet.scoring.llm_judge:LlmJudge",
}
"""Scorer name -> "module:Class"."""


def build(spec: ScorerSpec, *, location: Location = ("body", "scorers")) -> Scorer | AskingScorer:
    """Make the scorer that `spec` names, with its options checked.

    `location` is where the spec stands in the request; InvalidRequest points below it: at `name` for a
    scorer nobody knows, at `options` and the option's name for an option that cannot be accepted.
    """
    if spec.name not in SCORERS:
        raise InvalidRequest(Problem((*location, "name"), unknown("scorer", spec.name, SCORERS)))
    reader = OptionReader(spec.options, (*location, "options"))
    scorer = scorer_class(spec.name).read(reader)
    reader.finish()
    return cast("Scorer | AskingScorer", scorer)


def scorer_class(name: str) -> Any:
    """The class of a scorer that is in the table."""
    module, _, class_name = SCORERS[name].partition(":")
    return getattr(import_module(module), class_name)


def asks(scorer: Scorer | AskingScorer) -> TypeGuard[AskingScorer]:
    """Whether a scorer asks a model before it marks."""
    return hasattr(scorer, "inquire")
