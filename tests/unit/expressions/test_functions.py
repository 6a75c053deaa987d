"""Functions, operators and literals beyond what the vectors hold."""

from typing import Any

import pytest

from orchestration.expressions import FUNCTIONS, Context, Problem, Value, compile_value
from orchestration.expressions.functions import FAMILIES, declared

ALL = [function for family in FAMILIES for function in declared(family)]


def value_of(expression: str, **given: Any) -> Value:
    result = compile_value(f"${{{{{expression}}}}}").evaluate(Context(**given))
    assert result.problems == ()
    return result.value


def problem_of(expression: str, **given: Any) -> Problem:
    result = compile_value(f"${{{{{expression}}}}}").evaluate(Context(**given))
    assert len(result.problems) == 1, result
    return result.problems[0]


@pytest.mark.parametrize("function", ALL, ids=[function.name for function in ALL])
def test_examples_of_the_documentation_hold(function: Any) -> None:
    given = dict(function.example.given)
    template = {
        **given.pop("configuration", {}),
        "result": f"${{{{{function.example.expression}}}}}",
    }
    result = compile_value(template).evaluate(Context(**given))
    assert result.problems == ()
    assert result.value["result"] == function.example.result
    assert f"${function.name}(" in function.example.expression
    assert function.summary.endswith(".")


