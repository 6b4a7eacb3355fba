"""Benchmarks: a head item that knows the latest version, an item per version, and one per name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet.store import layout
from marksheet.store.items import from_benchmark, to_benchmark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marksheet.domain import Benchmark
    from marksheet.store.table import Table


class Benchmarks:
    def __init__(self, table: Table) -> None:
        self._table = table

    def find_id(self, organization: str, name: str) -> str | None:
        """The id of the benchmark of this name, or None."""
        item = self._table.get(layout.benchmark_names(organization), name)
        return item["benchmark_id"] if item else None

    def latest_version(self, organization: str, benchmark_id: str) -> int | None:
        item = self._table.get(layout.benchmarks(organization), benchmark_id)
        return item["latest"] if item else None

    def latest_versions(self, organization: str) -> Iterator[tuple[str, int]]:
        """Id and latest version number of each benchmark, oldest first."""
        for item in self._table.query(layout.benchmarks(organization)):
            yield item["benchmark_id"], item["latest"]

    def find(self, organization: str, benchmark_id: str, version: int | None = None) -> Benchmark | None:
        """A version, or the latest."""
        number = version or self.latest_version(organization, benchmark_id)
        if number is None:
            return None
        item = self._table.get(layout.benchmark_versions(organization, benchmark_id), layout.version(number))
        return to_benchmark(item) if item else None

    def versions(self, organization: str, benchmark_id: str) -> Iterator[Benchmark]:
        return map(to_benchmark, self._table.query(layout.benchmark_versions(organization, benchmark_id)))

    def list_latest(self, organization: str) -> Iterator[Benchmark]:
        """The latest version of each benchmark, oldest benchmark first."""
        return self.find_many(organization, list(self.latest_versions(organization)))

    def find_many(self, organization: str, versions: Sequence[tuple[str, int]]) -> Iterator[Benchmark]:
        """Those versions that there are, told by id and number, in their order; none may be told twice."""
        keys = [
            (layout.benchmark_versions(organization, benchmark_id), layout.version(number))
            for benchmark_id, number in versions
        ]
        return (to_benchmark(item) for item in self._table.get_many(keys) if item is not None)

    def add_version(self, benchmark: Benchmark) -> None:
        """Store a version and make it the latest, all or nothing.

        Version 1 also claims the name. Raises `ConditionFailed` when the name or this version number was
        taken meanwhile: look again and retry with the next number.
        """
        organization, benchmark_id = benchmark.organization, benchmark.benchmark_id
        head = {"PK": layout.benchmarks(organization), "SK": benchmark_id}
        version_key = {
            "PK": layout.benchmark_versions(organization, benchmark_id),
            "SK": layout.version(benchmark.version),
        }
        writes = [
            self._table.to_put(
                {**version_key, **from_benchmark(benchmark)}, condition="attribute_not_exists(PK)"
            )
        ]
        if benchmark.version == 1:
            name_key = {"PK": layout.benchmark_names(organization), "SK": benchmark.name}
            writes += [
                self._table.to_put(
                    {**name_key, "benchmark_id": benchmark_id}, condition="attribute_not_exists(PK)"
                ),
                self._table.to_put(
                    {**head, "benchmark_id": benchmark_id, "name": benchmark.name, "latest": 1},
                    condition="attribute_not_exists(PK)",
                ),
            ]
        else:
            writes.append(
                self._table.to_update(
                    head["PK"],
                    head["SK"],
                    "SET latest = :new",
                    {":new": benchmark.version, ":old": benchmark.version - 1},
                    condition="latest = :old",
                )
            )
        self._table.transact(writes)

    def delete(self, organization: str, benchmark_id: str) -> None:
        """Delete the benchmark's items; evaluations that pinned a version keep their own snapshot of it."""
        head = self._table.get(layout.benchmarks(organization), benchmark_id)
        if head is None:
            return
        partition = layout.benchmark_versions(organization, benchmark_id)
        self._table.delete(layout.benchmark_names(organization), head["name"])
        self._table.delete(layout.benchmarks(organization), benchmark_id)
        self._table.delete_all((partition, item["SK"]) for item in self._table.query(partition))
