"""Files that a person names, read: text, JSON, and YAML that says what JSON could say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from marksheet_cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from pathlib import Path

YAML_ENDINGS = frozenset((".yaml", ".yml"))


def read_text(path: Path) -> str:
    """The file's text; a byte order mark is no part of it. Raises CommandError (USAGE)."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CommandError(f"cannot read {path}: {reason}", code=ExitCode.USAGE) from error


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError, also for what Python reads and JSON does not have: NaN,
    infinity, and numbers beyond all bounds.
    """
    try:
        return JSON_DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def read_json(path: Path) -> Any:
    """The value in a JSON file. Raises CommandError (USAGE)."""
    text = read_text(path)
    try:
        return parse_json(text)
    except ValueError as error:
        raise CommandError(f"{path} is no JSON: {error}", code=ExitCode.USAGE) from error


def read_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file, or in a YAML file by its ending. Raises CommandError (USAGE)."""
    yaml = path.suffix.lower() in YAML_ENDINGS
    value = _read_yaml(path) if yaml else read_json(path)
    if not isinstance(value, dict):
        raise CommandError(f"{path} is no {'mapping' if yaml else 'JSON object'}", code=ExitCode.USAGE)
    return value


def _read_yaml(path: Path) -> Any:
    # Only whoever has YAML waits for its parser to be loaded.
    import yaml

    class Loader(yaml.SafeLoader):
        """Dates stay the texts that they are written as: JSON has none."""

        yaml_implicit_resolvers = {  # noqa: RUF012
            first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    text = read_text(path)
    try:
        value = yaml.load(text, Loader)
        _check_names(value)
        return parse_json(json.dumps(value))
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise CommandError(f"{path} is no YAML that JSON could say: {reason}", code=ExitCode.USAGE) from error


def _check_names(value: Any) -> None:
    """Raises ValueError for a name that is no text, which json would quietly make one."""
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str):
                raise ValueError(f"the name {name!r} is no text; put it in quotation marks")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_names(inner)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits} is beyond what a number can be")
    return value


JSON_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
"""Reads JSON, and nothing that only Python takes for JSON."""
