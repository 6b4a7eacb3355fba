"""The results of runs, of those that Marksheet made and of logged ones together: row by row, and what their
scores come to.
"""

from marksheet.row_results.querying import query_results
from marksheet.row_results.results import (
    ResultRow,
    Results,
    ResultsQuery,
    ResultsSummary,
    RunFacts,
    RunOverview,
)

__all__ = [
    "ResultRow",
    "Results",
    "ResultsQuery",
    "ResultsSummary",
    "RunFacts",
    "RunOverview",
    "query_results",
]
