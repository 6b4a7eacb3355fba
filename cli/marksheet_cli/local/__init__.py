"""Marksheet whole on a laptop: the deployment's own template, on an emulator that is bound to 127.0.0.1."""

from marksheet_cli.local.commands import local_app

__all__ = ["local_app"]
