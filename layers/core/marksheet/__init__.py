"""Marksheet's core: what an evaluation is, and how one is made, marked and read.

Dependencies point inward: functions -> use cases -> {scoring, statistics, dialects, providers, store} ->
domain, errors.
"""

__version__ = "0.1.0"
