"""The API function: finds the route, and turns whatever goes wrong into an answer of the dialect."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from evaluations_api import benchmarks, documentation, evaluations, models, results, schedules
from evaluations_api.edge import answer
from marksheet import __version__
from marksheet.dialects import nugen
from marksheet.observability import logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError
    from aws_lambda_powertools.utilities.typing import LambdaContext

api = APIGatewayHttpResolver()
for part in (evaluations, results, benchmarks, models, schedules, documentation):
    api.include_router(part.router)


@api.get("/v1/health")
def health() -> Response[str]:
    return answer({"status": "ok", "version": __version__})


@api.not_found
def refuse_route(_error: NotFoundError) -> Response[str]:
    """404, or 405 when the path is known: Powertools tells no difference, and keeps its routes to itself."""
    path = api.current_event.path
    routes = [*api._static_routes, *api._dynamic_routes]
    methods = {route.method for route in routes if route.rule.match(path)}
    if not methods:
        return answer({"detail": "Not Found"}, status=404)
    return answer({"detail": "Method Not Allowed"}, status=405, headers={"Allow": ", ".join(sorted(methods))})


@api.exception_handler(Exception)  # type: ignore[untyped-decorator]
def refuse(error: Exception) -> Response[str]:
    """The dialect's answer to an error. What is no error of the core is a fault of ours, and logged whole."""
    response = nugen.encode_error(error)
    if response.status >= 500:
        logger().exception("request failed")
    return answer(response.body, status=response.status, headers=response.headers)


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request, and log it: never its body, its query or its headers."""
    started = time.perf_counter()
    request = event["requestContext"]
    logger().append_keys(request_id=request["requestId"])
    response = api.resolve(event, context)
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
