"""Finding paths on, above and below another one."""

from hypothesis import given
from hypothesis import strategies as st

from orchestration.expressions.paths import PathIndex, overlaps

PATHS = st.lists(st.sampled_from("ab"), max_size=3).map(tuple)


@given(st.lists(PATHS, max_size=8), PATHS)
def test_it_finds_what_looking_at_each_path_finds(
    paths: list[tuple[str, ...]], at: tuple[str, ...]
) -> None:
    index = PathIndex(paths)
    assert sorted(index.overlapping(at)) == sorted({one for one in paths if overlaps(one, at)})
    assert sorted(index.below(at)) == sorted({one for one in paths if one[: len(at)] == at})
