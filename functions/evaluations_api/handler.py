"""The function of the /api/v3 surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge import answer
from surfaces import serve, surface

from evaluations_api import benchmarks, documentation, evaluations, models, results, schedules
from marksheet import __version__
from marksheet.dialects import nugen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.utilities.typing import LambdaContext

api = surface(
    (evaluations, results, benchmarks, models, schedules, documentation),
    encode_error=nugen.encode_error,
    no_route=lambda: {"detail": "Not Found"},
    no_method=lambda: {"detail": "Method Not Allowed"},
)


@api.get("/v1/health")
def health() -> Response[str]:
    return answer({"status": "ok", "version": __version__})


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve(api, event, context)
