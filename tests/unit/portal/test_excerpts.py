"""The line a remark is about, however long it is."""

from portal.web.excerpts import Excerpt, excerpt


def test_a_caret_stands_below_the_place() -> None:
    assert excerpt("a: 1\nb: $x\n", 2, 4) == Excerpt(2, "b: $x", "   ^")
    assert excerpt("\tb", 1, 2) == Excerpt(1, " b", " ^")


def test_of_a_long_line_only_the_surroundings_are_shown() -> None:
    line = "".join(str(number % 10) for number in range(1_000_000))
    for column in (1, 50, 500_003, 1_000_000):
        found = excerpt(line, 1, column)
        assert found is not None
        assert len(found.text) < 100
        assert found.text[found.caret.index("^")] == line[column - 1]
    short = excerpt("x" * 200, 1, 1)
    assert short is not None
    assert short.text == "x" * 96 + "…"


def test_what_is_missing_at_the_end_is_shown_there() -> None:
    assert excerpt("a: 1\nb: [", 3, 1) == Excerpt(2, "b: [", "    ^")
    assert excerpt("a: 1", 1, 99) == Excerpt(1, "a: 1", "    ^")


def test_a_line_that_is_not_there_has_no_excerpt() -> None:
    assert excerpt("", 1, 1) is None
    assert excerpt("a", 0, 0) is None
    assert excerpt("a", 3, 1) is None
