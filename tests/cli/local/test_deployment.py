from __future__ import annotations

from pathlib import Path

import pytest

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.local.deployment import Deployment, read_template
from marksheet_cli.local.packaging import Artifact

ARTIFACT = Artifact("CodeUri: functions/", "functions-1.zip", b"")


def digest(
    template: str = "t",
    artifact: Artifact = ARTIFACT,
    parameters: tuple[tuple[str, str], ...] = (("A", "1"), ("B", "2")),
) -> str:
    return Deployment(1).digest(template, [artifact], dict(parameters))


def test_an_equal_deployment_has_an_equal_digest() -> None:
    assert digest() == digest(parameters=(("B", "2"), ("A", "1")))


def test_a_change_of_template_code_or_parameters_changes_the_digest() -> None:
    changed = {
        digest(template="u"),
        digest(artifact=Artifact("CodeUri: functions/", "functions-2.zip", b"")),
        digest(parameters=(("A", "1"), ("B", "3"))),
    }
    assert len(changed | {digest()}) == 4


def test_a_directory_without_a_template_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        read_template(tmp_path)
    assert caught.value.code is ExitCode.USAGE
