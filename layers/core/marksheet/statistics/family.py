"""Several comparisons at once: the more one looks at, the likelier is one to look significant by chance."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.statistics.paired import Difference


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values adjusted by Holm's step-down method (Holm 1979), in the order they came.

    The smallest is multiplied by their number m, the next by m - 1, and so on; none ends below a smaller one.
    Going by them, the chance of any false finding among all m stays below the level, however the comparisons
    depend on each other.
    """
    count = len(p_values)
    order = sorted(range(count), key=p_values.__getitem__)
    raised = (min(1.0, (count - rank) * p_values[index]) for rank, index in enumerate(order))
    adjusted = dict(zip(order, accumulate(raised, max), strict=True))
    return [adjusted[index] for index in range(count)]


def adjust(differences: Mapping[str, Difference]) -> dict[str, Difference]:
    """The differences with `p_holm`, and their verdicts by it. Those without a pair test nothing, and do not
    count.
    """
    tested = [name for name, difference in differences.items() if difference.n]
    adjusted = dict(zip(tested, holm([differences[name].p_value for name in tested]), strict=True))
    return {name: difference.adjusted(adjusted.get(name, 1.0)) for name, difference in differences.items()}
