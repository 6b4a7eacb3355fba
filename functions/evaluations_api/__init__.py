"""The /api/v3 surface: evaluations, benchmarks, models and schedules."""
