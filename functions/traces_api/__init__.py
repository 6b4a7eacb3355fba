"""The /v2/{entity}/{project} surface: results by row, and runs that are handed in."""
