"""Reading a JSON Schema: every keyword checked, every reference followed, before any answer is looked at.

The dialect is draft 2020-12 (the core's applicators, section 10, and the validation vocabulary, section 6),
and of older drafts what does not contradict it: `definitions`, `dependencies`, and a list of `items` with
`additionalItems`. Keywords that only describe are read over; `format` is one of them, as the draft has it.
References lead into the schema itself: nothing is ever fetched.

The libraries were refused, because none bounds what a schema may cost: the one in Python also takes a quarter
of a second to import in a cold worker, and the compiled one cannot be stopped. Tests compare with the former.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any
from urllib.parse import unquote

from marksheet.scoring import schema_checks as checks
from marksheet.scoring.schema_checks import Node
from marksheet.scoring.schema_keywords import IN_PLACE, KEYWORDS, Path
from marksheet.scoring.suggestions import quoted, unknown

MOST_PROBLEMS = 10
"""Problems of one schema that are reported."""

_DIALECT = re.compile(
    r"https?://json-schema\.org/(draft-0[467]/schema|draft/(?:2019-09|2020-12)/schema)#?", re.IGNORECASE
)
_INDEX = re.compile(r"[0-9]{1,9}")
_AT_THE_TOP = frozenset({"$schema", "$id"})
_READ_OVER = _AT_THE_TOP | {
    *("title", "description", "default", "examples", "$comment", "format", "deprecated", "readOnly"),
    *("writeOnly", "contentEncoding", "contentMediaType", "contentSchema"),
    *("minContains", "maxContains", "then", "else"),  # read together with another one, or idle
}


class BadSchema(Exception):
    """The schema cannot be used; `problems` has where and why, the first few."""

    def __init__(self, problems: list[tuple[Path, str]]) -> None:
        super().__init__(problems)
        self.problems = problems


def read_schema(schema: object) -> Node:
    """Make the schema ready to be checked against. Raises BadSchema."""
    return _Reading(schema).root()


class _Reading:
    def __init__(self, schema: object) -> None:
        self._schema = schema
        self._nodes: dict[int, Node] = {}
        self._open: list[tuple[Node, object, Path]] = []
        self._problems: list[tuple[Path, str]] = []
        self._reference_stands_alone = self._dialect().startswith("draft-0")
        """Up to draft 7 the keywords beside a `$ref` are to be ignored."""

    def root(self) -> Node:
        root = self.node(self._schema, ())
        # A list, not recursion: a chain of references may be longer than the stack is deep.
        while self._open and len(self._problems) < MOST_PROBLEMS:
            self._fill(*self._open.pop(0))
        if not self._problems:
            self._refuse_circles()
        if self._problems:
            raise BadSchema(self._problems[:MOST_PROBLEMS])
        return root

    def _dialect(self) -> str:
        """What `$schema` names, or nothing."""
        told = self._schema.get("$schema", "") if isinstance(self._schema, Mapping) else ""
        found = _DIALECT.fullmatch(told) if isinstance(told, str) else None
        if found is None and told != "":
            self.refuse(("$schema",), "must be the address of draft 4, 6, 7, 2019-09 or 2020-12")
        return found[1] if found else ""

    def refuse(self, path: Path, message: str) -> None:
        self._problems.append((path, message))

    def node(self, schema: object, path: Path) -> Node:
        """The node of a schema, to be filled when its turn comes; one and the same for every reference."""
        node = self._nodes.get(id(schema)) if isinstance(schema, Mapping) else None
        if node is None:
            node = self._nodes[id(schema)] = Node()
            self._open.append((node, schema, path))
        return node

    def _fill(self, node: Node, schema: object, path: Path) -> None:
        if isinstance(schema, bool):
            node.checks = [] if schema else [("false", checks.never, None)]
            return
        if not isinstance(schema, Mapping):
            self.refuse(path, "must be a schema: an object, true or false")
            return
        if self._reference_stands_alone and "$ref" in schema:
            schema = {"$ref": schema["$ref"]}
        for key in schema:
            if key in _AT_THE_TOP and path:
                self.refuse((*path, key), "may only stand at the top of the schema")
            elif key not in KEYWORDS and key not in _READ_OVER and not key.startswith("x-"):
                self.refuse((*path, key), unknown("keyword", key, KEYWORDS))
        for key, (read, check) in KEYWORDS.items():
            if key in schema:
                before = len(self._problems)
                wanted = read(self, schema, key, path)
                if len(self._problems) == before:
                    node.checks.append((key, check, wanted))
                    node.same += filter(None, IN_PLACE[key](wanted) if key in IN_PLACE else ())

    def _refuse_circles(self) -> None:
        nodes = self._nodes.values()
        try:
            TopologicalSorter({id(node): map(id, node.same) for node in nodes}).prepare()
        except CycleError:
            self.refuse((), "leads back to itself without going on to a member or an element")

    def target(self, reference: object, path: Path) -> Node:
        """The node that a reference leads to."""
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            self.refuse(path, 'must lead into this schema, as in "#/$defs/name"; nothing is fetched')
            return Node()
        found: Any = self._schema
        for step in unquote(reference[1:]).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping) and name in found:
                found = found[name]
            elif isinstance(found, list | tuple) and _INDEX.fullmatch(name) and int(name) < len(found):
                found = found[int(name)]
            else:
                self.refuse(path, f"{quoted(reference)} leads to nothing in this schema")
                return Node()
        return self.node(found, path)
