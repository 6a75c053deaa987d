"""What differs between two configurations."""

from orchestration.resolution import Change, difference


def test_added_removed_and_changed_keys() -> None:
    before = {"a": 1, "m": {"x": 1, "y": [1]}, "gone": None}
    after = {"a": 2, "m": {"x": 1, "y": [1, 2]}, "new": False}
    assert difference(before, after) == [
        Change("a", "changed", 1, 2),
        Change("m.y", "changed", [1], [1, 2]),
        Change("gone", "removed", None, None),
        Change("new", "added", None, False),
    ]


def test_nothing_before_means_all_is_added() -> None:
    assert difference(None, {"a": {"b": 1, "c": {}}}) == [
        Change("a.b", "added", None, 1),
        Change("a.c", "added", None, {}),
    ]
    assert difference({"a": {"b": 1}}, {}) == [Change("a.b", "removed", 1, None)]


def test_a_map_that_hides_a_secret_is_not_told() -> None:
    before, after = {"m": 1, "n": {"x": 1}}, {"m": {"p": "one"}, "n": {"x": 2}}
    assert difference(before, after, secrets=["m.p", "n"]) == [
        Change("m", "changed", secret=True),
        Change("n", "changed", secret=True),
    ]


def test_types_differ() -> None:
    before = {"a": 1, "b": True, "c": 1, "d": [1, {"k": 0}]}
    after = {"a": "1", "b": 1, "c": 1.0, "d": [1, {"k": False}]}
    assert [change.key for change in difference(before, after)] == ["a", "b", "c", "d"]
    assert difference(before, dict(before)) == []


def test_keys_with_dots_are_quoted() -> None:
    assert difference({"a.b": 1}, {"a.b": 2})[0].key == '"a.b"'


def test_of_secrets_it_is_only_said_that_they_differ() -> None:
    before = {"p": "one", "q": {"$secret": {"name": "a"}}, "r": "same"}
    after = {"p": "two", "q": {"$secret": {"name": "b"}}, "r": "same"}
    assert difference(before, after, secrets=["p", "r"]) == [
        Change("p", "changed", secret=True),
        Change("q", "changed", secret=True),
    ]
