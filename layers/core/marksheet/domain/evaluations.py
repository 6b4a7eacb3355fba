"""What is marked and in what order: benchmarks, models, evaluations with their runs, schedules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from marksheet.domain.marks import Counts, ProviderName
from marksheet.domain.traces import DEFAULT_PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain.grading import EvalSpec
    from marksheet.domain.marks import DomainRule, ScorerSpec


class Status(StrEnum):
    """Where an evaluation, a benchmark or a model's upload stands. All but PROCESSING are terminal."""

    PROCESSING = "PROCESSING"
    READY = "READY"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    STOPPED = "STOPPED"
    """Its budget is used up: marked as far as the money went."""

    @property
    def terminal(self) -> bool:
        return self is not Status.PROCESSING


class Stage(StrEnum):
    """What the lanes of a plan do."""

    ANSWERS = "answers"
    """Every run's answers."""
    PAIRS = "pairs"
    """After them, where a judge compares two models: the pairs of answers."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One immutable, numbered version of a list of questions."""

    organization: str
    benchmark_id: str
    version: int
    name: str
    status: Status
    question_count: int
    sha256: str
    """Hex digest of the canonical questions file; two versions with equal questions have equal digests."""
    questions_key: str
    """S3 key of the canonical questions file."""
    scorers: tuple[ScorerSpec, ...]
    created_at: str
    description: str | None = None
    document_ids: tuple[str, ...] = ()
    dataset_id: str | None = None
    """The dataset whose documents its questions may cite."""
    domain_rules: tuple[DomainRule, ...] = ()
    prompt_template: str | None = None
    """Text with {question}, {context} and {choices}; None asks the question as it is."""
    system_prompt: str | None = None
    error: str | None = None
    """Why it FAILED, naming line and field."""


@dataclass(frozen=True, slots=True)
class Model:
    """Something that answers, as registered."""

    organization: str
    model_id: str
    provider: ProviderName
    settings: Mapping[str, Any]
    """The provider's settings, validated by `providers.validate_settings`; never a credential."""
    status: Status
    created_at: str
    secret_name: str | None = None
    """Where in Secrets Manager the endpoint's key lies; the key itself is never here."""
    answers_key: str | None = None
    """S3 key of the recorded answers, for provider `recorded`."""
    answer_count: int | None = None
    error: str | None = None


class CaseVersion(NamedTuple):
    """A version of a test case."""

    case_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Run:
    """One model over one benchmark version, inside an evaluation."""

    run_id: str
    """A UUID."""
    position: int
    """0 is the base model, 1 the model compared with it."""
    model: Model
    """The model as it was when the evaluation was created."""
    counts: Counts = field(default_factory=Counts)
    """Trials counted so far, moved once per shard."""
    shards: int = 0
    """Shards the run is cut into."""


