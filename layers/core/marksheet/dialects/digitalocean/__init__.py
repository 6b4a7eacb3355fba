"""The /v2/gen-ai surface as DigitalOcean documents it for agent evaluations: docs/digitalocean.md maps every
field.
"""

from __future__ import annotations

from marksheet.dialects.digitalocean.errors import encode_error, encode_problem

__all__ = ["encode_error", "encode_problem"]
