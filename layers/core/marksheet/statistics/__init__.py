"""How sure a mark is: means with intervals, paired differences with p values. Pure arithmetic over a stream.

`Mean` and `PairedDifference` gather values and say what they found as an `Estimate` and a `Difference`.
"""

from marksheet.statistics.mean import Estimate, Mean
from marksheet.statistics.paired import Difference, PairedDifference
from marksheet.statistics.sample import Sample

__all__ = ["Difference", "Estimate", "Mean", "PairedDifference", "Sample"]
