"""One logger for all functions: JSON lines with service and request id, never a prompt, an answer
or a key.
"""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def logger() -> Any:
    """The Powertools logger, made on first use. Its level comes from POWERTOOLS_LOG_LEVEL, INFO when that is
    not set.
    """
    from aws_lambda_powertools import Logger

    return Logger(service="marksheet")
