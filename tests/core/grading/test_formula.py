"""Formulas are read by their own grammar and worked out in floats, as Python's arithmetic would."""

from __future__ import annotations

import ast
import math
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.grading.formula import (
    DEEPEST_FORMULA,
    LONGEST_FORMULA,
    MOST_NODES,
    BadFormula,
    compile_formula,
)

VALUES = {"a": 0.5, "b": 2.0, "c": -3.0, "style_2": 0.25}


def value(text, values=VALUES):
    return compile_formula(text, values).evaluate(values)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a", 0.5),
        ("1", 1),
        (".5", 0.5),
        ("2.", 2),
        ("1e-2", 0.01),
        (" a+ b ", 2.5),
        ("a - b - c", 1.5),
        ("b / 4 / 2", 0.25),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ^ 3 ^ 2", 512),
        ("-2 ^ 2", -4),
        ("(-2) ^ 2", 4),
        ("2 ^ -1", 0.5),
        ("2 ^ -2 ^ 2", 2**-4),
        ("2 * -c", 6),
        ("--a", 0.5),
        ("+a", 0.5),
        ("1 - -a", 1.5),
        ("4 ^ 0.5", 2),
        ("min(a, b, c)", -3),
        ("max(a)", 0.5),
        ("abs(c)", 3),
        ("floor(-0.5)", -1),
        ("ceil(0.2)", 1),
        ("exp(0)", 1),
        ("sqrt(b + b)", 2),
        ("log(exp(1))", 1),
        ("0.5 * style_2 + 0.5 * (a >= 0)", None),
    ],
)
def test_results_worked_out_by_hand(text, result):
    if result is None:
        with pytest.raises(BadFormula):
            value(text)
    else:
        assert value(text) == pytest.approx(result, abs=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "a / (b - 2)",
        "log(0)",
        "log(c)",
        "sqrt(c)",
        "c ^ 0.5",
        "0 ^ -1",
        "exp(1000)",
        "10 ^ 400",
        "9 ^ 9 ^ 9 ^ 9 ^ 9",
        "1e308 * 10",
        "1e308 + 1e308",
        "min(1, exp(1000))",
        "1e308 * 10 - 1e308 * 10",
    ],
)
def test_what_is_no_finite_number_has_no_result(text):
    assert value(text) is None


@pytest.mark.parametrize("given_value", [math.nan, math.inf])
def test_a_value_that_is_no_finite_number_has_no_result(given_value):
    assert value("min(a, 1)", {"a": given_value}) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has its end where a number, a name or a parenthesis should be"),
        ("  ", "has its end where"),
        ("1 +", "has its end where"),
        ("* 2", 'has "*" where'),
        ("2 ** 3", "a power is written ^"),
        ("2 3", 'has "3" where it should end'),
        ("2a", 'has "a" where it should end'),
        ("(1", 'has its end where ")" should be'),
        ("1)", 'has ")" where it should end'),
        ("()", 'has ")" where a number'),
        ("min()", 'has ")" where a number'),
        ("min(1,)", 'has ")" where a number'),
        ("min 1", "has min without its arguments"),
        ("sqrt(1, 2)", "gives sqrt 2 arguments; it takes one"),
        ("a = 1", 'has "=", which no formula knows'),
        ("a % 2", 'has "%", which no formula knows'),
        ("a.b", 'has ".", which no formula knows'),
        ("a; b", 'has ";", which no formula knows'),
        ("x", 'has an unknown name "x"; allowed: a, b, c, style_2'),
        ("style2", 'unknown name "style2"; did you mean "style_2"?'),
        ("sine(1)", 'unknown function "sine"'),
        ("squrt(1)", 'unknown function "squrt"; did you mean "sqrt"?'),
        ("__import__('os')", 'unknown function "__import__"'),
        ("a(1)", 'unknown function "a"'),
        ("٣", 'has "٣", which no formula knows'),
        ("9" * 400, "too large a number"),
        ("1 +" * 700 + "1", f"at most {LONGEST_FORMULA:,} characters"),
        ("1+" * MOST_NODES + "1", f"more than {MOST_NODES} numbers"),
        ("(" * (DEEPEST_FORMULA + 1) + "1" + ")" * (DEEPEST_FORMULA + 1), "nested more than"),
        ("-" * (DEEPEST_FORMULA + 1) + "1", "nested more than"),
        ("1^" * (DEEPEST_FORMULA + 1) + "1", "nested more than"),
        ("abs(" * (DEEPEST_FORMULA + 1) + "1" + ")" * (DEEPEST_FORMULA + 1), "nested more than"),
    ],
)
def test_a_text_that_is_no_formula_is_refused(text, message):
    with pytest.raises(BadFormula) as caught:
        compile_formula(text, VALUES)
    assert message in str(caught.value)


def test_the_deepest_formula_is_read():
    assert value("(" * DEEPEST_FORMULA + "a" + ")" * DEEPEST_FORMULA) == 0.5


def test_the_names_that_are_used_are_told():
    assert compile_formula("a + max(b, a)", VALUES).names == {"a", "b"}


def call(name, *arguments):
    return f"{name}({', '.join(arguments)})"


FORMULAS = st.recursive(
    st.sampled_from(["a", "b", "c", "0", "1", "2", "0.5", "3.25"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/^"), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/^"), inner),
        st.builds("-{}".format, inner),
        st.builds("({})".format, inner),
        st.builds(call, st.sampled_from(["abs", "floor", "ceil", "exp", "sqrt", "log"]), inner),
        st.builds(call, st.sampled_from(["min", "max"]), inner, inner),
    ),
    max_leaves=12,
)
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def by_python(node):
    """What Python's own parser and floats make of it; raises where a step has no finite number."""
    match node:
        case ast.Expression(body):
            return by_python(body)
        case ast.Constant(number):
            result = float(number)
        case ast.Name(name):
            result = VALUES[name]
        case ast.UnaryOp(ast.USub(), operand):
            result = -by_python(operand)
        case ast.BinOp(left, operation, right):
            result = OPERATORS[type(operation)](by_python(left), by_python(right))
        case ast.Call(ast.Name(name), arguments):
            function = getattr(math, name, None) or {"abs": abs, "min": min, "max": max}[name]
            result = float(function(*map(by_python, arguments)))
    if isinstance(result, complex) or not math.isfinite(result):
        raise OverflowError
    return result


@given(FORMULAS)
def test_generated_formulas_come_to_what_pythons_arithmetic_makes_of_them(text):
    try:
        expected = by_python(ast.parse(text.replace("^", "**"), mode="eval"))
    except (ArithmeticError, ValueError):
        expected = None
    assert value(text) == expected


@given(st.text("abc min(),+-*/^0.5 \n", max_size=30))
def test_every_text_has_a_result_or_it_is_said_why_not(text):
    def attempt():
        try:
            return value(text)
        except BadFormula as problem:
            return str(problem)

    result = attempt()
    assert result is None or isinstance(result, str) or math.isfinite(result)