@dataclass(frozen=True, slots=True)
class Pairwise:
    """A judge that is shown both models' answers to a question, in both orders."""

    model: str
    """The judge's id."""
    rubric: str | None = None
    """What makes an answer the better one; None asks for the more correct and useful one."""
    run_id: str = ""
    """Under which its verdicts are kept."""
    shards: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One request: one model, or two to compare, on one benchmark version."""

    organization: str
    evaluation_id: str
    status: Status
    benchmark: Benchmark
    """The version pinned when the evaluation was created."""
    runs: tuple[Run, ...]
    scorers: tuple[ScorerSpec, ...]
    """What is used: the benchmark's, or the request's custom metrics."""
    created_at: str
    """ISO 8601 in UTC, as are all times here, ending in Z."""
    trials: int = 1
    max_error_share: float = 0.5
    """FinishEvaluation fails the evaluation when a larger share of a run's trials errored."""
    shard_size: int = 50
    """Questions a shard (the last one may have fewer); fixed when the evaluation is created."""
    attempt: int = 1
    """1, and one more with every resume."""
    metrics: tuple[str, ...] = ()
    """Names of metrics the request asked for by name; empty means all."""
    name: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    error: str | None = None
    """Why it is FAILED, for the caller to read."""
    results_bytes: int | None = None
    """Size of the downloadable file, once READY."""
    judges: Mapping[str, Model] = field(default_factory=dict)
    """By model id: the models that scorers ask, as they were when the evaluation was created."""
    pairwise: Pairwise | None = None
    """How the answers of two models are compared with each other by a judge."""
    answers_from: str | None = None
    """The evaluation whose answers are marked again; its models are not called."""
    errored_as: Literal["left_out", "wrong"] = "left_out"
    """Whether errored trials stay out of every mean, or enter it as 0."""
    max_cost_usd: Decimal | None = None
    """What models and judges may cost together, over all attempts."""
    spent_usd: Decimal = Decimal(0)
    """What has been spent or set aside for calls under way."""
    eval_spec: EvalSpec | None = None
    """What outputs that were handed in are graded by; its questions are then `Submission`s, and it is a
    grading job.
    """
    judge: str | None = None
    """Of a grading job: the model that judges in place of those its spec names."""
    project: str = DEFAULT_PROJECT
    """A label of the organization's own, by which evaluations are told apart."""
    logged: bool = False
    """Whether its one run was made elsewhere and handed in as calls; its questions are then `LoggedRow`s."""
    test_case: CaseVersion | None = None
    """The version of a test case that it was started from."""
    headline: Mapping[int, Mapping[str, float | int | None]] | None = None
    """Once READY: by run position, `accuracy`, `relevance`, `overall_score`, `uncertainty` and
    `domain_violations`.
    """

    @property
    def comparison(self) -> bool:
        return len(self.runs) == 2

    @property
    def pairs(self) -> Run | None:
        """The judge of a pairwise comparison as a third run: one verdict per question and trial."""
        if self.pairwise is None:
            return None
        judge = self.judges[self.pairwise.model]
        return Run(self.pairwise.run_id, len(self.runs), judge, shards=self.pairwise.shards)

    @property
    def all_runs(self) -> tuple[Run, ...]:
        """The runs by position, with the pairs of a judge after them where there are any."""
        return self.runs if self.pairs is None else (*self.runs, self.pairs)

    def judges_of(self, run: Run) -> Mapping[str, Model]:
        """The judges that are asked about the trials of a run, by model id."""
        if self.pairwise is not None and run.position == len(self.runs):
            return {self.pairwise.model: self.judges[self.pairwise.model]}
        if self.eval_spec is not None:
            return self.judges
        asked = {spec.options.get("model") for spec in self.scorers}
        return {model_id: judge for model_id, judge in self.judges.items() if model_id in asked}

    def calls_model(self, run: Run) -> bool:
        """Whether the run's answers are asked for now, and not brought along or taken from before."""
        return self.answers_from is None and run.model.provider is not ProviderName.RECORDED

    @property
    def total_questions(self) -> int:
        return self.benchmark.question_count


@dataclass(frozen=True, slots=True)
class Schedule:
    """When evaluations of one kind start by themselves."""

    organization: str
    schedule_id: str
    expression: str
    """`rate(...)`, `cron(...)` or `at(...)`, in the form that EventBridge Scheduler takes."""
    timezone: str
    """IANA name of the zone in which cron and at are meant."""
    request: str
    """What every tick asks for: the body of a create, as JSON."""
    fingerprint: str
    """Digest of the request that made the schedule."""
    created_at: str
    key_id: str
    """The API key that made it. The schedule is the organization's, and outlives the key."""
    name: str | None = None
    enabled: bool = True
    armed: bool = False
    """Whether EventBridge Scheduler has it; False only while it is being made."""
    starts_at: str | None = None
    """No tick comes before."""
    ends_at: str | None = None
    """No tick comes after; of a one-time schedule its moment."""
    last_tick: str | None = None
    """The scheduled time of the latest tick that started an evaluation."""
    last_evaluation_id: str | None = None
    last_failed_tick: str | None = None
    """The scheduled time of the latest tick that could not start one at once."""
    last_error: str | None = None
    """Why it could not, for the caller to read."""
    failed_ticks: int = 0

    def is_over(self, now: datetime) -> bool:
        """Whether no tick can come any more."""
        return self.ends_at is not None and datetime.fromisoformat(self.ends_at) < now


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, as the authorizer found out."""

    organization: str
    key_id: str
    scopes: frozenset[str]
