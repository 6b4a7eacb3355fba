"""The function of the /v2/gen-ai surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surfaces import serve, surface

from marksheet.dialects import digitalocean
from runs_api import datasets, metrics, prompts, runs, test_cases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

api = surface(
    (metrics, datasets, test_cases, runs, prompts),
    encode_error=digitalocean.encode_error,
    no_route=lambda: digitalocean.encode_problem("not_found", "There is no such route"),
    no_method=lambda: digitalocean.encode_problem("method_not_allowed", "The route has no such method"),
    names_request=True,
)


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve(api, event, context)
