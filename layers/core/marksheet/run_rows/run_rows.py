"""What pages are read from, be the rows stored or at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.domain import MarkedRow
    from marksheet.run_rows.mark_columns import MarkColumns
    from marksheet.run_rows.records import Record
    from marksheet.run_rows.row_index import RowIndex


class RunRows(Protocol):
    """The rows of one run by digest."""

    @property
    def run_id(self) -> str: ...

    @property
    def version(self) -> str | None:
        """What names these very rows for ever; None for rows that may be others the next time."""

    def index(self) -> RowIndex:
        """Counts and places."""

    def keys(self) -> Iterator[tuple[int, bytes]]:
        """For each bucket that has rows the keys of its distinct digests, one after the other."""

    def marks(self) -> Iterator[tuple[int, MarkColumns]]:
        """For the same buckets what is added up of the rows, in the order of the keys."""

    def read(self, first: int, last: int) -> Iterator[Record]:
        """The records of the buckets from `first` up to but not including `last`, by digest."""

    def decode(self, record: Record) -> MarkedRow:
        """The row of a record that `read` gave."""
