"""Domain rules: wire form and check."""

from __future__ import annotations

import pytest

from marksheet.domain import DomainRule
from marksheet.errors import InvalidRequest
from marksheet.scoring import encode_rules, parse_rules
from marksheet.scoring.rules import broken


def problems(value):
    with pytest.raises(InvalidRequest) as caught:
        parse_rules(value)
    return [(problem.location, problem.message) for problem in caught.value.problems]


def test_rules_are_read_and_written_back():
    wire = [
        {"name": "no names", "forbid": r"\bBob\b"},
        {"name": "cites", "require": r"\[\d+\]", "max_characters": 400},
    ]
    rules = parse_rules(wire)
    assert rules == (
        DomainRule("no names", forbid=r"\bBob\b"),
        DomainRule("cites", require=r"\[\d+\]", max_characters=400),
    )
    assert encode_rules(rules) == wire


@pytest.mark.parametrize("nothing", [None, []])
def test_nothing_is_no_rules(nothing):
    assert parse_rules(nothing) == ()


@pytest.mark.parametrize("value", [{}, "x", 5])
def test_rules_are_a_list(value):
    assert problems(value) == [(("body", "domain_rules"), "must be a list of rules")]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("x", ()),
        ({"name": "empty"}, ()),
        ({"forbid": "a"}, ("name",)),
        ({"name": "", "forbid": "a"}, ("name",)),
        ({"name": "x" * 65, "forbid": "a"}, ("name",)),
        ({"name": "a\nb", "forbid": "a"}, ("name",)),
        ({"name": 5, "forbid": "a"}, ("name",)),
        ({"name": "r", "forbid": "("}, ("forbid",)),
        ({"name": "r", "forbid": 5}, ("forbid",)),
        ({"name": "r", "require": "a" * 1_001}, ("require",)),
        ({"name": "r", "max_characters": 0}, ("max_characters",)),
        ({"name": "r", "max_characters": 1.5}, ("max_characters",)),
        ({"name": "r", "max_characters": True}, ("max_characters",)),
        ({"name": "r", "forbid": "a", "forbidden": "b"}, ("forbidden",)),
    ],
)
def test_a_wrong_rule_is_located_at_its_field(entry, field):
    assert [location for location, _ in problems([{"name": "good", "forbid": "a"}, entry])] == [
        ("body", "domain_rules", 1, *field)
    ]


def test_two_rules_do_not_share_a_name():
    assert problems([{"name": "r", "forbid": "a"}, {"name": "r", "forbid": "b"}]) == [
        (("body", "domain_rules", 1, "name"), 'another rule is called "r" already')
    ]


def test_there_are_at_most_32_rules():
    rules = [{"name": f"r{number}", "forbid": "a"} for number in range(33)]
    assert len(parse_rules(rules[:32])) == 32
    assert problems(rules) == [(("body", "domain_rules"), "must have at most 32 rules, not 33")]


@pytest.mark.parametrize(
    ("rule", "kept", "breaking"),
    [
        (DomainRule("r", forbid="cat"), "dog", "a cat"),
        (DomainRule("r", require="cat"), "a cat", "dog"),
        (DomainRule("r", max_characters=3), "cat", "cats"),
        (DomainRule("r", require="cat", max_characters=3), "cat", "cats"),
        (DomainRule("r", require="cat", forbid="dog"), "cat", "cat and dog"),
    ],
)
def test_an_answer_keeps_or_breaks_a_rule(rule, kept, breaking):
    assert not broken(rule, kept)
    assert broken(rule, breaking)


@pytest.mark.parametrize("rule", [DomainRule("r", forbid="x"), DomainRule("r", require="a")])
def test_an_answer_that_cannot_be_searched_breaks_the_rule(rule):
    assert broken(rule, "a" * 100_001)
