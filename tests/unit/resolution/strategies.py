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
