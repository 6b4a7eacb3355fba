"""Routes of the API's own description: an OpenAPI document, and a page of Swagger UI that shows it.

Both are the same for everybody and hold no secret, so they need no key. The document is a file, written by
`make openapi`; the parts of Swagger UI are those that Powertools brings along.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aws_lambda_powertools import event_handler
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from marksheet.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]

_HERE = Path(__file__).parent
_SWAGGER_UI = Path(event_handler.__path__[0]) / "openapi" / "swagger_ui"

DOCUMENT = _HERE / "openapi.json"
PAGE = _HERE / "swagger" / "page.html"
FILES = {
    "page.js": (_HERE / "swagger" / "page.js", "text/javascript"),
    "swagger-ui.js": (_SWAGGER_UI / "swagger-ui-bundle.min.js", "text/javascript"),
    "swagger-ui.css": (_SWAGGER_UI / "swagger-ui.min.css", "text/css"),
}
"""What the page loads, where it lies and what it is."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Scripts and requests of this API alone. Swagger UI writes style attributes, and its icons are data."""


@router.get("/openapi.json", compress=True)
def get_document() -> Response[str]:
    return _file(DOCUMENT, "application/json")


@router.get("/docs", compress=True)
def get_page() -> Response[str]:
    return _file(PAGE, "text/html", {"Content-Security-Policy": POLICY})


@router.get("/docs/<file>", compress=True)
def get_page_file(file: str) -> Response[str]:
    if file not in FILES:
        raise NotFound("File", file)
    return _file(*FILES[file])


def _file(path: Path, content_type: str, headers: Mapping[str, str] | None = None) -> Response[str]:
    """A file's text, which a browser may keep for five minutes and must not take for anything else."""
    kept = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding"}
    safe = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Response(
        status_code=200,
        content_type=f"{content_type}; charset=utf-8" if content_type != "application/json" else content_type,
        body=path.read_text(encoding="utf-8"),
        headers={**kept, **safe, **(headers or {})},
    )
