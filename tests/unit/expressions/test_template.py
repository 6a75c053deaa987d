"""Templates: keys that need each other, includes, places of errors, limits."""

from typing import Any

import pytest

from orchestration.expressions import Context, Limits, compile_value, load_yaml
from orchestration.expressions.template import Evaluation


def evaluated(template: Any, **given: Any) -> Evaluation:
    includes = given.pop("includes", None)
    return compile_value(template, includes=includes, name="app.yaml").evaluate(Context(**given))


def kinds(result: Evaluation) -> list[tuple[str, str]]:
    return [(problem.at, str(problem.kind)) for problem in result.problems]


def test_keys_may_need_a_thousand_others_in_any_order() -> None:
    chain = {f"k{n}": f"${{{{$property(k{n + 1})+1}}}}" for n in range(3000)}
    result = evaluated({**chain, "k3000": 0})
    assert result.problems == ()
    assert result.value["k0"] == 3000


def test_a_chain_found_only_while_evaluating_has_a_limit() -> None:
    chain = {f"k{n}": f"${{{{$property('k'+{n + 1})+1}}}}" for n in range(1000)}
    result = evaluated({**chain, "k1000": 0})
    assert {kind for _, kind in kinds(result)} == {"limit"}
    short = evaluated({**dict(list(chain.items())[950:]), "k1000": 0})
    assert short.value["k950"] == 50


def test_a_circle_is_reported_once_with_all_its_keys() -> None:
    result = evaluated(
        {"a": "${{$property(b)}}", "b": "${{$val(c.d)}}", "c": {"d": "${{$val(a)}}"}}
    )
    (problem,) = result.problems
    assert problem.kind == "cycle"
    assert {key for key in ("a", "b", "c.d") if key in problem.message} == {"a", "b", "c.d"}


def test_a_circle_that_is_never_taken_is_none() -> None:
    template = {
        "a": "${{$if($val(x), $property(b), 1)}}",
        "b": "${{$if($val(x), 2, $property(a))}}",
    }
    assert evaluated(template).value == {"a": 1, "b": 1}
    assert evaluated(template, values={"x": True}).value == {"a": 2, "b": 2}


def test_one_error_is_reported_where_it_is_and_not_where_it_is_needed() -> None:
    template = {"a": "${{1/0}}", "b": "${{$property(a)}}", "m": {"x": "${{$val(a)+1}}", "y": 1}}
    result = evaluated({**template, "all": "${{$property(m)}}", "good": "${{2}}"})
    assert kinds(result) == [("a", "division-by-zero")]
    assert result.value["good"] == 2


def test_a_key_sees_the_hierarchy_but_not_itself() -> None:
    template = {"a": "${{$val(a)}}", "m": {"x": "${{$val(m)}}", "y": 1}, "n": "${{$val(n.k)}}"}
    assert evaluated(template).value == {"a": None, "m": {"x": None, "y": 1}, "n": None}
    given = {"a": 1, "m": {"x": 2}, "n": {"k": 3}}
    assert evaluated(template, values=given).value == {"a": 1, "m": {"x": {"x": 2}, "y": 1}, "n": 3}


def test_paths_reach_into_what_other_keys_give() -> None:
    template = {"net": "${{$config(Net/1.0.0)}}", "dns": "${{$property(net.dns)}}"}
    result = evaluated(template, configs={"Net/1.0.0": {"dns": "10.0.0.1"}})
    assert result.value["dns"] == "10.0.0.1"
    missing = evaluated({**template, "dns": "${{$property(net.ntp)}}"}, configs={"Net/1.0.0": {}})
    assert kinds(missing) == [("dns", "not-found")]


def test_what_a_value_holds_is_never_scanned() -> None:
    assert evaluated({"a": "${{$val(v)}}"}, values={"v": "${{1+1}}"}).value == {"a": "${{1+1}}"}


def test_errors_in_lists_name_their_element() -> None:
    result = evaluated({"l": ["${{1/0}}", {"k": "${{$nope()}}"}, "${{3}}"]})
    assert sorted(kinds(result)) == [("l[0]", "division-by-zero"), ("l[1].k", "unknown-function")]


def test_errors_name_file_line_and_column() -> None:
    text = """\
configs:
  a: x ${{1}} ${{ 2/0 }}
  b: "${{1 +}}"
  c:
    - ${{$nope(1)}}
  d: ${{1}} ${{ 2
"""
    template = compile_value(load_yaml(text)["configs"], name="app.yaml")
    found = {p.at: (p.source, p.line, p.column) for p in template.evaluate(Context()).problems}
    assert found == {
        "a": ("app.yaml", 2, 15),
        "b": ("app.yaml", 3, 13),
        "c[0]": ("app.yaml", 5, 10),
        "d": ("app.yaml", 6, 13),
    }


