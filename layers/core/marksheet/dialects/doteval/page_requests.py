"""Which page of a list a request asks for: the same in every list that goes on after an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.doteval.page_tokens import decode_page_token
from marksheet.dialects.reading import validate

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_PAGE = 100
"""A hundred datasets or eval specs fit into a function's result (6 MB), whatever their descriptions are
written in.
"""
USUAL_PAGE = 20


def _after(value: Any) -> str:
    """The id that a page token stands for."""
    try:
        return decode_page_token(str(value))
    except ValueError:
        raise PydanticCustomError(
            "page_token", "Input should be the next_page_token of an earlier answer, unchanged"
        ) from None


class PageQuery(BaseModel):
    """The query of a list. Values arrive as text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=USUAL_PAGE, ge=1, le=LARGEST_PAGE)
    after: Annotated[str, BeforeValidator(_after)] | None = Field(default=None, alias="page_token")
    """The id to continue after."""


def decode_page(query: Mapping[str, str]) -> PageQuery:
    """Which page of a list is asked for. Raises InvalidRequest."""
    return validate(PageQuery, query, "query")
