"""Bringing over what OpenAI's Evals export: graders, items and recorded outputs.

`exports` reads the files, `templates` their texts, `conversion` makes of them what Marksheet takes, purely;
`commands` writes it down or sends it.
"""
