"""Tables at every width: whole words, whole ids, no control characters."""

from __future__ import annotations

import pytest

EVALUATION = "eval-01jd5m0q3v8x2k7n4r6t9w1y3z"
BENCHMARK = "bench-01jd5m0q3v8x2k7n4r6t9w1y3z"
LONG_NAME = "Forty questions about an island that nobody has ever visited"
WIDTHS = pytest.mark.parametrize("width", [40, 60, 80, 100, 140])


@pytest.fixture
def filled(service, comparison):
    """The stub has ids and names as long as real ones."""
    service.add_benchmark(LONG_NAME)
    service.benchmarks[0]["id"] = BENCHMARK
    service.evaluations[EVALUATION] = {
        "model_id": "example-hasty",
        "model_id_2": "example-careful",
        "benchmark_id": BENCHMARK,
        "benchmark_name": LONG_NAME,
        "created_at": "2026-01-31T08:05:00.000Z",
        "polls": 0,
    }
    comparison["base_model"]["model_id"] = "example-hasty"
    comparison["eval_model"]["model_id"] = "example-careful"
    service.results = comparison
    return service


@WIDTHS
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("list",), [EVALUATION, "READY", "example-hasty"]),
        (("benchmarks", "list"), [BENCHMARK, *LONG_NAME.split()]),
        (("status", EVALUATION), [EVALUATION, BENCHMARK, "avg_time_per_question"]),
        (
            ("results", EVALUATION),
            ["example-careful", "[0.481, 0.855]", "+0.150 [-0.079, +0.379]", "4/1", "difference", "shown"],
        ),
    ],
    ids=lambda value: " ".join(value)[:9],
)
def test_words_are_whole_and_lines_fit(cli, filled, monkeypatch, width, command, words):
    monkeypatch.setenv("COLUMNS", str(width))
    shown = cli(*command).stdout
    assert [word for word in words if word not in shown] == []
    assert max(map(len, shown.splitlines())) <= width


def test_at_eighty_columns_results_are_three_tables(cli, filled, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli("results", EVALUATION).stdout.count("\u2500\n") == 3


def test_a_word_wider_than_the_terminal_is_not_cut(cli, filled, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    for command in (("list",), ("benchmarks", "list"), ("status", EVALUATION)):
        assert (BENCHMARK if command[0] == "benchmarks" else EVALUATION) in cli(*command).stdout


def test_a_column_without_a_value_is_the_first_to_go(cli, filled, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    filled.evaluations[EVALUATION]["model_id_2"] = None
    shown = cli("list").stdout
    assert "compared with" not in shown
    assert "2026-01-31 08:05" in shown


def test_no_line_ends_in_spaces(cli, filled):
    for command in (("list",), ("results", EVALUATION), ("status", EVALUATION)):
        lines = cli(*command).stdout.splitlines()
        assert [line for line in lines if line != line.rstrip()] == []


def test_only_rows_that_are_compared_are_set_apart(cli, filled):
    base, other = filled.results["base_model"], filled.results["eval_model"]
    for run in (base, other):
        intervals = run["metrics"]["intervals"]
        run["metrics"] |= {"intervals": intervals | {"includes": intervals["accuracy"]}, "includes": 0.7}
    assert "\n\nincludes" in cli("results", EVALUATION).stdout
    filled.results = base
    alone = cli("results", EVALUATION).stdout
    assert "\nincludes" in alone
    assert "\n\nincludes" not in alone


@pytest.mark.parametrize("evil", ["\x1b[2Jgone", "\x9b2Jgone", "\u202egone", "a\rgone", "a\ngone"])
@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize("command", [("models", "list"), ("models", "show", "m"), ("results", EVALUATION)])
def test_what_a_terminal_would_obey_is_not_printed(cli, filled, command, options, evil):
    filled.models["m"] = {"model_id": evil, "provider": evil, "status": "READY", evil: {evil: [evil]}}
    filled.results["base_model"]["model_id"] = evil
    filled.results["comparison"]["better_model"] = evil
    shown = cli(*command, *options).stdout
    assert "gone" in shown
    assert all(character.isprintable() for line in shown.split("\n") for character in line)


RATE = {"mean": 0.75, "low": 0.6, "high": 0.86, "n": 40, "left_out": 2}
FACTS = {
    "tokens": {"prompt": 120_500, "completion": 9_000},
    "latency_seconds": {"count": 40, "mean": 0.5, "p50": 0.4123, "p95": 1.2, "p99": 12.34, "max": 15.0},
    "cost_usd": {"total": "0.0425", "per_right_answer": "0.0011", "unknown_trials": 0},
    "judging": {"calls": 44},
    "pass_at_k": {"1": RATE, "2": {**RATE, "mean": 0.9}},
    "pass_hat_k": {"1": RATE, "2": {**RATE, "mean": 0.4}},
    "not_asked": 1,
}


@WIDTHS
def test_what_a_run_took_and_its_pass_rates_fit_any_width(cli, filled, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    filled.results["eval_model"] |= FACTS
    shown = cli("results", EVALUATION).stdout
    for word in ("0.412", "12.3", "0.0425", "pass@k", "pass^k", "0.900", "0.400"):
        assert word in shown
    assert max(map(len, shown.splitlines())) <= width


def test_a_wide_terminal_shows_every_figure(cli, filled, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    filled.results["eval_model"] |= FACTS
    shown = " ".join(cli("results", EVALUATION).stdout.split())
    assert "example-careful 0.412 1.2 12.3 120,500 9,000 44 0.0425 0.0011" in shown
    assert "2 example-careful 0.900 [0.600, 0.860] 0.400 [0.600, 0.860] 40 2" in shown
    assert "example-careful 14 6 2 1 1 3" in shown


def test_a_cost_that_is_known_in_part_is_a_lower_bound(cli, filled):
    filled.results["eval_model"] |= {"cost_usd": {"total": "0.0425", "unknown_trials": 3}}
    assert "≥ 0.0425" in cli("results", EVALUATION).stdout


def test_what_cost_nothing_and_told_nothing_has_no_table(cli, filled):
    filled.results["eval_model"] |= {
        "tokens": {"prompt": None, "completion": None},
        "latency_seconds": None,
        "cost_usd": {"total": "0", "per_right_answer": "0", "unknown_trials": 0},
    }
    assert "Time, tokens and cost" not in cli("results", EVALUATION).stdout


def test_an_adjusted_p_value_has_a_column_where_it_differs(cli, filled):
    assert "p Holm" not in cli("results", EVALUATION).stdout
    filled.results["comparison"]["statistics"]["accuracy"] |= {"p_value": 0.03, "p_holm": 0.09}
    assert "p Holm" in cli("results", EVALUATION).stdout