def test_errors_of_included_templates_name_the_included_file() -> None:
    includes = {"Base/1.0.0": {"k": "${{1/0}}"}}
    result = evaluated({"${{$include(Base/1.0.0)}}": None}, includes=includes)
    assert [(p.at, p.source) for p in result.problems] == [("k", "Base/1.0.0")]


def test_maps_merge_with_included_maps_and_own_keys_win() -> None:
    includes = {"B/1.0.0": {"log": {"level": "info", "file": "x"}, "port": 1}}
    template = {"${{$include(B/1.0.0)}}": None, "log": {"level": "debug"}}
    assert evaluated(template, includes=includes).value == {
        "log": {"level": "debug", "file": "x"},
        "port": 1,
    }


def test_an_include_may_be_named_by_a_resource_path() -> None:
    key = "${{$include(/subscriptions/s/configTemplates/B/versions/1.0.0, log.file)}}"
    includes = {"B/1.0.0": {"log": {"level": "info", "file": "x"}}}
    assert evaluated({key: None}, includes=includes).value == {"log": {"file": "x"}}


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("${{$include()}}", None, "arity"),
        ("${{$include(B/1.0.0)", None, "syntax"),
        ("${{$include(B/1.0.0)}} x", None, "syntax"),
        ("${{$include(B/1.0.0)+1}}", None, "syntax"),
        ("${{$include(B/1.0.0)}}", {"a": 1}, "syntax"),
        ("${{$include($val(x))}}", None, "unknown-function"),
        ("${{$include(B)}}", None, "type"),
        ("${{$include(B/1.0.0, nowhere)}}", None, "not-found"),
        ("${{$include(B/2.0.0)}}", None, "not-found"),
    ],
)
def test_bad_includes_do_not_hide_other_keys(key: str, value: Any, kind: str) -> None:
    result = evaluated({key: value, "k": "${{1}}"}, includes={"B/1.0.0": {"b": 1}})
    assert [found for _, found in kinds(result)] == [kind]
    assert result.value == {"k": 1}


def test_included_templates_cannot_multiply_without_end() -> None:
    levels = 15
    includes: dict[str, Any] = {
        f"L{n}/1.0.0": {f"{side}": {f"${{{{$include(L{n + 1}/1.0.0)}}}}": None} for side in "abcd"}
        for n in range(levels)
    }
    includes[f"L{levels}/1.0.0"] = {"end": 1}
    result = evaluated({"${{$include(L0/1.0.0)}}": None}, includes=includes)
    assert {kind for _, kind in kinds(result)} == {"limit"}


def test_lists_cannot_multiply_without_end() -> None:
    template = {"k0": ["x" * 30]}
    template |= {f"k{n}": f"${{{{$property(k{n - 1})}}}}" for n in range(1, 3)}  # type: ignore[misc]
    doubling = {f"d{n}": [f"${{{{$property(d{n - 1})}}}}"] * 2 for n in range(1, 40)}
    result = evaluated({**template, **doubling, "d0": "${{$property(k0)}}"})
    assert {kind for _, kind in kinds(result)} == {"limit"}


def test_texts_cannot_multiply_without_end() -> None:
    big = {"big": "x" * 1_000_000}
    for scalar in (
        "${{$val(big)}}" * 1000,
        "${{$val(big)+$val(big)}}",
        "${{$replace($val(big), x, 'yyyyyyyyyyyyyyyyyyyyyyyyyy')}}",
        "${{$join($split($val(big), x), $val(big))}}",
        "${{$base64encode($val(big))}}",
        "${{$concat($val(big), $val(big))}}",
    ):
        assert kinds(evaluated({"k": scalar}, values=big)) == [("k", "limit")]
    many = {f"k{n}": "${{$val(big)}}" for n in range(500)}
    assert {kind for _, kind in kinds(evaluated(many, values=big))} == {"limit"}


@pytest.mark.parametrize(
    "expression",
    ["$in(zz, $val(l))", "$len($split($val(t), x))", "$eq($val(l)+';', 1)", "$upper($val(t))"],
)
def test_large_values_cannot_be_looked_at_without_end(expression: str) -> None:
    given = {"l": ["x"] * 50_000, "t": "x" * 900_000}
    template = {f"k{n}": f"${{{{$eq({expression}, {n})}}}}" for n in range(500)}
    result = evaluated(template, values=given)
    assert {kind for _, kind in kinds(result)} == {"limit"}


