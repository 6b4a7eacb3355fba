"""The numbers of a run and of a comparison, and the rows of the file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from marksheet.domain import Outcome
from marksheet.statistics.mean import Method
from marksheet.statistics.paired import DifferenceMethod, Test, Verdict
from marksheet_openapi.bodies import Body, Count, Dollars, Identifier, Seconds, Share, absent
from marksheet_openapi.evaluations import Headline


class Estimated(Body):
    """What is known of a mean over questions, unrounded."""

    n: Count
    """Questions in the mean."""
    clusters: Count
    """Independent units among them."""
    mean: Share | None
    standard_error: float | None
    low: Share | None
    high: Share | None
    method: Method
    """How the interval came about."""
    minimum: Share | None
    maximum: Share | None
    standard_deviation: float | None
    """Between questions."""


class Interval(Estimated):
    """What is known of a metric's mean, unrounded."""

    unscored: Count
    """Questions that were answered, but have no value."""
    errored: Count
    """Questions that were not answered."""
    level: Share
    """Of confidence."""


class Metrics(Headline):
    """The metrics of a run: the headline, the mean of each extra scorer under its label (to 4 places), the
    counts, the intervals."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Share | None] = Field(init=False)

    total_questions: Count
    correct_answers: Count
    """Trials that are right."""
    right: Count
    wrong: Count
    unscored: Count
    errored: Count
    intervals: dict[str, Interval]
    """By metric."""


class PassRate(Estimated):
    """What is known of pass@k or pass^k for one k."""

    left_out: Count
    """Questions with fewer than k marked trials."""


class Tokens(Body):
    """Tokens by the provider's own count; null where it gave none."""

    prompt: Count | None
    completion: Count | None


class Latency(Body):
    """Seconds that answers took."""

    count: Count
    """Answers whose time is known."""
    mean: Seconds
    p50: Seconds
    p95: Seconds
    p99: Seconds
    max: Seconds


class Cost(Body):
    """What a run cost, in USD; an amount that is not known is null."""

    model: Dollars | None
    judges: Dollars | None
    total: Dollars | None
    per_right_answer: Dollars | None
    unknown_trials: Count
    """Trials that are missing from a part."""


class Judging(Body):
    """What judges took."""

    calls: Count
    prompt_tokens: Count
    completion_tokens: Count


class PairedDifference(Body):
    """The model compared minus the base model, over the questions that have a value in both, unrounded."""

    n: Count
    clusters: Count
    """Independent units among the questions."""
    difference: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    p_value: Share
    """Two-sided, of no difference."""
    p_holm: Share
    """The same, adjusted for the comparisons made beside this one."""
    method: DifferenceMethod
    """Where the interval comes from."""
    test: Test
    """Where the p value comes from."""
    gained: Count | None
    """Questions that only the model compared has right."""
    lost: Count | None
    """Questions that only the base model has right."""
    minimum_detectable_effect: float | None
    """The smallest true difference that is found significant with a chance of 80 %."""
    verdict: Verdict
    """Of the model compared with the base model."""


class PositionBias(Body):
    """How often the answer shown first was chosen."""

    first: Count
    """Verdicts for the answer shown first."""
    second: Count
    """Verdicts for the answer shown second."""
    n: Count
    """Questions with such a verdict."""
    first_share: Share | None
    low: Share | None
    high: Share | None
    method: Method
    leaning_first: Count
    leaning_second: Count
    p_value: Share
    contradictory_share: Share | None
    """Pairs of which the judge chose another answer when their order was turned."""


class Pairwise(Body):
    """What a judge found that was shown both models' answers, each pair in both orders."""

    n: Count
    """Pairs."""
    eval_wins: Count
    base_wins: Count
    ties: Count
    contradictory: Count
    """The order decided."""
    unscored: Count
    errored: Count
    identical: Count
    """Pairs of equal answers, which are ties without asking."""
    win_rate: Estimated
    """Of the model compared; a tie is half a win."""
    difference: PairedDifference
    position_bias: PositionBias
    judge: Identifier
    """The model that compared."""
    judging: Judging | None
    cost_usd: Dollars | None
    """Of the judge; null where it is known of no pair."""


class Comparison(Body):
    """How the model compared differs from the base model. Null where a mean is missing."""

    accuracy_improvement: float | None = absent()
    relevance_improvement: float | None = absent()
    overall_improvement: float | None = absent()
    """The difference of the two scores as they are shown."""
    better_model: str
    """The id of the model with the higher overall score, or `tie`."""
    statistics: dict[str, PairedDifference]
    """By metric."""
    pairwise: Pairwise | None
    """Where a judge compared the answers with each other."""


class RowError(Body):
    """Why there is no answer."""

    code: str
    message: str


class RowJudging(Judging):
    """What the judges of one answer took."""

    cost_usd: Dollars | None


class Preference(Body):
    """Whose answer a judge preferred, shown in both orders."""

    score: Share | None
    """1 for the model compared, 0 for the base model, 0.5 for a tie or a contradiction; null without
    verdicts."""
    base_first: Literal["base", "eval", "tie", "none"] | None
    """Who won with the base model's answer first; null where there was no pair."""
    eval_first: Literal["base", "eval", "tie", "none"] | None
    reason: str | None = absent()
    raw: str = absent()
    """What the judge answered, where no verdict could be read from it."""
    error: RowError | None = absent()
    """Why there was no pair."""


class Chunk(Body):
    """A chunk of context that a question came with, and what the answer used of it."""

    text: str
    """Up to 20,000 characters: of a longer one both ends, and a note between them."""
    source: str | None
    """The file that it is cited from; null where it was given as text."""
    chunk_used: bool | None
    """Whether a content word of the chunk that is not in the question occurs in the answer; null without an
    answer."""
    chunk_usage_pct: Annotated[float, Field(ge=0, le=100)] | None
    """The share of such words that occur, 0 to 100, to 2 places."""


class Row(Body):
    """One answer to one question."""

    question_id: str
    question: str
    expected_answer: str | None
    model_answer: str | None
    """Null when errored."""
    score: Share | None
    """Value of the correctness scorer, to 4 places."""
    relevance: Share | None = absent()
    """Value of the relevance scorer; only with such a scorer."""
    outcome: Outcome
    error: RowError = absent()
    trial: Annotated[int, Field(ge=1)] = absent()
    """Only where questions are asked several times."""
    scores: dict[str, Share | None]
    """Every scorer's value."""
    reasons: dict[str, str] = absent()
    """Why a score is none or nought, where a scorer says."""
    raw: dict[str, str] = absent()
    """What a judge answered, where no verdict could be read from it."""
    violations: list[str] = absent()
    """Names of the rules that are broken."""
    context: list[Chunk] = absent()
    """Only where the question has context."""
    latency_seconds: Seconds = absent()
    """To 4 places."""
    prompt_tokens: Count = absent()
    completion_tokens: Count = absent()
    finish_reason: str = absent()
    """In the provider's word."""
    cost_usd: Dollars = absent()
    judging: RowJudging = absent()
    preference: Preference = absent()
    """What a judge said of this answer beside the base model's; only in rows of the model compared."""
