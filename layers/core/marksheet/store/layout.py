"""Every partition key, sort key and S3 key, and nothing else. All begin with the organization, but for the
look-up of an API key, which is how the organization is found.
"""

from __future__ import annotations

from marksheet.domain import Stage

COUNTERS = 16
"""Counter items per run. Shards of one run spread over them, so that their transactions seldom meet."""


def api_key(lookup: str) -> tuple[str, str]:
    return f"KEY#{lookup}", "KEY"


def organization_keys(organization: str) -> str:
    return f"ORG#{organization}#KEY"


def models(organization: str) -> str:
    return f"ORG#{organization}#MODEL"


def benchmarks(organization: str) -> str:
    return f"ORG#{organization}#BENCHMARK"


def benchmark_names(organization: str) -> str:
    return f"ORG#{organization}#BENCHMARK_NAME"


def benchmark_versions(organization: str, benchmark_id: str) -> str:
    return f"ORG#{organization}#BENCHMARK#{benchmark_id}"


def version(number: int) -> str:
    return f"V#{number:06d}"


def uploads(organization: str) -> str:
    return f"ORG#{organization}#UPLOAD"


def evaluations(organization: str) -> str:
    return f"ORG#{organization}#EVALUATION"


def schedules(organization: str) -> str:
    return f"ORG#{organization}#SCHEDULE"


def idempotency(organization: str) -> str:
    return f"ORG#{organization}#IDEMPOTENCY"


def evaluation(organization: str, evaluation_id: str) -> str:
    """Partition of what belongs to one evaluation: its snapshot, shard items and counters."""
    return f"ORG#{organization}#EVALUATION#{evaluation_id}"


SNAPSHOT = "SNAPSHOT"
BUDGET = "BUDGET"
"""What an evaluation may still cost: one number that its workers draw from."""


def shard(position: int, number: int) -> str:
    return f"SHARD#{position}#{number:06d}"


def shards(position: int) -> str:
    return f"SHARD#{position}#"


def counter(position: int, shard_number: int) -> str:
    return f"COUNT#{position}#{shard_number % COUNTERS:02d}"


def counter_position(sort_key: str) -> int:
    return int(sort_key.split("#")[1])


COUNTER_PREFIX = "COUNT#"


def upload_object(organization: str, upload_id: str) -> str:
    return f"orgs/{organization}/uploads/{upload_id}.upload"


def parse_upload_object(key: str) -> tuple[str, str] | None:
    """(organization, upload id) of an uploaded object's key, or None when the key is no upload's."""
    parts = key.split("/")
    if len(parts) != 4 or parts[0] != "orgs" or parts[2] != "uploads" or not parts[3].endswith(".upload"):
        return None
    return parts[1], parts[3].removesuffix(".upload")


def benchmark_prefix(organization: str, benchmark_id: str) -> str:
    return f"orgs/{organization}/benchmarks/{benchmark_id}/"


def questions(organization: str, benchmark_id: str, content_id: str) -> str:
    return f"{benchmark_prefix(organization, benchmark_id)}{content_id}/questions.jsonl"


def offsets(questions_key: str) -> str:
    """Where the questions' byte offsets lie: n + 1 little-endian 64-bit numbers."""
    return questions_key.removesuffix(".jsonl") + ".offsets"


def model_prefix(organization: str, model_id: str) -> str:
    return f"orgs/{organization}/models/{model_id}/"


def answers(organization: str, model_id: str, content_id: str) -> str:
    return f"{model_prefix(organization, model_id)}{content_id}/answers.jsonl"


def answers_index(answers_key: str) -> str:
    return answers_key.removesuffix(".jsonl") + ".index"


def evaluation_prefix(organization: str, evaluation_id: str) -> str:
    return f"orgs/{organization}/evaluations/{evaluation_id}/"


def manifest(organization: str, evaluation_id: str, attempt: int, stage: Stage) -> str:
    """What the map reads; the first plan's is `manifest.json`."""
    later = "" if attempt == 1 else f".{attempt}"
    pairs = "" if stage == Stage.ANSWERS else f".{stage}"
    return f"{evaluation_prefix(organization, evaluation_id)}manifest{later}{pairs}.json"


def part(organization: str, evaluation_id: str, run_id: str, number: int, generation: int) -> str:
    return (
        f"{evaluation_prefix(organization, evaluation_id)}runs/{run_id}/parts/{number:06d}.{generation}.jsonl"
    )


def checkpoint(organization: str, evaluation_id: str, run_id: str, number: int, generation: int) -> str:
    prefix = evaluation_prefix(organization, evaluation_id)
    return f"{prefix}runs/{run_id}/checkpoints/{number:06d}.{generation}.jsonl"


def summary(organization: str, evaluation_id: str) -> str:
    return evaluation_prefix(organization, evaluation_id) + "summary.json"


def results(organization: str, evaluation_id: str) -> str:
    return evaluation_prefix(organization, evaluation_id) + "results.json"
