from __future__ import annotations

import subprocess
import sys

import pytest

from marksheet.dialects import doteval


@pytest.mark.parametrize("name", doteval.__all__)
def test_every_name_of_the_dialect_can_be_had(name: str) -> None:
    assert callable(getattr(doteval, name))


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(AttributeError, match="decode_everything"):
        _ = doteval.decode_everything  # type: ignore[attr-defined]


def test_what_only_writes_answers_does_not_wait_for_pydantic() -> None:
    script = "import sys; from marksheet.dialects import doteval; print('pydantic' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"
