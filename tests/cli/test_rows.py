"""rows against the stub service, which answers what the service's golden files have."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from tests.nugen_cases import load
from tests.stubs.replies import Reply

ROWS = "GET /api/v3/evaluations/eval-1/rows"


def query_of(request):
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def test_rows_without_options_are_asked_for_in_order(cli, service):
    service.fault(ROWS, Reply(body={"rows": [], "total": 0, "metric": None}))
    assert cli("rows", "eval-1").exit_code == 0
    assert query_of(service.sent(ROWS)[0]) == {"limit": "20", "offset": "0"}


def test_the_worst_of_a_metric_are_shown_with_their_value(cli, service):
    service.fault(ROWS, Reply(body=load("rows_filtered.response")))
    shown = cli("rows", "eval-1", "--metric", "accuracy", "--below", "0.5", "--limit", "2")
    assert query_of(service.sent(ROWS)[0]) == {
        "metric": "accuracy",
        "below": "0.5",
        "limit": "2",
        "offset": "0",
    }
    assert [line.split() for line in shown.stdout.splitlines()[2:]] == [
        ["2", "0.000", "Say", "2", "2", "two", "wrong"],
        ["4", "0.000", "Say", "4", "4", "four", "wrong"],
    ]


def test_a_bound_without_a_metric_is_about_accuracy(cli, service):
    service.fault(ROWS, Reply(body=load("rows_filtered.response")))
    assert cli("rows", "eval-1", "--above", "0.5").exit_code == 0
    assert query_of(service.sent(ROWS)[0])["metric"] == "accuracy"


def test_flips_are_shown_with_both_answers(cli, service):
    service.fault(ROWS, Reply(body=load("rows_flips.response")))
    shown = cli("rows", "eval-1", "--flips", "both")
    sent = query_of(service.sent(ROWS)[0])
    assert (sent["flips"], sent["metric"]) == ("both", "accuracy")
    assert [line.split() for line in shown.stdout.splitlines()[2:]] == [
        ["2", "gained", "Say", "2", "2", "two", "2"],
        ["3", "lost", "Say", "3", "3", "3", "three"],
    ]


def test_it_is_said_how_to_see_more(cli, service):
    service.fault(ROWS, Reply(body={**load("rows_filtered.response"), "total": 9}))
    told = cli("rows", "eval-1", "--below", "0.5", "--offset", "2").stderr
    assert "rows 3 to 4 of 9; the next ones: --offset 4" in told


def test_of_one_direction_only_its_flips_count_as_more(cli, service):
    answer = {**load("rows_flips.response"), "gained": 7, "lost": 1}
    answer["flips"] = [flip for flip in answer["flips"] if flip["flip"] == "lost"]
    service.fault(ROWS, Reply(body=answer))
    assert "next ones" not in cli("rows", "eval-1", "--flips", "lost").stderr


def test_an_answer_that_errored_says_why(cli, service):
    answer = load("rows_filtered.response")
    answer["rows"][0]["answers"][0] |= {
        "model_answer": None,
        "error": {"code": "http_500", "message": "it fell"},
    }
    service.fault(ROWS, Reply(body=answer))
    assert "it fell" in cli("rows", "eval-1", "--below", "1").stdout


def test_a_long_answer_is_shortened_for_people_alone(cli, json_of, service):
    answer = load("rows_filtered.response")
    answer["rows"][0]["answers"][0]["model_answer"] = "word " * 100
    for _ in range(2):
        service.fault(ROWS, Reply(body=answer))
    assert cli("rows", "eval-1", "--below", "1").stdout.count("word") < 50
    assert json_of("rows", "eval-1", "--below", "1")["rows"][0]["answers"][0]["model_answer"] == "word " * 100


def test_what_the_service_refuses_is_told(cli, service):
    detail = [{"loc": ["query", "metric"], "msg": "must be one of accuracy", "type": "value_error"}]
    service.fault(ROWS, Reply(422, {"detail": detail}))
    answer = cli("rows", "eval-1", "--metric", "charm", "--below", "1")
    assert answer.exit_code == 1
    assert "must be one of accuracy" in answer.stderr


def test_the_json_is_the_services_answer(json_of, service):
    service.fault(ROWS, Reply(body=load("rows_flips.response")))
    assert json_of("rows", "eval-1", "--flips", "both") == json.loads(json.dumps(load("rows_flips.response")))
