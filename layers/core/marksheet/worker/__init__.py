"""ScoreShard's work: lanes of shards, and what is done with each trial.

`lanes` is the way in. `open_shards` and `question_slices` hold and read shards; `trials` says who makes the
trials of a run: `answering` asks and marks, `pairing` has answers compared. `judging` asks the models that
scorers ask, `earlier_answers` reads answers that exist already, `allowance` is the worker's part of a budget.
"""
