"""Every address of the REST interface says which right it needs, and is described."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from portal.api.resource import Asked
from portal.api.rights import DeclaredRight, Open, words_of
from portal.api.v1 import description
from portal.api.v1.urls import urlpatterns
from rbac.permissions import Perm

FOR_STRANGERS = {"schema/", "docs/", "auth/tokens/", r"^(?P<rest>.*/|)$"}


def routes(patterns: list[Any]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.pattern), pattern.callback


def actions(callback: Any) -> set[str]:
    """What a view answers to: actions of a viewset, methods of a plain view."""
    mapped: dict[str, str] | None = getattr(callback, "actions", None)
    if mapped is not None:
        return set(mapped.values())
    methods = {"get", "post", "put", "patch", "delete"}
    return {method for method in methods if hasattr(callback.cls, method)}


ROUTES = list(routes(urlpatterns))


@pytest.mark.parametrize(("route", "callback"), ROUTES, ids=[route for route, _ in ROUTES])
def test_every_action_declares_the_right_it_needs(route: str, callback: Any) -> None:
    view = callback.cls
    assert view.permission_classes == (DeclaredRight,)
    rights = {action: view.rights.get(action) for action in actions(callback)}
    assert rights
    for action, right in rights.items():
        assert isinstance(right, Open) or (
            isinstance(right, tuple) and right and all(isinstance(p, Perm) for p in right)
        ), f"{route} {action} declares no right"
        assert words_of(right)
        assert right is not Open.ANYONE or route in FOR_STRANGERS


VIEWS = sorted({callback.cls for _, callback in ROUTES}, key=lambda view: str(view.__name__))


@pytest.mark.parametrize("callback", VIEWS)
def test_nothing_is_declared_that_is_not_there(callback: Any) -> None:
    served = {action for _, other in ROUTES if other.cls is callback for action in actions(other)}
    assert set(callback.rights) == served


def test_every_view_stands_on_the_same_base() -> None:
    apart = {description.Description, description.Docs}
    wrong = [r for r, c in ROUTES if not issubclass(c.cls, Asked) and c.cls not in apart]
    assert wrong == []


def test_the_description_is_whole_and_valid() -> None:
    with GENERATOR_STATS.silence():
        document = SchemaGenerator().get_schema(request=None, public=True)
        warnings = {**GENERATOR_STATS._warn_cache, **GENERATOR_STATS._error_cache}
    validate_schema(document)
    assert warnings == {}
    told = {
        (path, method): call["description"]
        for path, calls in document["paths"].items()
        for method, call in calls.items()
        if method != "parameters"
    }
    assert told
    assert [call for call, text in told.items() if "Needs " not in text] == []
