"""The least options of each scorer that cannot be built without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NEEDED_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "json_schema": {"schema": {"type": "object"}},
    "latency_limit": {"seconds": 2},
    "cost_limit": {"usd": "0.002"},
    "semantic_similarity": {"model": "embedder"},
    "judge_correctness": {"model": "judge"},
    "judge_relevance": {"model": "judge"},
    "llm_judge": {"model": "judge", "rubric": "CORRECT: it is polite. INCORRECT: it is not."},
}
