"""The index of a run's rows: how many there are before each bucket and where they lie, and what all of them
come to.
"""

from __future__ import annotations

import json
import zlib
from array import array
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from marksheet.run_rows.buckets import BUCKETS
from marksheet.run_rows.metric_columns import MetricPlace
from marksheet.summary.scorer_tally import LeafStats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.run_rows.marks import Place

EVERY = BUCKETS + 1


@dataclass(frozen=True, slots=True)
class RowIndex:
    """What is known of a run's rows without reading one."""

    identity: str
    """Of the set of digests: two runs with equal ones have rows of the same digests."""
    trial_count: int
    leaves: tuple[LeafStats, ...]
    """Of all trials."""
    first_digest: str | None
    """The smallest; None where there are no rows."""
    places: tuple[Place, ...]
    """Where scores have values, by the numbers that marks have them under."""
    metrics: Mapping[str, MetricPlace]
    """Where the questions by value of each metric lie."""
    before: Sequence[int]
    """Distinct digests before each bucket, and all of them at the end."""
    offsets: Sequence[int]
    """Byte at which each bucket's rows begin, and the size at the end."""
    segments: Sequence[int]
    """Byte at which each segment of these begins."""


def encode_index(index: RowIndex) -> bytes:
    """A line of JSON, and the numbers compressed: some 40 kB, however many rows there are."""
    head = {
        "identity": index.identity,
        "trial_count": index.trial_count,
        "first_digest": index.first_digest,
        "leaves": [asdict(leaf) for leaf in index.leaves],
        "places": index.places,
        "metrics": index.metrics,
        "segments": index.segments,
    }
    numbers = array("Q", index.before) + array("Q", index.offsets)
    # The standard library writes every text and every number that a client's scores may have.
    return json.dumps(head).encode() + b"\n" + zlib.compress(numbers.tobytes())


def decode_index(content: bytes) -> RowIndex:
    """The inverse of `encode_index`."""
    line, _, packed = content.partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    numbers = array("Q")
    numbers.frombytes(zlib.decompress(packed))
    return RowIndex(
        identity=head["identity"],
        trial_count=head["trial_count"],
        leaves=tuple(LeafStats(**leaf) for leaf in head["leaves"]),
        first_digest=head["first_digest"],
        places=tuple((scorer, path) for scorer, path in head["places"]),
        metrics={name: MetricPlace(*place) for name, place in head["metrics"].items()},
        before=numbers[:EVERY],
        offsets=numbers[EVERY:],
        segments=head["segments"],
    )
