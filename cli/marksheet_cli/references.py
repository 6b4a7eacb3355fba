"""Which thing a person means who names it by id or by name, with @VERSION where things have versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from marksheet_cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: how its list answers name its fields, and what it is called."""

    noun: str
    plural: str
    """Also the command group that lists them."""
    id_field: str
    name_field: str
    prefix: str
    """How its ids begin."""
    versioned: bool = False

    def find(self, rows: Sequence[dict[str, Any]], reference: str) -> str:
        """The `id` or `id@version` that is meant, of the things in `rows`.

        Raises CommandError: NOT_FOUND, naming what is similar; USAGE when several bear the name.
        """
        ids = [str(row.get(self.id_field)) for row in rows]
        names = [str(row.get(self.name_field)) for row in rows]
        # A name may itself end in @2, so the whole reference is looked up first.
        spellings = [(reference, ""), with_suffix(reference)] if self.versioned else [(reference, "")]
        for wanted, suffix in spellings:
            if wanted in ids:
                return wanted + suffix
            named = [identifier for identifier, name in zip(ids, names, strict=True) if name == wanted]
            if len(named) > 1:
                message = f"{len(named)} {self.plural} are named {wanted!r}"
                raise CommandError(message, hint=f"give an id: {', '.join(named)}", code=ExitCode.USAGE)
            if named:
                return named[0] + suffix
        hint = did_you_mean(reference, [*names, *ids]) or f"see: marksheet {self.plural} list"
        raise CommandError(f"there is no {self.noun} {reference!r}", hint=hint, code=ExitCode.NOT_FOUND)

    def is_id(self, reference: str) -> bool:
        """Whether it is spelled like an id; the list need not show it, and the service says why."""
        wanted, _ = with_suffix(reference) if self.versioned else (reference, "")
        return re.fullmatch(rf"{self.prefix}-[0-9a-z]+", wanted) is not None


BENCHMARK = Kind("benchmark", "benchmarks", "id", "benchmark_name", "bench", versioned=True)
SPEC = Kind("eval spec", "specs", "eval_spec_id", "name", "spec", versioned=True)
DATASET = Kind("dataset", "datasets", "dataset_id", "name", "dataset")


def did_you_mean(wanted: str, known: list[str]) -> str | None:
    """The question whether something similar was meant, if there is something similar."""
    similar = get_close_matches(wanted, known, n=3)
    return f"did you mean {' or '.join(repr(s) for s in similar)}?" if similar else None


def key_id(key: str) -> str:
    """The id of a key. Somebody may paste the whole key; its secret part is not needed and goes nowhere."""
    return key.removeprefix("msk_").split("_", 1)[0]


def split_version(identifier: str) -> tuple[str, int | None]:
    """("bench-1", 2) out of "bench-1@2"; no version is None."""
    wanted, suffix = with_suffix(identifier)
    return wanted, int(suffix[1:]) if suffix else None


def with_suffix(reference: str) -> tuple[str, str]:
    """("bench-1", "@2") out of "bench-1@2"; no version is an empty suffix."""
    found = re.fullmatch(r"(.+)(@[1-9][0-9]{0,8})", reference, re.DOTALL)
    return (found[1], found[2]) if found else (reference, "")
