"""The function of the /v1 surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surfaces import serve, surface

from grading_api import datasets, documents, grading, jobs, specs
from marksheet.dialects import doteval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

# In this order: /v1/eval/jobs/... and /v1/eval/specs/... come before the ids of datasets.
api = surface(
    (grading, jobs, specs, datasets, documents),
    encode_error=doteval.encode_error,
    no_route=lambda: doteval.encode_problem("not_found", "There is no such route"),
    no_method=lambda: doteval.encode_problem("method_not_allowed", "The route has no such method"),
)


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve(api, event, context)
