"""What Marksheet costs in time, memory and money. `python -m bench --help`; docs/benchmarks.md explains."""
