"""The rows of runs, questions with their trials: written when an evaluation is finished, read in pages.

`rows_writer` sorts and writes them; `pages` reads by digest over any number of runs, `prompts` by ordinal,
`filtering` and `flipping` by value, and `statistics` adds up scores. docs/adr/0015 tells why they lie as they
do.
"""

from marksheet.run_rows.filtering import FilteredPage, filtered
from marksheet.run_rows.flipping import Flip, FlipsPage, flips
from marksheet.run_rows.memory_rows import MemoryRows
from marksheet.run_rows.pages import RowPage, read_page, read_row
from marksheet.run_rows.prompts import read_prompts
from marksheet.run_rows.rows_writer import RowsWriter
from marksheet.run_rows.run_rows import RunRows
from marksheet.run_rows.statistics import RowStatistics, RunStatistics, run_statistics
from marksheet.run_rows.stored_rows import StoredRows, open_rows

__all__ = [
    "FilteredPage",
    "Flip",
    "FlipsPage",
    "MemoryRows",
    "RowPage",
    "RowStatistics",
    "RowsWriter",
    "RunRows",
    "RunStatistics",
    "StoredRows",
    "filtered",
    "flips",
    "open_rows",
    "read_page",
    "read_prompts",
    "read_row",
    "run_statistics",
]
