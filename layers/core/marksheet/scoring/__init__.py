"""Marking one answer: scorers by name, the wire form that names them, domain rules. Pure: no I/O, no clock.

`SCORERS` is the name table, `build` makes one scorer, `parse_specs` and `encode_specs` are the wire form,
`marking.Marking` applies all of them to an answer, `custom_metrics.choose` reads a request's wishes.
"""

from marksheet.scoring.rules import encode_rules, parse_rules
from marksheet.scoring.scorer import Scorer
from marksheet.scoring.specs import DEFAULT_SPECS, encode_specs, parse_specs
from marksheet.scoring.table import SCORERS, build

__all__ = [
    "DEFAULT_SPECS",
    "SCORERS",
    "Scorer",
    "build",
    "encode_rules",
    "encode_specs",
    "parse_rules",
    "parse_specs",
]
