"""The route that grades at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import WRITE, answer, body_of, caller_of, size_of

from marksheet import instant_grading
from marksheet.application import application
from marksheet.dialects import doteval
from marksheet.errors import TooLarge
from marksheet.instant_grading import THE_WAY_TO_A_JOB

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v1/eval")
def grade() -> Response[str]:
    began = time.monotonic()
    event = router.current_event
    caller = caller_of(event, WRITE)
    request, submissions = doteval.decode_grade(body_of(event))
    graded = instant_grading.grade_now(
        application(),
        caller,
        request.eval_spec_id,
        request.version,
        submissions,
        judge=request.model,
        began=began,
    )
    rows = [(row.submission, row.grades) for row in graded.rows]
    body = doteval.encode_graded(rows, graded.summary, graded.spec)
    if size_of(body) > instant_grading.LARGEST_ANSWER_BYTES:
        # Judges were paid already: rather less of what they said than nothing.
        body = doteval.encode_graded(rows, graded.summary, graded.spec, brief=True)
        if size_of(body) > instant_grading.LARGEST_ANSWER_BYTES:
            raise TooLarge(f"the report on {len(rows):,} rows does not fit an answer; {THE_WAY_TO_A_JOB}")
    return answer(body)
