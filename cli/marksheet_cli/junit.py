"""Grades as a JUnit report, the form in which CI systems show tests: a suite for a spec, a case for a row.

A row that is not passed is a `failure`. One without a grade is an `error`, never `skipped`: CI takes what was
skipped for good, and nobody knows whether such a row is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from marksheet_cli.grades import points

if TYPE_CHECKING:
    from marksheet_cli.gate import Gate
    from marksheet_cli.grades import Grades, Row, Verdict

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may have, not even escaped."""


def junit_report(grades: Grades, gate: Gate, *, suite: str) -> bytes:
    """The report; `suite` is what the suite and the class of its cases are called."""
    cases = [_case(row, gate, suite) for row in grades.rows]
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": 0,
        "time": f"{sum(row.seconds for row in grades.rows):.3f}",
    }
    root = _element("testsuites", name="marksheet", **counts)
    suite_element = _element("testsuite", name=suite, **counts)
    properties = _element("properties")
    properties.extend(
        _element("property", name=name, value=value)
        for name, value in _totals(grades, gate).items()
        if value is not None
    )
    suite_element.append(properties)
    suite_element.extend(cases)
    root.append(suite_element)
    ElementTree.indent(root)
    content = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return bytes(content) + b"\n"


def _totals(grades: Grades, gate: Gate) -> dict[str, object]:
    return {
        "eval_spec_id": grades.spec_id,
        "eval_spec_version": grades.spec_version,
        "overall_percentage": grades.overall,
        "interval_low": grades.low,
        "interval_high": grades.high,
        "total_earned_points": grades.earned,
        "total_possible_points": grades.possible,
        **grades.counts,
        "threshold": gate.threshold,
        "per_row_threshold": gate.per_row_threshold,
        "calls": grades.calls,
        "prompt_tokens": grades.prompt_tokens,
        "completion_tokens": grades.completion_tokens,
        "cost_usd": grades.cost_usd,
    }


def _case(row: Row, gate: Gate, suite: str) -> ElementTree.Element:
    case = _element("testcase", name=row.row_id, classname=suite, time=f"{row.seconds:.3f}")
    if not row.scored or row.passed is None:
        message, kind = row.error or "the row has no grade", row.error_code or "unscored"
        fault = _element("error", message=message, type=kind)
        fault.text = _text("\n".join(_line(v) for v in row.verdicts if v.passed is None) or row.error or "")
        case.append(fault)
    elif not row.passed or gate.misses(row):
        kind = "below threshold" if row.passed else "not passed"
        fault = _element("failure", message=points(row.earned, row.possible), type=kind)
        fault.text = _text("\n".join(map(_line, row.lost or row.verdicts)))
        case.append(fault)
    return case


def _line(verdict: Verdict) -> str:
    earned = points(verdict.earned, verdict.points)
    return f"{verdict.grader} ({earned}){': ' + verdict.why if verdict.why else ''}"


def _element(tag: str, **attributes: object) -> ElementTree.Element:
    return ElementTree.Element(tag, {name: _text(str(value)) for name, value in attributes.items()})


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
