"""The gateway in front of the functions, as a WSGI application: routes and keys as `template.yaml` has
them.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from authorizer.handler import handler as authorize
from evaluations_api.handler import handler as answer_evaluations
from grading_api.handler import handler as answer_grading
from runs_api.handler import handler as answer_runs
from traces_api.handler import handler as answer_traces

from tests.cloudformation import properties, resources

_FUNCTIONS = {
    "EvaluationsApi": answer_evaluations,
    "GradingApi": answer_grading,
    "RunsApi": answer_runs,
    "TracesApi": answer_traces,
}


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the template."""

    method: str
    pattern: re.Pattern[str]
    keyed: bool
    asks_header: bool
    """Whether the gateway answers by itself where the header is missing."""
    function: str
    """The template's name of the function behind it."""

    def takes(self, method: str, path: str) -> bool:
        return self.method in ("ANY", method) and self.pattern.fullmatch(path) is not None


def template_routes() -> list[Route]:
    """The routes as they are where CORS is off, the one with the fewest placeholders first."""
    found = []
    for name in resources("AWS::ApiGatewayV2::Route"):
        if "Condition" not in resources("AWS::ApiGatewayV2::Route")[name]:
            method, _, path = properties(name)["RouteKey"].partition(" ")
            pattern = re.sub(r"\{\w+\\\+\}", ".+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))
            pattern = re.sub(r"\{\w+\}", "[^/]+", pattern)
            keyed = properties(name)["AuthorizationType"] == "CUSTOM"
            sources = properties(properties(name)["AuthorizerId"]["Ref"])["IdentitySource"] if keyed else []
            target = properties(name)["Target"]["Fn::Sub"].removeprefix("integrations/")
            integration = properties(target.strip("${}"))
            function = integration["IntegrationUri"]["Fn::GetAtt"][0]
            compiled = re.compile(pattern, re.DOTALL)
            found.append(Route(method, compiled, keyed, bool(sources), function))
    return sorted(found, key=lambda route: route.pattern.pattern.count("+"))


class Gateway:
    """Answers what a client sends by calling authorizer and API function in this process."""

    def __init__(self) -> None:
        self._routes = template_routes()

    def __call__(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        response = self.handle(environ)
        content = response.get("body") or ""
        body = base64.b64decode(content) if response.get("isBase64Encoded") else content.encode()
        status = HTTPStatus(response["statusCode"])
        start(
            f"{status.value} {status.phrase}",
            [*response["headers"].items(), ("Content-Length", str(len(body)))],
        )
        return [body]

    def handle(self, environ: Mapping[str, Any]) -> dict[str, Any]:
        """The function's response, or the gateway's own."""
        event = _event(environ)
        method, path = environ["REQUEST_METHOD"], event["rawPath"]
        route = next((route for route in self._routes if route.takes(method, path)), None)
        if route is None:
            return _own(HTTPStatus.NOT_FOUND, "Not Found")
        if route.keyed:
            if route.asks_header and not event["headers"].get("authorization"):
                return _own(HTTPStatus.UNAUTHORIZED, "Unauthorized")
            context = authorize(event, None)["context"]
            event["requestContext"]["authorizer"] = {"lambda": context}
        return _FUNCTIONS[route.function](event, None)  # type: ignore[arg-type]


def _own(status: HTTPStatus, message: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status.value, "headers": headers, "body": json.dumps({"message": message})}


def _event(environ: Mapping[str, Any]) -> dict[str, Any]:
    """The request as payload format 2.0 has it."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    query: dict[str, str] = {}
    for name, value in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    http = {
        "method": environ["REQUEST_METHOD"],
        "path": path,
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
    }
    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": environ.get("QUERY_STRING", ""),
        "headers": headers,
        "requestContext": {"http": http, "requestId": uuid.uuid4().hex, "stage": "$default"},
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }
    return event | ({"queryStringParameters": query} if query else {})
