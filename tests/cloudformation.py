"""`template.yaml` as plain data: every short form such as `!Sub x` becomes {"Fn::Sub": "x"}."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


class _Loader(yaml.SafeLoader):
    pass


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt":
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


@functools.cache
def template() -> dict[str, Any]:
    """The whole template."""
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)
    return loaded


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Resources of one type, by logical id."""
    return {name: value for name, value in template()["Resources"].items() if value["Type"] == kind}


def properties(name: str) -> dict[str, Any]:
    """The properties of one resource."""
    found: dict[str, Any] = template()["Resources"][name]["Properties"]
    return found


def statements(name: str) -> list[dict[str, Any]]:
    """The policy statements of one function's or machine's role, those on a condition included."""
    found = [statement for policy in properties(name)["Policies"] for statement in policy["Statement"]]
    return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in found]


def listed(value: Any) -> list[Any]:
    """What CloudFormation lets one write as a single value or as a list, as a list."""
    return value if isinstance(value, list) else [value]
