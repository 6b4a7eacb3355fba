"""Runs that a client makes itself and hands in as calls."""
