"""A request's `custom_metrics`: which metrics to show, which scorers to mark with, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from marksheet.domain import Role, ScorerSpec
from marksheet.errors import InvalidRequest, Problem
from marksheet.scoring.specs import (
    MOST_SCORERS,
    RESERVED_METRICS,
    Wish,
    named_entry,
    read_wish,
    run_metric,
    settle,
)
from marksheet.scoring.suggestions import unknown
from marksheet.scoring.table import SCORERS

if TYPE_CHECKING:
    from marksheet.scoring.options import Location

LOCATION: Location = ("body", "custom_metrics")
MOST_ENTRIES = MOST_SCORERS + len(RESERVED_METRICS)


def choose(
    custom_metrics: object, benchmark_specs: Sequence[ScorerSpec]
) -> tuple[tuple[ScorerSpec, ...], tuple[str, ...]]:
    """Return the scorers to mark with and the names of the metrics to show; no names means all of them.

    Entries are names in a list, objects of the scorers' wire form in a list, or the pairs of an object:

    - a name of `RESERVED_METRICS` is shown; `relevance` adds token_f1 in that role where no scorer has it;
    - a name the benchmark's own scorers have among their metrics is shown;
    - any other scorer replaces the benchmark's scorers: then only the named ones mark, those of the benchmark
      among them with the benchmark's settings.

    None, an empty list or an empty object leaves the benchmark's scorers as they are. Raises InvalidRequest,
    located at the entry.
    """
    own = {spec.metric: spec for spec in benchmark_specs}
    entries: list[str | Wish] = []
    problems: list[Problem] = []
    for location, entry in _entries(custom_metrics):
        try:
            entries.append(_read(entry, location, own))
        except InvalidRequest as error:
            problems += error.problems
    if problems:
        raise InvalidRequest(problems)
    return _decide(entries, own)


def _decide(
    entries: Sequence[str | Wish], own: Mapping[str, ScorerSpec]
) -> tuple[tuple[ScorerSpec, ...], tuple[str, ...]]:
    names = [entry if isinstance(entry, str) else entry.label or entry.name for entry in entries]
    reserved = [name for name in names if name in RESERVED_METRICS]
    replacing = any(isinstance(entry, Wish) for entry in entries)
    specs = tuple(own.values())
    if replacing:
        wishes = [
            entry if isinstance(entry, Wish) else _own_wish(own[entry])
            for entry in entries
            if entry not in reserved
        ]
        specs = settle(wishes, LOCATION)
    if "relevance" in reserved and all(spec.role is not Role.RELEVANCE for spec in specs):
        taken = any(spec.metric == "token_f1" for spec in specs)
        specs += (ScorerSpec("token_f1", Role.RELEVANCE, label="relevance_token_f1" if taken else ""),)
    if replacing and not reserved:
        return specs, ()
    metric_names = {spec.metric: run_metric(spec) for spec in specs}
    return specs, tuple(dict.fromkeys(metric_names.get(name, name) for name in names))


def _entries(value: object) -> list[tuple[Location, object]]:
    """Every entry with its location; the pairs of an object as names where nothing more is said."""
    if value is None:
        return []
    if not isinstance(value, list | tuple | Mapping):
        message = "must be a list of names, an object keyed by name, or null"
        raise InvalidRequest(Problem(LOCATION, message, "list_type"))
    if len(value) > MOST_ENTRIES:
        raise InvalidRequest(Problem(LOCATION, f"must have at most {MOST_ENTRIES} entries, not {len(value)}"))
    if not isinstance(value, Mapping):
        return [((*LOCATION, index), entry) for index, entry in enumerate(value)]
    return [((*LOCATION, str(name)), _without_settings(str(name), told)) for name, told in value.items()]


def _without_settings(name: str, told: object) -> object:
    """The bare name of a pair that says no more than that."""
    return name if told is True or told is None or told == {} else named_entry(name, told)


def _read(entry: object, location: Location, own: Mapping[str, ScorerSpec]) -> str | Wish:
    """A name to show, or a scorer to mark with."""
    name = entry.get("name") if isinstance(entry, Mapping) else entry
    if isinstance(name, str):
        if isinstance(entry, str) and (name in RESERVED_METRICS or name in own):
            return name
        if name in RESERVED_METRICS or (name in own and name not in SCORERS):
            raise InvalidRequest(Problem(location, "is a metric, not a scorer; it takes no settings"))
        if name not in SCORERS:
            known = dict.fromkeys((*RESERVED_METRICS, *own, *SCORERS))
            raise InvalidRequest(Problem(location, unknown("metric", name, known)))
    return read_wish(entry, location)


def _own_wish(spec: ScorerSpec) -> Wish:
    """A scorer of the benchmark, as if the request had spelt it out."""
    threshold = spec.threshold if spec.role is Role.CORRECTNESS else None
    return Wish(LOCATION, spec.name, spec.role, spec.label, threshold, spec.options)
