"""The /v2/{entity}/{project} surface as W&B Weave's trace server has it: docs/weave.md maps every field."""

from __future__ import annotations

from marksheet.dialects.weave.errors import encode_error, encode_reason

__all__ = ["encode_error", "encode_reason"]
