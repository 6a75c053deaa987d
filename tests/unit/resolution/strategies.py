"""Random templates, values and hierarchies for the property tests."""

from typing import Any

from hypothesis import strategies as st

from orchestration.expressions import FUNCTIONS
from orchestration.resolution import PathNode

KEYS = ("a", "b", "c", "d", "e")
LEVELS = ("Region", "City", "Factory", "Line")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1000, 1000),
    st.sampled_from([0.5, -2.25, 1e20, 10**30]),
    st.sampled_from(["", "x", "5", "true", "${{1}}", "é", "a b", "10.0.0.0/8"]),
)
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=8,
)
configurations = st.dictionaries(st.sampled_from(KEYS), plain, max_size=5)

paths = st.sampled_from([*KEYS, "a.b", "b.c.d", "missing", "'a b'", "a..b"])
names = st.sampled_from([*FUNCTIONS, "nope"])
literals = st.sampled_from(
    ["1", "2.5", "0", "true", "null", "word", "'text'", "1.2.3", '"q"', "-3"]
)
expressions = st.recursive(
    literals
    | paths.map(lambda path: f"$val({path})")
    | paths.map(lambda path: f"$property({path})"),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/%"), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        st.tuples(names, st.lists(inner, max_size=3)).map(lambda c: f"${c[0]}({', '.join(c[1])})"),
    ),
    max_leaves=6,
)
garbage = st.text("${}'\"()+-*/%, .ab1\\\n", max_size=12)
texts = st.one_of(
    expressions.map(lambda text: f"${{{{{text}}}}}"),
    st.tuples(garbage, expressions, garbage).map(lambda t: f"{t[0]}${{{{{t[1]}}}}}{t[2]}"),
    garbage,
    garbage.map(lambda text: f"${{{{{text}}}}}"),
)
include_keys = st.sampled_from(
    [
        "${{$include(I/1.0.0)}}",
        "${{$include(I/1.0.0, a)}}",
        "${{$include(X/1.0.0)}}",
        "${{$include(",
    ]
)


def _maps(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    own = st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    included = st.dictionaries(include_keys, st.none(), max_size=1)
    return st.tuples(own, included).map(lambda pair: {**pair[0], **pair[1]})


template_values = st.recursive(
    texts | scalars, lambda inner: _maps(inner) | st.lists(inner, max_size=3), max_leaves=10
)
templates = _maps(template_values)


_types = st.sampled_from(
    ["string", "int", "float", "boolean", "object", "array[int]", "array[string]", "what", None]
)
_rule = st.fixed_dictionaries(
    {"type": _types},
    optional={
        "required": st.booleans(),
        "defaultValue": plain,
        "minValue": st.integers(-5, 5) | st.just("x"),
        "max_value": st.integers(-5, 5),
        "minLength": st.integers(-1, 3),
        "maxLength": st.integers(0, 3),
        "pattern": st.sampled_from(["[a-z]*", "(", r"\d+"]),
        "allowedValues": st.lists(scalars, max_size=3),
        "disallowedValues": st.lists(scalars, max_size=2),
        "format": st.sampled_from(["ip", "port", "semver", "nope"]),
        "expression": texts,
        "secret": st.booleans(),
        "items": st.fixed_dictionaries({}, optional={"maxValue": st.integers(0, 9)}),
        "editableBy": st.sampled_from([["OT"], ["IT", "OT"], []]),
        "requird": st.just(True),  # misspelt, as people do
    },
)
_good_rule = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("int")},
        optional={"defaultValue": st.integers(0, 5), "maxValue": st.integers(6, 9)},
    ),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"defaultValue": st.just("x"), "secret": st.booleans()},
    ),
    st.fixed_dictionaries({"type": st.just("object")}, optional={"required": st.booleans()}),
)
_ruled_keys = st.sampled_from([*KEYS, "a.b", "b.c", "b.c.d", 'c."x.y"', "d..e"])
_good_keys = st.sampled_from([*KEYS, "a.b", "b.c", "b.c.d"])
schemas = st.fixed_dictionaries(
    {
        "rules": st.fixed_dictionaries({"configs": st.dictionaries(_ruled_keys, _rule, max_size=4)})
        | st.dictionaries(_ruled_keys, _rule, max_size=3)
        | plain
    },
    optional={"validations": st.lists(st.fixed_dictionaries({"expression": texts}), max_size=2)},
)
good_schemas = st.dictionaries(_good_keys, _good_rule, max_size=5).map(
    lambda rules: {"rules": {"configs": rules}}
)
specifications = st.fixed_dictionaries(
    {
        "components": st.lists(
            st.fixed_dictionaries({"name": texts, "type": st.just("t"), "properties": templates}),
            max_size=2,
        )
    }
)


@st.composite
def hierarchies(draw: st.DrawFn) -> list[PathNode]:
    """Draw the places from the root to a target."""
    depth = draw(st.integers(1, len(LEVELS)))
    return [
        PathNode(
            LEVELS[level],
            f"n{level}",
            draw(configurations),
            ref=level,
            linked=draw(
                st.dictionaries(st.sampled_from(["L/1.0.0", "M/1.0.0"]), configurations, max_size=1)
            ),
        )
        for level in range(depth)
    ]
