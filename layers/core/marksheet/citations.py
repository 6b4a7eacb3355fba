"""What the questions of a benchmark cite, found in its dataset, as far as one file may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.errors import InvalidUpload, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.application import Application
    from marksheet.question_fields import Cite


def cite_from(
    app: Application, organization: str, dataset_id: str | None, *, most_bytes: int, otherwise: str
) -> Cite | None:
    """Finds citations in a dataset; None without one.

    A few bytes may cite a whole document, once for every question. So all that a file cites may have
    `most_bytes` together; `otherwise` is the end of the sentence that says so. Raises `InvalidUpload` when
    the dataset is gone.
    """
    if dataset_id is None:
        return None
    # Most benchmarks have no dataset, and need nothing of what reads one.
    from marksheet.datasets import open_library

    try:
        library = open_library(app, organization, dataset_id)
    except NotFound as error:
        raise InvalidUpload(f"the dataset {dataset_id!r} was deleted meanwhile") from error
    left = most_bytes

    def cite(citation: Mapping[str, Any]) -> tuple[str, str]:
        nonlocal left
        text, source = library.cite(citation)
        left -= len(text.encode())
        if left < 0:
            message = f"with all that is cited before it in this file, cites more than {most_bytes:,} bytes"
            raise InvalidUpload(f"{message}; {otherwise}")
        return text, source

    return cite
