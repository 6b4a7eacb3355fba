"""The nouns of Marksheet: frozen values without I/O. The words are those of docs/architecture.md, one word
per thing.
"""

from marksheet.domain.documents import (
    Dataset,
    Document,
    Extraction,
    ShownDocument,
)
from marksheet.domain.evaluations import (
    Benchmark,
    Caller,
    Evaluation,
    Model,
    Pairwise,
    Run,
    Schedule,
    Stage,
    Status,
    Trial,
)
from marksheet.domain.grading import (
    EvalSpec,
    Grade,
    ListedSpec,
    Mark,
    Submission,
)
from marksheet.domain.marks import (
    BUDGET_REACHED,
    Answer,
    Counts,
    DomainRule,
    Judging,
    Outcome,
    ProviderName,
    Question,
    Role,
    Score,
    ScorerSpec,
    TrialError,
)
from marksheet.domain.traces import (
    DEFAULT_PROJECT,
    Call,
    LoggedRow,
    LoggedTrial,
    MarkedRow,
)

__all__ = [
    "BUDGET_REACHED",
    "DEFAULT_PROJECT",
    "Answer",
    "Benchmark",
    "Call",
    "Caller",
    "Counts",
    "Dataset",
    "Document",
    "DomainRule",
    "EvalSpec",
    "Evaluation",
    "Extraction",
    "Grade",
    "Judging",
    "ListedSpec",
    "LoggedRow",
    "LoggedTrial",
    "Mark",
    "MarkedRow",
    "Model",
    "Outcome",
    "Pairwise",
    "ProviderName",
    "Question",
    "Role",
    "Run",
    "Schedule",
    "Score",
    "ScorerSpec",
    "ShownDocument",
    "Stage",
    "Status",
    "Submission",
    "Trial",
    "TrialError",
]
