"""The `marksheet` command: a client of any deployment, and the keeper of the local stack."""
