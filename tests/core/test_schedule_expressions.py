from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.errors import InvalidRequest
from marksheet.schedule_expressions import parse_expression, parse_timezone


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("rate(1 minute)", "rate(1 minute)"),
        ("rate(1 minutes)", "rate(1 minute)"),
        (" rate( 12  hour ) ", "rate(12 hours)"),
        ("rate(99999 days)", "rate(99999 days)"),
        ("cron(0 6 * * ? *)", "cron(0 6 * * ? *)"),
        ("cron(0  6 ?  jan-mar,dec mon-fri 2026)", "cron(0 6 ? JAN-MAR,DEC MON-FRI 2026)"),
        ("cron(0/15 */2 1,15,L * ? 2026-2030/2)", "cron(0/15 */2 1,15,L * ? 2026-2030/2)"),
        ("cron(59 23 LW 12 ? 2199)", "cron(59 23 LW 12 ? 2199)"),
        ("cron(0 6 15W * ? *)", "cron(0 6 15W * ? *)"),
        ("cron(0 6 ? * 6#3 *)", "cron(0 6 ? * 6#3 *)"),
        ("cron(0 6 ? * fril,L *)", "cron(0 6 ? * FRIL,L *)"),
        ("at(2026-12-01T06:00:00)", "at(2026-12-01T06:00:00)"),
    ],
)
def test_what_the_scheduler_takes_is_kept_in_one_spelling(text: str, kept: str) -> None:
    assert parse_expression(text, UTC).text == kept


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "use rate"),
        ("every day", "use rate"),
        ("RATE(1 minute)", "use rate"),
        ("rate(1 minute) ; at(2026-12-01T06:00:00)", "use rate|a number"),
        ("rate(0 minutes)", "a number from 1"),
        ("rate(-1 minutes)", "a number from 1"),
        ("rate(100000 minutes)", "a number from 1 to 99999"),
        ("rate(30 seconds)", "minutes, hours or days"),
        ("rate(1.5 hours)", "a number from 1"),
        ("cron(0 6 * * ?)", "six fields"),
        ("cron(0 6 * * * *)", "exactly one"),
        ("cron(0 6 ? * ? *)", "exactly one"),
        ("cron(? 6 * * ? *)", "day only"),
        ("cron(60 6 * * ? *)", "'60' is no minutes of .*0 to 59"),
        ("cron(0 24 * * ? *)", "hours"),
        ("cron(0 6 0 * ? *)", "day of month"),
        ("cron(0 6 32W * ? *)", "day of month"),
        ("cron(0 6 * FEBR ? *)", "month.*JAN to DEC"),
        ("cron(0 6 ? * 8 *)", "day of week"),
        ("cron(0 6 ? * ABC#1 *)", "day of week"),
        ("cron(0 6 ? * 2/2 *)", "day of week"),
        ("cron(0 6 ? * FRI-MON *)", "day of week"),
        ("cron(0 6 * * ? 1969)", "year"),
        ("cron(0/0 6 * * ? *)", "minutes"),
        ("cron(0, 6 * * ? *)", "minutes"),
        ("cron(٣ 6 * * ? *)", "minutes"),
        ("at(2026-12-01)", "date and time"),
        ("at(2026-12-01T06:00:00Z)", "date and time"),
        ("at(2026-02-30T06:00:00)", "date and time"),
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(text: str, told: str) -> None:
    with pytest.raises(InvalidRequest, match=told) as refused:
        parse_expression(text, UTC)
    assert refused.value.problems[0].location == ("body", "expression")


@given(st.text() | st.from_regex(r"(rate|cron|at)\(.*\)"))
def test_no_text_is_more_than_refused(text: str) -> None:
    try:
        kept = parse_expression(text, UTC).text
    except InvalidRequest:
        return
    assert parse_expression(kept, UTC).text == kept


def test_a_one_time_schedule_is_meant_in_its_zone() -> None:
    expression = parse_expression("at(2026-07-01T08:00:00)", ZoneInfo("Europe/Berlin"))
    assert expression.once_at == datetime(2026, 7, 1, 6, tzinfo=UTC)


def test_a_repeated_schedule_has_no_moment() -> None:
    assert parse_expression("rate(1 hour)", UTC).once_at is None


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_iana_names_are_known(name: str) -> None:
    assert str(parse_timezone(name)) == name


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/localtime", "+02:00"]
)
def test_other_names_are_no_time_zone(name: str) -> None:
    with pytest.raises(InvalidRequest, match="IANA") as refused:
        parse_timezone(name)
    assert refused.value.problems[0].location == ("body", "timezone")