def test_every_function_of_the_language_is_there() -> None:
    names = (
        "val config property target site instance secret stagedRegistry connectedRegistryIP if eq "
        "equal ne gt ge lt le between in and or any all not empty default cidr_contains matches "
        "len lower upper trim replace split join concat min max round str int float json jsonpath "
        "base64encode base64decode"
    )
    assert set(FUNCTIONS) == set(names.split())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("5-3", 2),
        ("10-5-2", 3),
        ("5-axis", "5-axis"),
        ("2024-01-15", "2024-01-15"),
        ("2024-11-15", "2024-11-15"),
        ("2024-11-15T08:00:00Z", "2024-11-15T08:00:00Z"),
        ("1e3", "1e3"),
        ("007", "007"),
        ("1.2.3-rc.1", "1.2.3-rc.1"),
        ("10.0.0.1:80", "10.0.0.1:80"),
        ("8080:80", "8080:80"),
        ("12/4/3", 1),
        ("2/$val(x)", 0.5),
        ("-2-3", -5),
        ("--3", 3),
        ("-7%3", 2),
        ("7%-3", -2),
        ("-(2)*3", -6),
        ("6/2.0", 3.0),
        ("/subscriptions/x/y", "/subscriptions/x/y"),
        ("a+/image", "a/image"),
        ("true", True),
        ("true-ish", "true-ish"),
        ("'a\\qb'", "a\\qb"),
        ("'a\\\\nb'", "a\\nb"),
        ('"it\'s"', "it's"),
        ("$str(null)", ""),
        ("$str(2.0)", "2"),
        ("$str(1/3)", "0.3333333333333333"),
        ("$str(0.000000001)", "0.000000001"),
        ("$json(null)", "null"),
        ("$json(2.0)", "2"),
        ("$json('é')", '"é"'),
        ("$int(-2.9)", -2),
        ("$int('+5')", 5),
        ("$round(3.5)", 4),
        ("$round(2.675, 1)", 2.7),
        ("$round(1234, -2)", 1200),
        ("$min($val(l))", 1),
        ("$len($val(l))", 3),
        ("$split('a', ',')", ["a"]),
        ("$join($val(l), '')", "1203"),
        ("$eq(null, null)", True),
        ("$eq(null, '')", False),
        ("$eq($val(l), $val(l))", True),
        ("$eq($val(m), $json($val(m)))", False),
        ("$in(true, 'true')", True),
        ("$jsonpath($val(m), '$..b')", [1, 2]),
        ("$jsonpath($val(m), '$.a[0].b')", 1),
        ("$jsonpath($val(m), '$.a[-1].b')", 2),
        ("$jsonpath($val(m), '$.a[0:1]')", {"b": 1}),
        ("$jsonpath($val(m), \"$['a'][*].b\")", [1, 2]),
        ("$cidr_contains('10.0.0.0/8', '::1')", False),
        ("$matches('a.b', 'a\\.b')", True),
        ("$default($secret(x), 1)", {"name": "x"}),
    ],
)
def test_values(expression: str, value: Any) -> None:
    given = {"x": 4, "l": [1, 20, 3], "m": {"a": [{"b": 1}, {"b": 2}]}}
    got = value_of(expression, values=given)
    if isinstance(value, dict) and "name" in value:
        got = {"name": got.name}
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    "expression",
    ["$matches($val(x), '.*')", "$eq($jsonpath($val(l), $val(q)), a)"],
)
def test_half_a_character_matches_nothing(expression: str) -> None:
    given = {"x": "\ud800", "l": ["\ud800", "a"], "q": "$[?search(@, '.*')]"}
    assert value_of(expression, values=given) is (not expression.startswith("$matches"))


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("'10'-2", "type"),
        ("$val(l)+$val(l)", "type"),
        ("$val('a..b')", "type"),
        ("$val(5)", "type"),
        ("$len(5)", "type"),
        ("$replace(abc, '', x)", "type"),
        ("$split(abc, '')", "type"),
        ("$join(abc, ',')", "type"),
        ("$round(2.5, 1.5)", "type"),
        ("$min($val(none))", "type"),
        ("$cidr_contains('10.0.0.1', '10.0.0.1')", "type"),
        ("$cidr_contains('10.0.0.0/255.0.0.0', '10.0.0.1')", "type"),
        ("$cidr_contains('10.0.0.0/8', 'plc')", "type"),
        ("$matches(abc, '[')", "type"),
        ("$jsonpath($val(l), 'a')", "type"),
        ("$jsonpath($val(l), '$[?(@.a)]')", "not-found"),
        ("$jsonpath($val(l), '$" + "[?@" * 70 + "')", "limit"),
        ("$jsonpath($val(l), '$[?" + "(" * 70 + "')", "limit"),
        ("$jsonpath($val(l), '$.x')", "not-found"),
        ("$jsonpath('{\"a\":NaN}', '$.a')", "type"),
        ("$base64decode('/w==')", "type"),
        ("$eq($secret(a), $secret(a))", "type"),
        ("$secret(a)+'x'", "type"),
        ("$empty($secret(a))", "type"),
        ("$json($secret(a))", "type"),
        ("$concat($secret(a))", "type"),
        ("$int(5.0e3)", "type"),
        ("9" * 3000 + "*" + "9" * 1050, "limit"),
        ("9" * 400 + ".5", "limit"),
        ("9" * 400 + "/3.5", "limit"),
        ("$float(" + "9" * 400 + ")", "limit"),
        ("$config(Common, a)", "type"),
        ("$site(Factory, name)", "not-found"),
        ("$target(name)", "not-found"),
        ("$instance()", "not-found"),
        ("$stagedRegistry()", "not-found"),
        ("$property(nowhere)", "not-found"),
        ("$include(A/1.0.0)", "unknown-function"),
        ("'open", "syntax"),
        ("a ? b", "syntax"),
        ("$", "syntax"),
        ("$(1)", "syntax"),
        ("1,2", "syntax"),
        ("()", "syntax"),
        ("$eq(1,)", "syntax"),
        ("*3", "syntax"),
        ("-", "syntax"),
        ("5-", "syntax"),
        ("(" * 65 + "1" + ")" * 65, "limit"),
        ("-" * 65 + "1", "limit"),
        ("'" + "é" * 2100 + "'", "limit"),
    ],
)
def test_errors(expression: str, kind: str) -> None:
    problem = problem_of(expression, values={"l": [1, 2], "none": []})
    assert problem.kind == kind
    assert "\n" not in problem.message
    assert len(problem.message) < 300


def test_nesting_is_allowed_up_to_its_limit() -> None:
    assert value_of("(" * 64 + "1" + ")" * 64) == 1
    assert value_of("$not(" * 64 + "true" + ")" * 64) is True


def test_a_long_sum_needs_no_depth() -> None:
    assert value_of("+".join(["1"] * 2000)) == 2000
    assert value_of("*".join(["1"] * 2000)) == 1


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("$eqals(1, 1)", "did you mean $"),
        ("$IF(true, a)", "did you mean $if?"),
        ("$le($val(x)), 120", "closing bracket stands too early"),
        ("upper(abc)", "$upper(…)"),
        ("abc def", "quotes"),
        ("$val", "write $val(path)"),
        ("${{1}}", "no ${{ inside"),
    ],
)
def test_hints(expression: str, hint: str) -> None:
    assert hint in problem_of(expression).hint


