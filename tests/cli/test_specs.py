"""specs create, update, list, show, versions, share, delete against the stub service."""

from __future__ import annotations

import json
import re

import pytest

from tests.stubs.api_stub import Reply
from tests.stubs.grading_stub import refusal

SPEC = {"name": "manners", "graders": [{"requirement": "says please"}], "model": "judge"}


@pytest.fixture
def spec_file(tmp_path):
    path = tmp_path / "rubric.json"
    path.write_text(json.dumps(SPEC))
    return path


def test_a_spec_is_made_from_a_json_file(json_of, service, spec_file):
    assert json_of("specs", "create", str(spec_file))["version"] == 1
    (sent,) = service.sent("POST /v1/eval/specs")
    assert sent.json == SPEC
    assert sent.headers["authorization"].startswith("Bearer ")


def test_a_spec_may_be_yaml_whose_dates_stay_texts(json_of, service, tmp_path):
    path = tmp_path / "rubric.yaml"
    path.write_text("name: manners\ndescription: 2026-01-31\ngraders:\n  - requirement: says please\n")
    json_of("specs", "create", str(path))
    assert service.sent("POST")[0].json == {
        "name": "manners",
        "description": "2026-01-31",
        "graders": [{"requirement": "says please"}],
    }


@pytest.mark.parametrize(
    ("options", "name"), [(("--name", "from option"), "from option"), ((), "unnamed")], ids=["option", "file"]
)
def test_a_specs_name_comes_from_the_option_or_the_files_name(json_of, service, tmp_path, options, name):
    path = tmp_path / "unnamed.json"
    path.write_text('{"graders": [{"requirement": "says please"}]}')
    json_of("specs", "create", str(path), *options)
    assert service.sent("POST")[0].json["name"] == name


def test_an_update_makes_the_next_version_under_the_name_there_is(json_of, service, tmp_path):
    service.grading.add_spec("manners")
    path = tmp_path / "other.json"
    path.write_text('{"graders": [{"requirement": "says thanks"}]}')
    assert json_of("specs", "update", "manners", str(path))["version"] == 2
    (sent,) = service.sent("PUT /v1/eval/specs/spec-1$")
    assert sent.json == {"name": "manners", "graders": [{"requirement": "says thanks"}]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"graders": [{"points": NaN}]}', "NaN is no JSON number"),
        ('{"graders": [{"points": 1e999}]}', "beyond what a number can be"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=["broken", "array", "nan", "infinite", "deep"],
)
def test_a_file_that_is_no_json_object_is_a_usage_error(cli, service, tmp_path, content, words):
    path = tmp_path / "rubric.json"
    path.write_text(content)
    result = cli("specs", "create", str(path))
    assert result.exit_code == 2
    assert words in result.stderr
    assert service.requests == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: [", "is no YAML"),
        ("- a", "is no mapping"),
        ("1: a", "the name 1 is no text"),
        ("a: .nan", "NaN is no JSON number"),
        ("a: &x [*x]", "is no YAML that JSON could say"),
    ],
)
def test_yaml_that_json_could_not_say_is_a_usage_error(cli, service, tmp_path, content, words):
    path = tmp_path / "rubric.yml"
    path.write_text(content)
    result = cli("specs", "create", str(path))
    assert result.exit_code == 2
    assert words in result.stderr
    assert service.requests == []


def test_every_problem_of_a_refused_spec_is_named(cli, service, spec_file):
    problems = [
        {"field": "graders[0].type", "message": "is missing", "kind": "missing"},
        {"field": "model", "message": "there is no such model", "kind": "not_found"},
    ]
    service.fault("POST", Reply(400, refusal("invalid_request", "graders[0].type: ...", problems)))
    result = cli("specs", "create", str(spec_file))
    assert result.exit_code == 1
    assert "graders[0].type: is missing; model: there is no such model" in result.stderr


def test_a_name_that_is_taken_is_a_failure_in_the_services_words(cli, service, spec_file):
    service.grading.add_spec("manners")
    result = cli("specs", "create", str(spec_file))
    assert result.exit_code == 1
    assert "there is an eval spec named 'manners' already" in result.stderr


