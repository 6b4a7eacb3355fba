"""Turns uploaded documents into Markdown, and trusts none of them.

`extract` reads a document in this process; `run_isolated` does so in a process of its own, without network,
credentials or more memory and time than is allowed. Nothing here knows AWS.
"""

from marksheet_extraction.extracted import Extracted, Refused
from marksheet_extraction.extraction import extract
from marksheet_extraction.facts import Facts
from marksheet_extraction.isolation import read_markdown, run_isolated
from marksheet_extraction.kinds import TOO_LARGE
from marksheet_extraction.limits import LARGEST_DOCUMENT

__all__ = [
    "LARGEST_DOCUMENT",
    "TOO_LARGE",
    "Extracted",
    "Facts",
    "Refused",
    "extract",
    "read_markdown",
    "run_isolated",
]