def test_untaken_branches_are_checked_when_compiled() -> None:
    template = compile_value("${{$if(true, 1, $nope(2))}}")
    assert [problem.kind for problem in template.problems] == ["unknown-function"]


def test_a_secret_passes_through_choices() -> None:
    assert value_of("$if(true, $secret(db, key), x)").plain() == {
        "$secret": {"name": "db", "key": "key"}
    }


def test_patterns_are_linear() -> None:
    assert value_of("$matches($val(t), '(a+)+b')", values={"t": "a" * 50_000}) is False


@pytest.mark.parametrize(
    ("expression", "words", "hint"),
    [
        ("$valu(a)", "there is no function $valu", "did you mean $val?"),
        ("$base64(a)", "there is no function $base64", "did you mean $base64"),
        ("$eq(1)", "$eq takes 2 arguments, not 1", "write $eq(a, b)"),
        ("$if(1, 2, 3, 4)", "$if takes 2 to 3 arguments, not 4", "write $if(condition, then"),
        ("$le($val(x)), 120", "$le takes 2 arguments, not 1", "closing bracket stands too early"),
        ("abc*2", "'abc' * 2 is not possible", "convert text with $int or $float"),
        ("$gt(abc, 1)", "'abc' is not a number", "numbers look like"),
        ("$if(yes, 1)", "'yes' is neither true nor false", "$eq(…)"),
        ("$len(5)", "5 has no length", "lists and maps"),
        ("(1+2", "a bracket is never closed", "add )"),
        ("$eq(1, 2", "a bracket is never closed", "add )"),
        ("'abc", "a quote is never closed", "close it"),
        ("1+2)", "')' does not belong to the expression", "closed too early"),
        ("a b", "'b' does not belong to the expression", "quotes"),
        ("1 +", "a value is missing here", "null"),
        ("1/0", "1 / 0 has no result", "$if($ne(divisor, 0)"),
        ("(" * 65, "nests deeper than 64 levels", "$property"),
        ("'" + "x" * 4100 + "'", "longer than 4096 bytes", "$property"),
        ("$secret(a)+b", "a secret", "stands alone"),
        ("$eq($secret(a), b)", "a secret cannot be compared", "stands alone"),
        ("$cidr_contains(a, b)", "'a' is not a network", "192.168.1.0/24"),
        ("$matches(a, '(')", "'(' is not a pattern", "RE2"),
        ("$config(Common)", "'Common' does not name a version", "Name/1.0.0"),
        ("$property(k)", "circular reference: k -> k", "stand without the others"),
    ],
)
def test_each_error_says_what_is_wrong_and_what_to_do(
    expression: str, words: str, hint: str
) -> None:
    result = compile_value({"k": f"${{{{{expression}}}}}"}, name="app.yaml").evaluate(Context())
    (problem,) = result.problems
    assert words in problem.message
    assert hint in problem.hint
    assert (problem.source, problem.at, problem.line) == ("app.yaml", "k", 1)
    assert problem.column >= 1


def test_the_whole_circle_is_printed() -> None:
    keys = {"a": "${{$property(b)}}", "b": "${{$property(c)+1}}", "c": "x${{$val(a)}}"}
    (problem,) = compile_value(keys).evaluate(Context()).problems
    circles = ("a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c")
    assert problem.message in [f"circular reference: {circle}" for circle in circles]


def test_the_whole_circle_of_includes_is_printed() -> None:
    includes = {
        name: {f"${{{{$include({other})}}}}": None}
        for name, other in (("A/1.0.0", "B/1.0.0"), ("B/1.0.0", "C/1.0.0"), ("C/1.0.0", "A/1.0.0"))
    }
    template = compile_value({"${{$include(A/1.0.0)}}": None}, includes=includes)
    assert [problem.message for problem in template.problems] == [
        "circular include: A/1.0.0 -> B/1.0.0 -> C/1.0.0 -> A/1.0.0"
    ]
