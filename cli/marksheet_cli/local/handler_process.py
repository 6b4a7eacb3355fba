"""The process that `marksheet local invoke` starts: one handler, one event, its answer on stdout."""

import importlib
import json
import sys
import time
import traceback
import uuid
from pathlib import Path
from typing import Any


class Context:
    """What Lambda hands to a handler beside the event."""

    memory_limit_in_mb = 1024

    def __init__(self, function_name: str, timeout_seconds: int) -> None:
        self.function_name = function_name
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function_name}"
        self.aws_request_id = str(uuid.uuid4())
        self._ends_at = time.monotonic() + timeout_seconds

    def get_remaining_time_in_millis(self) -> int:
        """Nobody ends the process then; a handler that looks at it hands back in time all the same."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


def main(folder: str, event_file: str, function_name: str, timeout_seconds: str) -> int:
    """Run the handler; 0 when it answered, 1 when it raised, which is told as Lambda tells it."""
    answered = sys.stdout
    # The logger writes to stdout, as Lambda wants it.
    sys.stdout = sys.stderr
    answer: Any
    try:
        event = json.loads(Path(event_file).read_text(encoding="utf-8"))
        handler = importlib.import_module(f"{folder}.handler").handler
        answer = json.dumps(handler(event, Context(function_name, int(timeout_seconds))), indent=2)
        status = 0
    except Exception as error:
        traceback.print_exc()
        told = {"errorType": type(error).__name__, "errorMessage": str(error)}
        answer, status = json.dumps(told, indent=2), 1
    print(answer, file=answered, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
