"""The /v2/gen-ai surface: test cases, runs and their prompts."""
