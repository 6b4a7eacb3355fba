"""A handler of the checkout, run in a process of its own."""

from __future__ import annotations

import json

import pytest

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.local.deployment import DeployedFunction
from marksheet_cli.local.invocation import find_invocation, run_handler

HANDLER = """
import os
from marksheet_hint import HINT

def handler(event, context):
    print("a line of the log")
    if event.get("fails"):
        raise ValueError("it was asked to")
    return {
        "event": event,
        "hint": HINT,
        "table": os.environ["TABLE_NAME"],
        "of_the_machine": os.environ.get("OF_THE_MACHINE"),
        "function": context.function_name,
        "in_time": 0 < context.get_remaining_time_in_millis() <= 60_000,
    }
"""
DEPLOYED = DeployedFunction("stack-SayHello-1", {"TABLE_NAME": "the-table"}, 60)


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one function, two events of it, and a module of its core."""
    for path, text in {
        "functions/say_hello/handler.py": HANDLER,
        "layers/core/marksheet_hint.py": "HINT = 'from the core'",
        "events/say_hello/morning.json": '{"name": "Ada"}',
        "events/say_hello/failing.json": '{"fails": true}',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.parametrize("function", ["say_hello", "SayHello"])
def test_a_function_is_found_by_its_folder_and_by_its_logical_id(checkout, function):
    found = find_invocation(checkout, function, "morning")
    assert (found.folder, found.logical_id) == ("say_hello", "SayHello")
    assert found.event == checkout / "events" / "say_hello" / "morning.json"


def test_an_event_may_be_any_file(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    (checkout / "mine.json").write_text("{}")
    assert find_invocation(checkout, "SayHello", "mine.json").event == checkout / "mine.json"


def test_the_only_event_need_not_be_named(checkout):
    (checkout / "events" / "say_hello" / "failing.json").unlink()
    assert find_invocation(checkout, "SayHello", None).event.stem == "morning"


@pytest.mark.parametrize(
    ("function", "event", "hint"),
    [
        ("SayHelo", "morning", "did you mean"),
        ("Other", "morning", "there are SayHello"),
        ("SayHello", None, "failing, morning"),
        ("SayHello", "evening", "failing, morning"),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(checkout, function, event, hint):
    with pytest.raises(CommandError) as refused:
        find_invocation(checkout, function, event)
    assert refused.value.code is ExitCode.USAGE
    assert refused.value.hint is not None
    assert hint in refused.value.hint


def test_the_answer_is_on_stdout_and_the_log_on_stderr(checkout, capfd, monkeypatch):
    monkeypatch.setenv("OF_THE_MACHINE", "not for a handler")
    code = run_handler(checkout, find_invocation(checkout, "SayHello", "morning"), DEPLOYED)
    told = capfd.readouterr()
    assert code is ExitCode.OK
    assert json.loads(told.out) == {
        "event": {"name": "Ada"},
        "hint": "from the core",
        "table": "the-table",
        "of_the_machine": None,
        "function": "stack-SayHello-1",
        "in_time": True,
    }
    assert told.err == "a line of the log\n"


def test_a_handler_that_raises_is_told_as_lambda_tells_it_and_fails(checkout, capfd):
    code = run_handler(checkout, find_invocation(checkout, "SayHello", "failing"), DEPLOYED)
    told = capfd.readouterr()
    assert code is ExitCode.FAILED
    assert json.loads(told.out) == {"errorType": "ValueError", "errorMessage": "it was asked to"}
    assert "handler.py" in told.err


def test_an_event_that_is_no_json_fails(checkout, capfd):
    (checkout / "events" / "say_hello" / "morning.json").write_text("{")
    code = run_handler(checkout, find_invocation(checkout, "SayHello", "morning"), DEPLOYED)
    assert code is ExitCode.FAILED
    assert json.loads(capfd.readouterr().out)["errorType"] == "JSONDecodeError"


def test_without_a_stack_nothing_is_run(bare_cli, tmp_path):
    result = bare_cli("local", "invoke", "ScoreShard", "one_lane", "--home", str(tmp_path / "home"))
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "make up" in result.stderr


def test_a_function_that_is_not_there_is_a_usage_error(bare_cli, tmp_path):
    result = bare_cli("local", "invoke", "NoSuch", "--home", str(tmp_path / "home"))
    assert result.exit_code == ExitCode.USAGE
    assert "ScoreShard" in result.stderr
