"""The route of the metrics that test cases can choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, answer, caller_of

from marksheet.dialects import digitalocean

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.get("/v2/gen-ai/evaluation_metrics")
def list_metrics() -> Response[str]:
    caller_of(router.current_event, READ)
    return answer(digitalocean.encode_metric_list())
