"""Every error the core raises, as one tree. The core raises meaning; only the edge knows status codes.

    MarksheetError
    ├── InvalidRequest            the caller sent something that cannot be accepted; carries field problems
    │   └── InvalidUpload         a file's content is wrong; carries the line and the field
    ├── Unauthenticated           no key, or one that is not ours
    ├── Forbidden                 a known key without the needed scope
    ├── NotFound                  no such thing in this organization
    ├── Conflict                  the thing exists already, or is not in a state that allows the request
    │   ├── IdempotencyMismatch   the same Idempotency-Key came with another body
    │   └── NotFinished           results were asked of an evaluation that is not READY
    ├── TooLarge                  more than a request may carry; says how to send it instead
    ├── LimitExceeded             one of the organization's limits is reached; says when to try again
    ├── ModelError                a model did not give an answer
    │   ├── TransientModelError   worth another try (throttled, overloaded, timed out, cut off)
    │   └── PermanentModelError   the same request will fail the same way
    └── EvaluationError           an evaluation cannot be finished as it is
        ├── EvaluationStopped     it is cancelled, deleted, or belongs to a newer attempt
        └── ShardsUnfinished      the map ended with shards that nobody finished

`EvaluationStopped` leaves a function, and is a name in `statemachine/evaluation.asl.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


class MarksheetError(Exception):
    """Base of everything above. `message` is written for the caller: no key, ARN, prompt or path in it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a request."""

    location: tuple[str | int, ...]
    """Where, outermost first: ("body", "questions", 3, "question"), ("query", "limit"), ("header",
    "idempotency-key").
    """
    message: str
    """What was wrong and what is allowed."""
    kind: str = "value_error"
    """A stable word for programs: "missing", "extra_forbidden", "value_error", "string_type", ..."""


class InvalidRequest(MarksheetError):
    """The caller sent something that cannot be accepted. Nothing was stored or changed."""

    def __init__(self, problems: Problem | list[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("; ".join(f"{'.'.join(map(str, p.location))}: {p.message}" for p in self.problems))

    def within(self, field: str) -> InvalidRequest:
        """The same problems, of a body that is a field of another request's body."""
        return InvalidRequest(
            [Problem((*p.location[:1], field, *p.location[1:]), p.message, p.kind) for p in self.problems]
        )


class InvalidUpload(InvalidRequest):
    """A file's content is wrong.

    `line` counts from 1 as an editor shows it, or is None when the file as a whole is wrong; `field` is the
    field's name, or None. With `unit` "element" it counts the elements of a JSON array instead.
    """

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        field: str | None = None,
        unit: Literal["line", "element"] = "line",
    ) -> None:
        self.line = line
        self.field = field
        self.unit = unit
        self.detail = message
        where: list[str | int] = ["body", "file"]
        if line is not None:
            where += [unit, line]
        if field is not None:
            where.append(field)
        super().__init__(Problem(tuple(where), message, "invalid_upload"))


class Unauthenticated(MarksheetError):
    """No key, or one that is not ours."""


class Forbidden(MarksheetError):
    """A known key without the needed scope."""


class NotFound(MarksheetError):
    """No such thing in this organization. Another organization's things are not found, never forbidden."""

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"{kind} not found")
        self.kind = kind
        self.identifier = identifier


class Conflict(MarksheetError):
    """The thing exists already, or is not in a state that allows the request."""


class IdempotencyMismatch(Conflict):
    """The same Idempotency-Key came with another body."""


class NotFinished(Conflict):
    """Results were asked of an evaluation that is not READY."""


class TooLarge(MarksheetError):
    """More than one request may carry; the message says how to send it instead."""


class LimitExceeded(MarksheetError):
    """One of the organization's limits is reached."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ModelError(MarksheetError):
    """A model did not give an answer. `code` is a short stable word such as "http_429", "timeout",
    "refused".
    """

    attempts: int = 1
    """Calls made before giving up; the retry layer sets it, 0 when it made none."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class TransientModelError(ModelError):
    """Worth another try. `retry_after_seconds` is what the model asked for, if it did."""

    def __init__(
        self, message: str, *, code: str, retry_after_seconds: float | None = None, throttled: bool = False
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = retry_after_seconds
        self.throttled = throttled


class PermanentModelError(ModelError):
    """The same request will fail the same way. `fatal` means every request to this model will (bad key, no
    such model).
    """

    def __init__(self, message: str, *, code: str, fatal: bool = False) -> None:
        super().__init__(message, code=code)
        self.fatal = fatal


class EvaluationError(MarksheetError):
    """An evaluation cannot be finished as it is."""


class EvaluationStopped(EvaluationError):
    """The evaluation is cancelled, deleted, or belongs to a newer attempt; there is nothing left to
    do here.
    """


class ShardsUnfinished(EvaluationError):
    """The map ended with shards that nobody finished; a resume takes up only those."""
