"""The wire form of scorers, as benchmarks and requests send it.

A list of scorer names and objects `{"name", "role", "label", "threshold", "options"}`, or an object whose
keys are scorer names and whose values are true, the scorer's options, or an object of the other four fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet.domain import Role, ScorerSpec
from marksheet.errors import InvalidRequest, Problem
from marksheet.scoring.options import Location, is_number
from marksheet.scoring.suggestions import quoted, unknown
from marksheet.scoring.table import SCORERS, build

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SCORERS = 16
LARGEST_SPECS = 64_000
"""Characters of all scorers with their options as JSON; an evaluation keeps them twice in one stored item."""
DEFAULT_THRESHOLD = 0.5
RESERVED_METRICS = ("accuracy", "relevance", "overall_score", "uncertainty", "domain_violations")
"""Metrics that are computed for every run; no scorer's label may be one of them."""
DEFAULT_SPECS = (ScorerSpec("exact_match", Role.CORRECTNESS), ScorerSpec("token_f1", Role.RELEVANCE))
"""What a benchmark that names no scorers is marked with."""

_FIELDS = ("name", "role", "label", "threshold", "options")
_LABEL = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Wish:
    """One entry of the wire form, checked by itself; what was not said is None or empty."""

    location: Location
    name: str
    role: Role | None = None
    label: str = ""
    threshold: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def parse_specs(value: object, *, location: Location = ("body", "scorers")) -> tuple[ScorerSpec, ...]:
    """Decode the wire form of a benchmark's or a request's scorers.

    Exactly one scorer has the role `correctness` in what comes out: the one that says so, else the first that
    was sent without a role. Raises InvalidRequest with every problem found, each located below `location`.
    """
    entries = _entries(value, location)
    _check_number(len(entries), location)
    wishes: list[Wish] = []
    problems: list[Problem] = []
    for where, entry in entries:
        try:
            wishes.append(read_wish(entry, where))
        except InvalidRequest as error:
            problems += error.problems
    if problems:
        raise InvalidRequest(problems)
    return settle(wishes, location)


def encode_specs(specs: Sequence[ScorerSpec]) -> list[dict[str, Any]]:
    """The list form of `specs`; `parse_specs` reads it back to equal specs."""
    encoded = []
    for spec in specs:
        entry: dict[str, Any] = {"name": spec.name, "role": spec.role.value}
        if spec.label:
            entry["label"] = spec.label
        if spec.role is Role.CORRECTNESS:
            entry["threshold"] = spec.threshold
        if spec.options:
            entry["options"] = dict(spec.options)
        encoded.append(entry)
    return encoded


def run_metric(spec: ScorerSpec) -> str:
    """The name of the run's metric that the scorer's values make: its role's, or its own if extra."""
    return {Role.CORRECTNESS: "accuracy", Role.RELEVANCE: "relevance"}.get(spec.role, spec.metric)


def read_wish(entry: object, location: Location) -> Wish:
    """Check one entry of the list form; its scorer is built once to check the options."""
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, Mapping):
        raise InvalidRequest(
            Problem(location, "must be a scorer's name or an object with a name", "dict_type")
        )
    name = entry.get("name")
    if not isinstance(name, str):
        message = f"is required: one of {', '.join(SCORERS)}"
        raise InvalidRequest(
            Problem((*location, "name"), message, "missing" if name is None else "string_type")
        )
    problems = [
        Problem((*location, str(key)), unknown("field", str(key), _FIELDS), "extra_forbidden")
        for key in entry
        if key not in _FIELDS
    ]
    problems += _field_problems(entry, location)
    options = entry.get("options")
    try:
        build(ScorerSpec(name, options={} if options is None else options), location=location)
    except InvalidRequest as error:
        problems += error.problems
    if problems:
        raise InvalidRequest(problems)
    role, threshold = entry.get("role"), entry.get("threshold")
    return Wish(
        location,
        name,
        role=None if role is None else Role(role),
        label=entry.get("label") or "",
        threshold=None if threshold is None else float(threshold),
        options=dict(options or {}),
    )


