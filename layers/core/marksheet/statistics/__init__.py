"""How sure a mark is: means with intervals, paired differences with p values. Pure arithmetic over a stream.

`Mean` and `PairedDifference` gather values and say what they found as an `Estimate` and a `Difference`;
`adjust` takes several differences together.
"""

from marksheet.statistics.family import adjust
from marksheet.statistics.mean import Estimate, Mean
from marksheet.statistics.paired import Difference, PairedDifference
from marksheet.statistics.pass_rates import PassRates
from marksheet.statistics.quantiles import Quantiles
from marksheet.statistics.sample import Sample

__all__ = ["Difference", "Estimate", "Mean", "PairedDifference", "PassRates", "Quantiles", "Sample", "adjust"]
