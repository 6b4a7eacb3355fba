"""Every partition key, sort key and S3 key, and nothing else. All begin with the organization, but for the
look-up of an API key, which is how the organization is found.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def trace(organization: str, project: str, trace_id: str) -> str:
    """Partition of a trace's calls, each trial beside the calls below it."""
    return f"ORG#{organization}#TRACE#{project}#{trace_id}"


def call(organization: str, project: str, call_id: str) -> str:
    """Partition of what is known of a call by its id alone; of a run with all that is known of it."""
    return f"ORG#{organization}#CALL#{project}#{call_id}"


def logged_runs(organization: str, project: str) -> str:
    """Partition of the runs that were logged, to list them."""
    return f"ORG#{organization}#LOGGED#{project}"


CALL_STARTED = "S"
CALL_COMPLETE = "C"
CALL_ENDED = "E"
CALL_DELETED = "D"
CALL_PLACE = "P"
"""In which trace a call is, and below which call."""
RUN_RESULTS = "R"
"""The evaluation that is made of a run that is over, and how much of the run is in its results."""
TRACE_PREFIX = "T#"


def trace_of_run(trace_id: str) -> str:
    return f"{TRACE_PREFIX}{trace_id}"


TRACE_CHANGES = "!"
"""How often calls of a trace came in."""
RUN_PREFIX = "!RUN#"
BEFORE_CALLS = "#"
"""Sorts behind what is known of a trace as a whole, and before its calls: no id has such a character."""


def run_of_trace(run_id: str) -> str:
    return f"{RUN_PREFIX}{run_id}"


def group_of_calls(group: str) -> str:
    """What the sort keys of a call begin with, and of those that are sorted beside it."""
    return f"{group}#"


def records_of(group: str, call_id: str) -> str:
    """What the sort keys of a single call begin with; `group` is the call it is sorted beside."""
    return f"{group_of_calls(group)}{call_id}#"


def traced(group: str, call_id: str, kind: str) -> str:
    """One record of a call within its trace."""
    return records_of(group, call_id) + kind


def evaluation_datasets(organization: str) -> str:
    return f"ORG#{organization}#EVALUATION_DATASET"


def test_cases(organization: str) -> str:
    return f"ORG#{organization}#TEST_CASE"


def test_case(organization: str, case_id: str) -> str:
    """Partition of a test case's versions, and of what was started from them."""
    return f"ORG#{organization}#TEST_CASE#{case_id}"


CASE_EVALUATIONS = "RUN#"


def case_evaluations(number: int) -> str:
    """Prefix of what was started from one version."""
    return f"{CASE_EVALUATIONS}{number:06d}#"


def case_evaluation(number: int, evaluation_id: str) -> str:
    return f"{case_evaluations(number)}{evaluation_id}"


def logged_objects(organization: str, project: str) -> str:
    """Partition of the objects that clients keep in a project: how many versions each has, and these."""
    return f"ORG#{organization}#OBJECT#{project}"


def object_version(object_id: str, digest: str) -> str:
    """No name has the character that ends it here, nor that of the counter."""
    return f"{object_id}#{digest}"


def object_counter(object_id: str, *, operation: bool) -> str:
    """How many versions there are of this name; operations are numbered apart from other objects."""
    return f"{object_id}!{'op' if operation else 'object'}"


def all_of_object(object_id: str) -> tuple[str, str]:
    """Between which sort keys an object's counters and versions are, and those of no other one: names that
    begin with this one go on with a character that sorts behind.
    """
    return f"{object_id}!", f"{object_id}$"


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


def incoming_file(organization: str, upload_id: str) -> str:
    """Where a file lies that was sent by a presigned PUT until somebody says what it is for. What nobody asks
    for within a day is dropped by the bucket.
    """
    return f"incoming/{organization}/{upload_id}"


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


def benchmark_file(questions_key: str) -> str:
    """Where the file that the questions came in lies as it was sent, if it was kept."""
    return questions_key.removesuffix("questions.jsonl") + "file"


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


def segment(key: str, start: int) -> str:
    """The part of a long list that begins at this byte of it."""
    return f"{key}.{start}"


@dataclass(frozen=True, slots=True)
class RunRowsKeys:
    """Where the rows of a finished run lie."""

    index: str
    """Written last, so where this is, the others are."""
    by_digest: str
    """In segments, as is the next."""
    by_ordinal: str
    ordinals: str
    """Where the blocks of `by_ordinal` begin."""
    keys: str
    """12 bytes for each digest."""
    marks: str
    """Values and scores of the rows, in columns."""
    values: str
    """Ordinals by value of each metric."""


def run_rows(organization: str, evaluation_id: str, run_id: str, attempt: int) -> RunRowsKeys:
    """The attempt is part of it, so that rows of two are never mixed."""
    prefix = f"{run_prefix(organization, evaluation_id, run_id)}rows/{attempt}/"
    names = ("index", "by_digest", "by_ordinal", "ordinals", "keys", "marks", "values")
    return RunRowsKeys(**{name: prefix + name for name in names})


def traces_prefix(organization: str, project: str) -> str:
    """Of what the clients of a project hand in, but for what fits the table."""
    return f"orgs/{organization}/traces/{project}/"


def call_object(organization: str, project: str, content_id: str) -> str:
    """A call that is too large for an item of the table, named by the digest of what it holds."""
    return f"{traces_prefix(organization, project)}calls/{content_id}"


def object_value(organization: str, project: str, object_id: str, digest: str) -> str:
    """The value of an object that is too large for an item of the table. Equal values of two names lie apart,
    so that either can be deleted.
    """
    return f"{traces_prefix(organization, project)}objects/{object_id}/{digest}"


def logged_table(organization: str, project: str, digest: str) -> str:
    """Rows that a client sent as one table, compressed."""
    return f"{traces_prefix(organization, project)}tables/{digest}"


def logged_file(organization: str, project: str, digest: str) -> str:
    """A file that a client keeps beside an object, as it was sent."""
    return f"{traces_prefix(organization, project)}files/{digest}"


def alignment(organization: str, name: str) -> str:
    """What was found out about runs together."""
    return f"orgs/{organization}/alignments/{name}"


def submissions(organization: str, job_id: str, content_id: str) -> str:
    """The rows of a grading job, canonical lines like a benchmark's questions. Two that read a file for one
    job keep what they read apart.
    """
    return f"{evaluation_prefix(organization, job_id)}{content_id}/submissions.jsonl"


def logged_rows(organization: str, evaluation_id: str, attempt: int) -> str:
    """The rows of a logged run as an attempt found them, canonical lines like a benchmark's questions."""
    return f"{evaluation_prefix(organization, evaluation_id)}rows/{attempt}/questions.jsonl"


def summary(organization: str, evaluation_id: str) -> str:
    return evaluation_prefix(organization, evaluation_id) + "summary.json"


def results(organization: str, evaluation_id: str) -> str:
    return evaluation_prefix(organization, evaluation_id) + "results.json"
