"""The function of the /v2/{entity}/{project} surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surfaces import serve, surface

from marksheet.dialects import weave
from traces_api import (
    calls,
    code,
    eval_results,
    objects,
    predictions,
    runs,
    service,
    things,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

api = surface(
    (calls, objects, service, eval_results, runs, predictions, things, code),
    encode_error=weave.encode_error,
    no_route=lambda: weave.encode_reason("This route is not supported; docs/weave.md has those that are"),
    no_method=lambda: weave.encode_reason("The route has no such method"),
)


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve(api, event, context)