def settle(wishes: Sequence[Wish], location: Location) -> tuple[ScorerSpec, ...]:
    """Give every wish its role and check the rules that hold between scorers."""
    _check_number(len(wishes), location)
    roles = _roles(wishes)
    specs = tuple(
        ScorerSpec(
            wish.name,
            role,
            wish.options,
            wish.label,
            DEFAULT_THRESHOLD if wish.threshold is None else wish.threshold,
        )
        for wish, role in zip(wishes, roles, strict=True)
    )
    problems = _role_problems(roles, location) + _metric_problems(wishes, specs)
    problems += [
        Problem((*wish.location, "threshold"), "is only for the scorer with the role correctness")
        for wish, role in zip(wishes, roles, strict=True)
        if wish.threshold is not None and role is not Role.CORRECTNESS
    ]
    size = len(json.dumps(encode_specs(specs)))
    if size > LARGEST_SPECS:
        message = f"must have at most {LARGEST_SPECS:,} characters as JSON, options included, not {size:,}"
        problems.append(Problem(location, message))
    if problems:
        raise InvalidRequest(problems)
    return specs


def _entries(value: object, location: Location) -> list[tuple[Location, object]]:
    """The entries of either wire form, each in the list form and with its own location."""
    if isinstance(value, list | tuple):
        return [((*location, index), entry) for index, entry in enumerate(value)]
    if isinstance(value, Mapping):
        return [((*location, str(name)), named_entry(str(name), told)) for name, told in value.items()]
    raise InvalidRequest(
        Problem(location, "must be a list of scorers or an object keyed by scorer", "list_type")
    )


def _check_number(scorers: int, location: Location) -> None:
    if not 1 <= scorers <= MOST_SCORERS:
        raise InvalidRequest(Problem(location, f"must name 1 to {MOST_SCORERS} scorers, not {scorers}"))


def named_entry(name: str, told: object) -> object:
    """The list form of one `name: told` pair of the object form.

    No scorer has an option called like one of the other fields, so an object of those alone is not options.
    """
    if told is True or told is None:
        return {"name": name}
    if isinstance(told, Mapping) and told and all(key in _FIELDS[1:] for key in told):
        return {"name": name, **told}
    return {"name": name, "options": told}


def _field_problems(entry: Mapping[str, Any], location: Location) -> list[Problem]:
    problems = []
    role, label, threshold = entry.get("role"), entry.get("label"), entry.get("threshold")
    if role is not None and role not in tuple(Role):
        problems.append(Problem((*location, "role"), f"must be one of {', '.join(Role)}", "enum"))
    if label is not None and not (isinstance(label, str) and _LABEL.fullmatch(label)):
        message = 'must be 1 to 64 letters, digits, "_", "-" or "."'
        problems.append(Problem((*location, "label"), message, "string_pattern_mismatch"))
    if label in RESERVED_METRICS:
        message = f"{quoted(label)} is computed for every run; choose another label"
        problems.append(Problem((*location, "label"), message))
    if threshold is not None and not (is_number(threshold) and 0 < threshold <= 1):
        problems.append(
            Problem((*location, "threshold"), "must be a number above 0 and at most 1", "float_type")
        )
    return problems


def _roles(wishes: Sequence[Wish]) -> list[Role]:
    """The roles that were said; of the others the first is correctness if none is, and the rest are extra."""
    roles: list[Role] = []
    missing = all(wish.role is not Role.CORRECTNESS for wish in wishes)
    for wish in wishes:
        if wish.role is None and missing:
            roles.append(Role.CORRECTNESS)
            missing = False
        else:
            roles.append(wish.role or Role.EXTRA)
    return roles


def _role_problems(roles: Sequence[Role], location: Location) -> list[Problem]:
    problems = []
    if roles.count(Role.CORRECTNESS) != 1:
        message = f"exactly one scorer must have the role correctness, not {roles.count(Role.CORRECTNESS)}"
        problems.append(Problem(location, message))
    if roles.count(Role.RELEVANCE) > 1:
        message = f"at most one scorer may have the role relevance, not {roles.count(Role.RELEVANCE)}"
        problems.append(Problem(location, message))
    return problems


def _metric_problems(wishes: Sequence[Wish], specs: Sequence[ScorerSpec]) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    for wish, spec in zip(wishes, specs, strict=True):
        if spec.metric in seen:
            message = (
                f"another scorer is called {quoted(spec.metric)} already; give this one a label of its own"
            )
            problems.append(Problem((*wish.location, "label"), message))
        seen.add(spec.metric)
    return problems
