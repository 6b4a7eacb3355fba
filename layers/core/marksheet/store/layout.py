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


def eval_specs(organization: str) -> str:
    return f"ORG#{organization}#SPEC"


def eval_spec_names(organization: str) -> str:
    return f"ORG#{organization}#SPEC_NAME"


def eval_spec_versions(organization: str, spec_id: str) -> str:
    return f"ORG#{organization}#SPEC#{spec_id}"


def datasets(organization: str) -> str:
    return f"ORG#{organization}#DATASET"


def dataset_names(organization: str) -> str:
    return f"ORG#{organization}#DATASET_NAME"


def documents(organization: str, dataset_id: str) -> str:
    return f"ORG#{organization}#DATASET#{dataset_id}"


def uploads(organization: str) -> str:
    return f"ORG#{organization}#UPLOAD"


def evaluations(organization: str) -> str:
    return f"ORG#{organization}#EVALUATION"


def jobs(organization: str) -> str:
    return f"ORG#{organization}#JOB"


JOB_PREFIX = "job-"
"""What the ids of grading jobs begin with. Jobs are evaluations that are listed apart."""


def listed(organization: str, evaluation_id: str) -> tuple[str, str]:
    """Where the item of an evaluation, or of a grading job, is listed."""
    partition = jobs if evaluation_id.startswith(JOB_PREFIX) else evaluations
    return partition(organization), evaluation_id


def runs(organization: str) -> str:
    return f"ORG#{organization}#RUN"


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


def documents_prefix(organization: str, dataset_id: str) -> str:
    return f"orgs/{organization}/documents/{dataset_id}/"


def document_object(organization: str, dataset_id: str, document_id: str) -> str:
    """Where an uploaded document lies as it came."""
    return f"{documents_prefix(organization, dataset_id)}{document_id}.document"


def parse_document_object(key: str) -> tuple[str, str, str] | None:
    """(organization, dataset id, document id) of an uploaded document's key, or None for another's."""
    return _parse_of_dataset(key, "documents", ".document")


def markdown_prefix(organization: str, dataset_id: str) -> str:
    return f"orgs/{organization}/markdown/{dataset_id}/"


def markdown_object(organization: str, dataset_id: str, document_id: str) -> str:
    """Where the text of a document lies."""
    return f"{markdown_prefix(organization, dataset_id)}{document_id}.md"


def extraction_facts(organization: str, dataset_id: str, document_id: str) -> str:
    """What became of a document, as JSON. Written after its text, so where this is, that is."""
    return f"{markdown_prefix(organization, dataset_id)}{document_id}.extracted"


def parse_extraction_facts(key: str) -> tuple[str, str, str] | None:
    """(organization, dataset id, document id) of the key of extraction facts, or None for another's."""
    return _parse_of_dataset(key, "markdown", ".extracted")


def _parse_of_dataset(key: str, kind: str, suffix: str) -> tuple[str, str, str] | None:
    parts = key.split("/")
    if len(parts) != 5 or parts[0] != "orgs" or parts[2] != kind or not parts[4].endswith(suffix):
        return None
    organization, dataset_id, document_id = parts[1], parts[3], parts[4].removesuffix(suffix)
    return (organization, dataset_id, document_id) if organization and dataset_id and document_id else None


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


def run_prefix(organization: str, evaluation_id: str, run_id: str) -> str:
    """Of what a run's workers write."""
    return f"{evaluation_prefix(organization, evaluation_id)}runs/{run_id}/"


def part(organization: str, evaluation_id: str, run_id: str, number: int, generation: int) -> str:
    return f"{run_prefix(organization, evaluation_id, run_id)}parts/{number:06d}.{generation}.jsonl"


def checkpoint(organization: str, evaluation_id: str, run_id: str, number: int, generation: int) -> str:
    prefix = run_prefix(organization, evaluation_id, run_id)
    return f"{prefix}checkpoints/{number:06d}.{generation}.jsonl"


def submissions(organization: str, job_id: str, content_id: str) -> str:
    """The rows of a grading job, canonical lines like a benchmark's questions. Two that read a file for one
    job keep what they read apart.
    """
    return f"{evaluation_prefix(organization, job_id)}{content_id}/submissions.jsonl"


def summary(organization: str, evaluation_id: str) -> str:
    return evaluation_prefix(organization, evaluation_id) + "summary.json"


def results(organization: str, evaluation_id: str) -> str:
    return evaluation_prefix(organization, evaluation_id) + "results.json"
