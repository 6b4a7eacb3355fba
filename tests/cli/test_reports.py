"""The files that `grade` writes: a JUnit report and the document."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from marksheet_cli.gate import Gate
from marksheet_cli.grades import read_grades
from marksheet_cli.junit import junit_report
from tests.stubs.grading_stub import graded


@pytest.fixture
def grade(cli, service, tmp_path):
    """Grades a file by a spec, with options."""
    service.grading.add_spec("manners")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"input": "a?", "output": "x"}\n')
    return lambda *options: cli("grade", "--spec", "manners", str(rows), *options)


def report_of(document, gate=None, suite="manners"):
    return ElementTree.fromstring(junit_report(read_grades(document), gate or Gate(), suite=suite))


def test_a_suite_has_a_case_for_each_row_and_counts_them():
    root = report_of(graded(1.0, 0.0, None))
    (suite,) = root.findall("testsuite")
    counts = {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped", "time")}
    assert counts == {
        "name": "manners",
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
        "time": "1.500",
    }
    assert [case.get("name") for case in suite.findall("testcase")] == ["row-1", "row-2", "row-3"]
    assert {case.get("classname") for case in suite.findall("testcase")} == {"manners"}


def test_a_row_that_is_not_passed_is_a_failure_with_the_graders_reasons():
    failure = report_of(graded(0.0)).find(".//testcase/failure")
    assert failure.get("message") == "0 of 1 points"
    assert failure.text == "polite (0 of 1 points): UNMET: it is curt"


def test_a_row_without_a_grade_is_an_error_and_never_skipped():
    root = report_of(graded(None))
    error = root.find(".//testcase/error")
    assert (error.get("type"), error.get("message")) == ("unscored", "polite: no verdict could be read")
    assert error.text == "polite (no value): no verdict could be read"
    assert root.find(".//skipped") is None


def test_an_errored_row_names_the_code_of_the_model():
    document = graded(None)
    grader = document["results"][0]["report"]["graders"][0]
    grader["error"] = {"code": "timeout", "message": "no answer in 60 s"}
    grader["reason"] = "the model gave no answer: no answer in 60 s"
    error = report_of(document).find(".//error")
    assert error.get("type") == "timeout"
    assert error.text == "polite (no value): the model gave no answer: no answer in 60 s (timeout)"


def test_a_row_of_which_nobody_says_whether_it_passed_is_an_error():
    document = graded(1.0)
    document["results"][0]["report"]["passed"] = None
    assert report_of(document).find(".//testcase/error") is not None


def test_a_passed_row_below_the_threshold_for_every_row_is_a_failure():
    failure = report_of(graded(0.6), Gate(per_row_threshold=0.8)).find(".//failure")
    assert failure.get("type") == "below threshold"


def test_properties_hold_the_totals_and_the_threshold():
    root = report_of(graded(1.0, 0.0), Gate(threshold=0.8))
    values = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert values["overall_percentage"] == "0.5"
    assert values["threshold"] == "0.8"
    assert values["eval_spec_version"] == "2"
    assert values["cost_usd"] == "0.0004"
    assert "per_row_threshold" not in values


def test_what_no_xml_may_have_is_dropped_and_markup_is_escaped():
    document = graded(0.0)
    report = document["results"][0]["report"]
    report["id"] = 'a<b>&"c"\x00\x1b'
    report["graders"][0]["reason"] = "]]></failure>\ud800\x08 fine\ufffe"
    root = report_of(document, suite="<s>&\x01")
    assert root.find("testsuite").get("name") == "<s>&"
    assert root.find(".//testcase").get("name") == 'a<b>&"c"'
    assert root.find(".//failure").text.endswith("]]></failure> fine")


def test_a_report_is_written_whether_or_not_the_threshold_is_met(grade, tmp_path):
    for threshold, code in (("0.5", 0), ("0.9", 100)):
        path = tmp_path / f"{threshold}.xml"
        assert grade("--threshold", threshold, "--junit", str(path)).exit_code == code
        assert ElementTree.parse(path).getroot().tag == "testsuites"


def test_an_earlier_report_is_replaced(grade, tmp_path):
    path = tmp_path / "report.xml"
    path.write_text("old")
    grade("--junit", str(path))
    assert path.read_text().startswith("<?xml")


def test_the_document_is_written_beside_the_tables(grade, service, tmp_path):
    path = tmp_path / "results.json"
    assert "spec-1@2" in grade("--output", str(path)).stdout
    assert json.loads(path.read_text()) == service.grading.document


def test_a_report_that_cannot_be_written_loses_no_answer(grade, service):
    result = grade("--junit", "/dev/full", "--json")
    assert result.exit_code == 6
    assert json.loads(result.stdout) == service.grading.document
    assert "cannot write /dev/full: No space left on device" in result.stderr


def test_a_missed_threshold_outweighs_a_report_that_cannot_be_written(grade):
    assert grade("--junit", "/dev/full", "--threshold", "1").exit_code == 100


def test_a_link_keeps_leading_to_what_is_written(grade, tmp_path):
    (tmp_path / "real.xml").write_text("old")
    (tmp_path / "link.xml").symlink_to("real.xml")
    grade("--junit", str(tmp_path / "link.xml"))
    assert (tmp_path / "link.xml").is_symlink()
    assert (tmp_path / "real.xml").read_text().startswith("<?xml")
