"""Domain rules: what every answer to a benchmark must keep to, their wire form and their check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from marksheet.domain import DomainRule
from marksheet.errors import InvalidRequest, Problem
from marksheet.scoring.patterns import check_pattern, compiled, found
from marksheet.scoring.suggestions import quoted, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.scoring.options import Location

MOST_RULES = 32
LONGEST_NAME = 64

_FIELDS = ("name", "forbid", "require", "max_characters")


def parse_rules(value: object, *, location: Location = ("body", "domain_rules")) -> tuple[DomainRule, ...]:
    """Decode a list of objects with `name` and at least one of `forbid`, `require` and `max_characters`.

    None is no rules. Raises InvalidRequest with every problem found, each located below `location`.
    """
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise InvalidRequest(Problem(location, "must be a list of rules", "list_type"))
    if len(value) > MOST_RULES:
        raise InvalidRequest(Problem(location, f"must have at most {MOST_RULES} rules, not {len(value)}"))
    problems: list[Problem] = []
    rules: list[DomainRule] = []
    for index, entry in enumerate(value):
        where = (*location, index)
        found_here = _problems(entry, where)
        if not found_here:
            rules.append(DomainRule(**entry))
            if any(rule.name == entry["name"] for rule in rules[:-1]):
                message = f"another rule is called {quoted(entry['name'])} already"
                found_here.append(Problem((*where, "name"), message))
        problems += found_here
    if problems:
        raise InvalidRequest(problems)
    return tuple(rules)


def encode_rules(rules: Sequence[DomainRule]) -> list[dict[str, Any]]:
    """The wire form of `rules`; `parse_rules` reads it back to equal rules."""
    return [
        {name: getattr(rule, name) for name in _FIELDS if getattr(rule, name) is not None} for rule in rules
    ]


def broken(rule: DomainRule, answer: str) -> bool:
    """Whether the answer breaks the rule.

    A pattern that cannot be decided (see `patterns.found`) counts as broken: an answer keeps a rule only
    when that is shown.
    """
    if rule.max_characters is not None and len(answer) > rule.max_characters:
        return True
    if rule.forbid is not None and found(compiled(rule.forbid), answer) is not False:
        return True
    return rule.require is not None and found(compiled(rule.require), answer) is not True


def _problems(entry: object, location: Location) -> list[Problem]:
    if not isinstance(entry, Mapping):
        return [Problem(location, "must be an object with a name and a rule", "dict_type")]
    problems = [
        Problem((*location, str(key)), unknown("field", str(key), _FIELDS), "extra_forbidden")
        for key in entry
        if key not in _FIELDS
    ]
    name = entry.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        message = f"must be a text of 1 to {LONGEST_NAME} printable characters"
        problems.append(Problem((*location, "name"), message, "missing" if name is None else "string_type"))
    for key in ("forbid", "require"):
        pattern = entry.get(key)
        if pattern is not None:
            wrong = check_pattern(pattern) if isinstance(pattern, str) else "must be a regular expression"
            problems += [Problem((*location, key), wrong)] if wrong else []
    longest = entry.get("max_characters")
    if longest is not None and (not isinstance(longest, int) or isinstance(longest, bool) or longest < 1):
        problems.append(Problem((*location, "max_characters"), "must be a whole number from 1", "int_type"))
    if all(entry.get(key) is None for key in _FIELDS[1:]):
        problems.append(Problem(location, f"must have at least one of {', '.join(_FIELDS[1:])}", "missing"))
    return problems