@pytest.mark.parametrize(
    "text",
    [
        "${{1}}" * 160_000,
        "${{1}}" + " " * 900_000 + "${{2}}",
        "${{1}}" + "+ " * 400_000 + "${{2}}",
        "${{'" * 200_000,
        "${{}" * 200_000,
        "${{$nope()}}" * 80_000,
        "${{" + "(" * 900_000,
    ],
)
def test_hostile_texts_end_in_an_answer_or_few_errors(text: str) -> None:
    result = evaluated({"k": text})
    assert len(result.problems) <= 1001


def test_errors_are_counted_up_to_a_limit() -> None:
    problems = compile_value({f"k{n}": "${{$nope()}}" for n in range(3000)}).problems
    assert len(problems) == 1001
    assert "mend these first" in problems[-1].message


def test_includes_that_are_missing_are_counted_up_to_a_limit_too() -> None:
    wanted: dict[str, Any] = {f"${{{{$include(Settings{n}/1.0.0)}}}}": None for n in range(9000)}
    held: dict[str, Any] = {f"Settings{n}/2.0.0": {} for n in range(500)}
    problems = compile_value(wanted, includes=held).problems
    assert len(problems) == 1001
    assert problems[0].hint == "did you mean Settings0/2.0.0?"
    assert "mend these first" in problems[-1].message


def test_deep_values_are_an_error_and_no_crash() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    for expression in ("$json($val(d))", "$eq($val(d), $val(e))", "$str($val(d))"):
        result = evaluated({"k": f"${{{{{expression}}}}}"}, values={"d": deep, "e": deep})
        assert kinds(result) in ([("k", "limit")], [])


def test_a_deep_template_is_an_error_and_no_crash() -> None:
    for make in (lambda inner: {"k": inner}, lambda inner: [inner]):
        deep: Any = "${{1}}"
        for _ in range(10_000):
            deep = make(deep)
        assert [kind for _, kind in kinds(evaluated(deep))] == ["limit"]


def test_what_is_no_plain_data_is_an_error() -> None:
    assert kinds(evaluated({5: "x"})) == [("5", "type")]


def test_limits_can_be_set() -> None:
    limits = Limits(expression_bytes=10, nesting=2, result_bytes=20)
    template = compile_value(
        {"a": "${{'long enough'}}", "b": "${{((((1))))}}", "c": "${{1}}"}, limits=limits
    )
    assert [(p.at, str(p.kind)) for p in template.problems] == [("a", "limit"), ("b", "limit")]
    big = compile_value({"c": "${{$val(x)}}"}, limits=limits)
    result = big.evaluate(Context(values={"x": "y" * 30}, limits=limits))
    assert kinds(result) == [("c", "limit")]


def test_whole_templates_may_be_any_value() -> None:
    assert evaluated("${{1+1}}").value == 2
    assert evaluated(["${{1}}", 2]).value == [1, 2]
    assert evaluated(None).value is None
    assert evaluated({}).value == {}


def test_a_template_can_be_evaluated_again_and_again() -> None:
    template = compile_value({"a": "${{$val(x)}}", "m": {"b": "${{$property(a)}}", "c": [1]}})
    first = template.evaluate(Context(values={"x": 1})).value
    second = template.evaluate(Context(values={"x": 2})).value
    assert (first["a"], first["m"]["b"]) == (1, 1)
    assert (second["a"], second["m"]["b"]) == (2, 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+ ${{a}}", "+ a"),
        ("${{a}} +", "a +"),
        ("  + ${{a}}", "  + a"),
        ("x\t+\t${{a}}", "x a"),
        ("x +${{a}}+ y", "xay"),
        ("${{a}} + + ${{b}}", "a b"),
        ("1 + 1 = ${{2}}", "1 + 1 = 2"),
        ("a\n+ ${{b}}", "a\nb"),
        ("}} ${{a}} {{", "}} a {{"),
        ("$${{a}}", "$a"),
        ("${{a}}${{null}}", "a"),
    ],
)
def test_joining_outside(text: str, value: str) -> None:
    assert evaluated(text).value == value


def test_messages_are_one_line_whatever_they_quote() -> None:
    for template in ({"k": "${{$gt('a\nb', 1)}}"}, {"a\r\nb": "${{1/0}}"}, {"k": "${{a\u2028 b}}"}):
        (problem,) = evaluated(template).problems
        assert len(str(problem).splitlines()) == 1
    assert "'a\\nb' is not a number" in str(evaluated("${{$gt('a\nb', 1)}}").problems[0])
