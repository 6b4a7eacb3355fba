"""The function of the /v2/{entity}/{project} surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surfaces import serve, surface

from marksheet.dialects import weave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

api = surface(
    (),
    encode_error=weave.encode_error,
    no_route=lambda: weave.encode_reason("There is no such route"),
    no_method=lambda: weave.encode_reason("The route has no such method"),
)


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    return serve(api, event, context)
