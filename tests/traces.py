"""Runs as clients log them, for tests: calls of a run, of its trials, and of what these called."""

from __future__ import annotations

from typing import Any

from marksheet.domain import Call

RUN = "0190a000-0000-7000-8000-000000000000"
TRACE = "0190a000-0000-7000-8000-00000000aaaa"
MODEL = "weave:///acme/p/object/mirror:m0"


def op(name: str) -> str:
    """A reference to an operation."""
    return f"weave:///acme/p/op/{name}:d1g3st"


def at(second: float) -> str:
    """A time of the day on which runs are logged."""
    minutes, seconds = divmod(second, 60)
    return f"2026-01-02T03:{int(minutes):02d}:{seconds:09.6f}Z"


def call(call_id: str, parent: str | None, name: str, second: float = 0.0, **more: Any) -> Call:
    """A call that is over half a second after it began."""
    fields: dict[str, Any] = {"trace_id": TRACE, "started_at": at(second), "ended_at": at(second + 0.5)}
    return Call(call_id=call_id, parent_id=parent, op_name=op(name), **(fields | more))


def run_call(**more: Any) -> Call:
    """The call that is a run, begun and not over."""
    inputs = {"self": "weave:///acme/p/object/nightly:e0", "model": MODEL}
    return call(
        RUN, None, "Evaluation.evaluate", inputs=inputs, display_name="one night", ended_at=None, **more
    )


def a_trial(number: int, *, row: Any = None, scores: Any = None, **more: Any) -> list[Call]:
    """The calls of one trial: itself, the model's and a scorer's."""
    trial, right = f"trial-{number:03d}", number % 2 == 1
    example = {"question": f"Say {number}", "expected_answer": str(number)} if row is None else row
    told = {"exact": {"correct": right, "length": 3 + number}} if scores is None else scores
    output = {"output": f"answer {number}", "scores": told, "model_latency": 0.25}
    inputs = {"self": "weave:///acme/p/object/nightly:e0", "model": MODEL, "example": example}
    return [
        call(
            trial,
            RUN,
            "Evaluation.predict_and_score",
            number,
            **({"inputs": inputs, "output": output} | more),
        ),
        call(
            f"{trial}-p",
            trial,
            "mirror.predict",
            number + 0.1,
            inputs={"self": MODEL, "question": f"Say {number}"},
            output=f"answer {number}",
            summary={"usage": {"gpt": {"total_tokens": 10 * number}}},
        ),
        call(
            f"{trial}-s",
            trial,
            "exact",
            number + 0.2,
            attributes={"weave": {"score": "true"}},
            output=told.get("exact") if isinstance(told, dict) else None,
        ),
    ]


def a_run(trials: int = 2) -> list[Call]:
    """The calls of a run: itself, then each trial with what it called."""
    return [run_call(), *(each for number in range(1, trials + 1) for each in a_trial(number))]
