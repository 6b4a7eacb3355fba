"""Authorization header -> organization, key and scopes."""
