"""What trials come to, question by question and in flat memory: marks, statistics, usage. Pure.

`findings` adds up everything and judges it; `evaluation_summary` is the content of `summary.json`,
`run_summary` one run's part of it, `pairwise_summary` that of a judge who compared answers, `usage` tokens,
time and money.
"""
