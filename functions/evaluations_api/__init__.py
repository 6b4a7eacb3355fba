"""The /api/v3 surface: evaluations, benchmarks and models."""
