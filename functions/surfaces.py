"""What every API function is: the routes of a dialect, and what becomes of a request and of an error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from edge import answer

from marksheet.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError
    from aws_lambda_powertools.utilities.typing import LambdaContext


def surface(
    parts: Iterable[ModuleType],
    *,
    encode_error: Callable[[Exception], tuple[int, dict[str, Any], dict[str, str]]],
    no_route: Callable[[], dict[str, Any]],
    no_method: Callable[[], dict[str, Any]],
    names_request: bool = False,
) -> APIGatewayHttpResolver:
    """The routes of a dialect's modules, each with a `router`, and its way to say what went wrong: an error
    (status, body, headers), a path that is none, a method that a path does not have. `names_request` puts the
    request's id into what is said, as `request_id`.
    """
    api = APIGatewayHttpResolver()
    for part in parts:
        api.include_router(part.router)

    def told(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response[str]:
        request_id = {"request_id": api.current_event.request_context.request_id} if names_request else {}
        return answer({**body, **request_id}, status=status, headers=headers)

    def refuse_route(_error: NotFoundError) -> Response[str]:
        # Powertools tells no difference between the two, and keeps its routes to itself.
        path = api.current_event.path
        routes = [*api._static_routes, *api._dynamic_routes]
        methods = {route.method for route in routes if route.rule.match(path)}
        if not methods:
            return told(no_route(), 404, {})
        return told(no_method(), 405, {"Allow": ", ".join(sorted(methods))})

    def refuse(error: Exception) -> Response[str]:
        """What is no error of the core is a fault of ours, and logged whole."""
        status, body, headers = encode_error(error)
        if status >= 500:
            logger().exception("request failed")
        return told(body, status, headers)

    api.not_found(refuse_route)
    api.exception_handler(Exception)(refuse)
    return api


def serve(api: APIGatewayHttpResolver, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request, and log it: never its body, its query or its headers."""
    started = time.perf_counter()
    request = event["requestContext"]
    logger().append_keys(request_id=request["requestId"])
    response: dict[str, Any] = api.resolve(event, context)
    response["headers"]["X-Request-Id"] = request["requestId"]
    caller = (request.get("authorizer") or {}).get("lambda") or {}
    logger().info(
        "request",
        method=request["http"]["method"],
        path=event["rawPath"],
        status=response["statusCode"],
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
        organization=caller.get("organization"),
        key_id=caller.get("key_id"),
    )
    return response
