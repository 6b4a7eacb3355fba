"""The /v1 surface: grading outputs, eval specs, datasets and their documents."""
