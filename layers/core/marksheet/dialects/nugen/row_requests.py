"""What a request for an evaluation's rows asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from marksheet.dialects.fields import ONE_LINE, ModelId
from marksheet.dialects.nugen.evaluation_requests import LARGEST_OFFSET
from marksheet.dialects.reading import validate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

MOST_ROWS = 50
"""A page; each row may be a read of its own where few match."""


class RowsRequest(BaseModel):
    """The query of an evaluation's rows. Values arrive as text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model_id: ModelId | None = None
    """Whose rows, in a comparison; without it the base model's."""
    metric: str | None = Field(default=None, min_length=1, max_length=200, pattern=ONE_LINE)
    """The metric that the filters are about."""
    below: float | None = Field(default=None, allow_inf_nan=False)
    above: float | None = Field(default=None, allow_inf_nan=False)
    flips: Literal["gained", "lost", "both"] | None = None
    """Rows that one of two runs passes and the other does not."""
    against: ModelId | None = None
    """The evaluation whose run is the base of the flips; without it the evaluation's own base model is."""
    limit: int = Field(default=20, ge=1, le=MOST_ROWS)
    offset: int = Field(default=0, ge=0, le=LARGEST_OFFSET)

    @model_validator(mode="after")
    def _check_filters(self) -> Self:
        bounded = self.below is not None or self.above is not None
        if self.metric is None and (bounded or self.flips):
            raise PydanticCustomError("missing", "below, above and flips need a metric")
        if self.metric is not None and not bounded and not self.flips:
            raise PydanticCustomError("missing", "a metric needs below, above or flips")
        if bounded and self.flips:
            raise PydanticCustomError("value_error", "flips go without below and above")
        if self.against is not None and not self.flips:
            raise PydanticCustomError("value_error", "against is for flips")
        return self


def decode_rows_query(query: Mapping[str, str]) -> RowsRequest:
    """The query of an evaluation's rows. Raises InvalidRequest."""
    return validate(RowsRequest, query, "query")
