"""What `POST /v2/{entity}/{project}/eval_results/query` asks for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from marksheet.dialects.reading import validate
from marksheet.dialects.weave.reading import read_typed_object
from marksheet.errors import InvalidRequest, Problem

MOST_IDS = 1_000


def _only(*neutral: Any) -> AfterValidator:
    """Nothing but what a request means that leaves the field out: newer clients send it, and we offer no
    other.
    """

    def check(value: Any) -> Any:
        if value not in neutral:
            raise PydanticCustomError(
                "not_supported", "is not supported but for {neutral}", {"neutral": _told(neutral[0])}
            )
        return value

    return AfterValidator(check)


def _whole(value: Any) -> Any:
    """A whole float as the integer that it is, however large."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]


def _told(value: Any) -> str:
    return {None: "null", True: "true", False: "false"}[value]


class EvalResultsRequest(BaseModel):
    """Read as leniently as by the service whose API this is: "5" and 5.0 are integers, "yes" and 1 true."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    evaluation_call_ids: list[str] | None = None
    """Ids of runs."""
    evaluation_run_ids: list[str] | None = None
    """The same; the union of both is asked for."""
    require_intersection: bool = False
    """Only rows that every run has."""
    include_raw_data_rows: bool = False
    resolve_row_refs: bool = False
    """With `include_raw_data_rows`: rows in the place of references to them."""
    include_rows: bool = True
    include_summary: bool = False
    summary_require_intersection: bool | None = None
    """As `require_intersection`, for the summary; null means the same as there."""
    limit: Annotated[Whole, Field(ge=0)] | None = None
    offset: Whole = 0
    """A negative one is 0."""
    sort_by: Annotated[Any, _only(None, [])] = None
    filters: Annotated[Any, _only(None, [])] = None
    filter_logic_operator: Annotated[Any, _only(None, "or")] = None
    include_predict_and_score_children: Annotated[bool, _only(True)] = True
    include_costs: Annotated[bool, _only(False)] = False

    @model_validator(mode="after")
    def _check_ids(self) -> EvalResultsRequest:
        if not self.run_ids:
            raise PydanticCustomError(
                "value_error", "At least one of evaluation_call_ids and evaluation_run_ids is required"
            )
        return self

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The ids of both lists, each once."""
        return tuple(dict.fromkeys([*(self.evaluation_call_ids or ()), *(self.evaluation_run_ids or ())]))

    @property
    def intersect_summary(self) -> bool:
        stated = self.summary_require_intersection
        return self.require_intersection if stated is None else stated


def decode_eval_results(body: bytes, content_type: str | None) -> EvalResultsRequest:
    """The body of a query. Raises InvalidRequest."""
    request = validate(EvalResultsRequest, read_typed_object(body, content_type), "body")
    if len(request.run_ids) > MOST_IDS:
        message = f"More than {MOST_IDS} ids in one query"
        raise InvalidRequest(Problem(("body", "evaluation_call_ids"), message, "too_long"))
    return request