def test_list_show_and_versions_print_what_the_service_has(json_of, service):
    service.grading.add_spec("manners")
    assert json_of("specs", "list")["eval_specs"][0]["name"] == "manners"
    assert json_of("specs", "show", "manners")["graders"][0]["name"] == "polite"
    assert json_of("specs", "versions", "spec-1")["versions"][0]["version"] == 1


def test_specs_are_listed_and_named_over_all_pages(json_of, service):
    service.grading.page_size = 2
    for number in range(1, 6):
        service.grading.add_spec(f"manners {number}")
    listed = json_of("specs", "list")
    assert [row["eval_spec_id"] for row in listed["eval_specs"]] == [f"spec-{n}" for n in range(1, 6)]
    assert len(service.requests) == 3
    assert json_of("specs", "show", "manners 5@1")["eval_spec_id"] == "spec-5"


def test_a_version_is_pinned_with_an_at(json_of, service):
    service.grading.add_spec("manners")
    json_of("specs", "show", "manners@1")
    assert service.requests[-1].path == "/v1/eval/specs/spec-1?version=1"


def test_a_spec_is_shown_with_a_row_for_each_grader(cli, service):
    service.grading.add_spec("manners")
    shown = cli("specs", "show", "manners").stdout
    assert "polite" in shown
    assert "requirement=says please" in shown


def test_a_grader_is_called_as_grades_call_it_and_what_is_nested_is_json(cli, service, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    graders = [
        {"requirement": "says please"},
        {"requirement": "says thanks", "weight": 2},
        {"type": "label_model", "input": [{"role": "user", "content": "ü"}], "labels": ["a", "b"]},
    ]
    service.grading.add_spec("manners", graders=graders)
    shown = cli("specs", "show", "manners").stdout
    assert re.search(r"criterion 2\s+criterion\s+2\s+requirement=says thanks", shown)
    assert re.search(
        r"label_model\s+label_model\s+1\s+input=\[{\"role\": \"user\", \"content\": \"ü\"}\], ", shown
    )
    assert 'labels=["a", "b"]' in shown
    assert cli("specs", "share", "manners", "--nobody").stdout == shown


def test_an_unknown_spec_is_not_found_and_the_similar_one_named(cli, service):
    service.grading.add_spec("manners")
    result = cli("specs", "show", "maners")
    assert result.exit_code == 5
    assert "did you mean 'manners'?" in result.stderr


def test_the_id_of_a_spec_that_is_not_shared_reaches_the_service(cli, service):
    service.fault("GET /v1/eval/specs/spec-9", Reply(403, refusal("forbidden", "not authorized for spec-9")))
    result = cli("specs", "show", "spec-9")
    assert result.exit_code == 4
    assert "not authorized for spec-9" in result.stderr
    assert "marksheet specs share" in result.stderr


def test_sharing_names_keys_by_their_ids_and_takes_no_secret_along(cli, service):
    service.grading.add_spec("manners")
    secret = "msk_bbbbbbbbbbbbbbbb_verysecret"
    assert (
        cli("specs", "share", "manners", "--with", secret, "--with", "*", "--owner", "c" * 16).exit_code == 0
    )
    (sent,) = service.sent("PUT /v1/eval/specs/spec-1/sharing")
    assert sent.json == {"shared_with": ["b" * 16, "*"], "owner": "c" * 16}


def test_sharing_with_nobody_takes_it_back(cli, service):
    service.grading.add_spec("manners", shared_with=["*"])
    cli("specs", "share", "manners", "--nobody")
    assert service.sent("PUT")[0].json == {"shared_with": []}


def test_a_new_owner_alone_leaves_the_sharing_as_it_is(cli, service):
    service.grading.add_spec("manners", shared_with=["d" * 16])
    cli("specs", "share", "manners", "--owner", "c" * 16)
    assert service.sent("PUT")[0].json == {"shared_with": ["d" * 16], "owner": "c" * 16}


@pytest.mark.parametrize("options", [(), ("--nobody", "--with", "*")])
def test_sharing_must_be_said_in_one_way(cli, service, options):
    assert cli("specs", "share", "manners", *options).exit_code == 2
    assert service.requests == []


def test_delete_finds_the_spec_by_name_and_asks(cli, service):
    service.grading.add_spec("manners")
    assert cli("specs", "delete", "manners").exit_code == 2
    assert cli("specs", "delete", "manners", "--yes").exit_code == 0
    assert service.grading.specs == {}
