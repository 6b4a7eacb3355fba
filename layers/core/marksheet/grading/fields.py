"""Reading a grader's fields: each is asked for by name and type; what nobody asked for is refused.

`id` and fields that are null are let pass: exported graders have them, and they say nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from marksheet.errors import InvalidRequest, Problem
from marksheet.grading.formula import NAME
from marksheet.grading.grader import DEFAULT_THRESHOLD, Terms
from marksheet.grading.templates import BadTemplate, Template, compile_template
from marksheet.scoring.options import Location, OptionReader, is_number
from marksheet.scoring.suggestions import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_NAME = 200
"""Characters of a grader's name."""
LONGEST_TEMPLATE = 32_000
"""Characters of one template."""
LARGEST_POINTS = 1_000_000
POINTS_DECIMALS = 6
LARGEST_NUMBER = 1_000_000_000
"""How far a threshold or the end of a range may be from 0."""
EMBEDDING_MODEL = "text-embedding-3-large"
"""Whose vectors are compared where nobody names a model."""

NOBODY = "nobody".ljust(128, ":")
"""Stands for the judge of a grader that has none; graders that ask it are never run."""

_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
"""As `models.MODEL_ID`, which grading does not know."""


@dataclass(frozen=True, slots=True)
class Models:
    """Which models graders ask."""

    override: str | None = None
    """Judges in place of all that are named elsewhere."""
    default: str | None = None
    """Judges where a grader names none."""
    embedding: str | None = None
    """Embeds."""

    def judge(self, own: str | None) -> str:
        """The judge of a grader that names `own`, or `NOBODY`."""
        return self.override or own or self.default or NOBODY

    def embedder(self, own: str | None) -> str:
        """The embedding model of a grader that names `own`."""
        return own or self.embedding or EMBEDDING_MODEL


class GraderFields(OptionReader):
    """Hands out a grader's fields; gathers what is wrong with them, and `finish` raises it all at once."""

    def __init__(self, grader: Mapping[str, Any], location: Location, models: Models) -> None:
        super().__init__(grader, location)
        self.location = location
        self.models = models
        self._asked += ["type", "id"]

    def terms(self, default_name: str) -> Terms:
        """Name and points. Both may be absent."""
        name = self.given("name")
        if name is not None and not _is_name(name):
            self.refuse("name", f"must be 1 to {LONGEST_NAME} printable characters", "string_type")
        points, weight = self.given("points"), self.given("weight")
        if points is not None and weight is not None:
            self.refuse("weight", "is another name for points; give one of the two")
        written = "weight" if points is None and weight is not None else "points"
        value = weight if written == "weight" else points
        if value is None:
            return Terms(name if _is_name(name) else default_name)
        if problem := _points_problem(value):
            self.refuse(written, problem, "float_type")
            value = 1
        return Terms(name if _is_name(name) else default_name, value)

    def threshold(
        self, *, default: float = DEFAULT_THRESHOLD, lowest: float = 0.0, highest: float = 1.0
    ) -> float:
        """The field `pass_threshold`, a number between the two."""
        value = self.given("pass_threshold")
        if value is None:
            return default
        if is_number(value) and lowest <= value <= highest:
            return float(value)
        self.refuse(
            "pass_threshold", f"must be a number from {lowest:,.12g} to {highest:,.12g}", "float_type"
        )
        return default

    def template(self, name: str, *, required: bool = True) -> Template | None:
        """A text with places for a row's values; None where it is absent or wrong."""
        text = self.text(name, longest=LONGEST_TEMPLATE, required=required)
        return None if text is None else self.compiled(text, name)

    def compiled(self, text: str, name: str, *, below: Location = ()) -> Template | None:
        """A text that stands in field `name`, at `below`, as a template; None where it is none."""
        try:
            return compile_template(text)
        except BadTemplate as problem:
            self.refuse(name, str(problem), below=below)
            return None

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """One of these texts, which must be given; the first where it is wrong."""
        value = self.given(name)
        if isinstance(value, str) and value in allowed:
            return value
        if value is None:
            self.refuse(name, f"is required: one of {', '.join(allowed)}", "missing")
        elif isinstance(value, str):
            self.refuse(name, unknown(name, value, allowed), "enum")
        else:
            self.refuse(name, f"must be one of {', '.join(allowed)}", "enum")
        return allowed[0]

    def model_id(self, name: str = "model") -> str | None:
        """The id of a model, which may be absent."""
        value = self.given(name)
        if value is None or (isinstance(value, str) and _MODEL_ID.fullmatch(value)):
            return value
        self.refuse(name, "must be the id of a registered model", "string_pattern_mismatch")
        return None

    def given(self, name: str) -> Any:
        """What stands in a field; None where it is absent or null."""
        return self._value(name)

    def refuse_all(self, problems: Sequence[Problem]) -> None:
        """Note what is wrong with a thing inside, located already."""
        self._problems += problems

    def finish(self) -> None:
        """Raise InvalidRequest when anything was wrong or a field is unknown."""
        for name, value in self._options.items():
            if name not in self._asked and value is not None:
                known = [each for each in dict.fromkeys(self._asked) if each != "id"]
                self.refuse(str(name), unknown("field", str(name), known), "extra_forbidden")
        if self._problems:
            raise InvalidRequest(self._problems)


def is_variable(name: object) -> bool:
    """Whether a formula can use the name."""
    return isinstance(name, str) and NAME.fullmatch(name) is not None


def _is_name(value: object) -> bool:
    return (
        isinstance(value, str)
        and 1 <= len(value) <= LONGEST_NAME
        and value.isprintable()
        and bool(value.strip())
    )


def _points_problem(value: object) -> str | None:
    if not is_number(value) or value == 0 or abs(value) > LARGEST_POINTS:
        return f"must be a number from -{LARGEST_POINTS:,} to {LARGEST_POINTS:,}, and not 0"
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > POINTS_DECIMALS:
        return f"must have at most {POINTS_DECIMALS} decimal places"
    return None
