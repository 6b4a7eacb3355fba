"""What is told without a key: health, and the description of everything else."""

from __future__ import annotations

from typing import Literal

from evaluations_api.documentation import FILES, POLICY

from marksheet_openapi.bodies import Body
from marksheet_openapi.operations import Operation


class Health(Body):
    """The API answers."""

    status: Literal["ok"]
    version: str
    """Of Marksheet."""


OPERATIONS = {
    "health": Operation("Service", "Ask whether the API answers", answer=Health),
    "get_document": Operation(
        "Service",
        "Get this document",
        answer="application/json",
        text="This OpenAPI document.",
    ),
    "get_page": Operation(
        "Service",
        "Read this document in a browser",
        "The page sends the requests you try to this API and to nobody else, and gets everything it needs "
        "from it.",
        answer="text/html",
        text="A page of Swagger UI.",
        headers={
            "Content-Security-Policy": {"required": True, "schema": {"const": POLICY}},
        },
    ),
    "get_page_file": Operation(
        "Service",
        "Get a part of the page",
        parameters=(
            {
                "name": "file",
                "in": "path",
                "required": True,
                "description": "One of the page's files.",
                "schema": {"enum": sorted(FILES)},
            },
        ),
        answer="text/javascript, text/css",
        text="A script or a style sheet.",
    ),
}
