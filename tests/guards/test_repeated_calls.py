"""What is edited can be read first; what is shown once is not kept for a call that is repeated."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from portal.api.resource import Asked
from portal.api.v1.urls import urlpatterns

EDITS = {"put", "patch", "delete"}
SHOWN_ONCE = {"token", "secret", "link"}


def routes(patterns: list[Any]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.pattern), pattern.callback


def methods(callback: Any) -> set[str]:
    mapped: dict[str, str] | None = getattr(callback, "actions", None)
    if mapped is not None:
        return set(mapped)
    return {method for method in {"get", "post", *EDITS} if hasattr(callback.cls, method)}


ROUTES = [(route, c) for route, c in routes(urlpatterns) if issubclass(c.cls, Asked)]


@pytest.mark.parametrize(("route", "callback"), ROUTES, ids=[route for route, _ in ROUTES])
def test_what_is_edited_can_be_read_at_the_same_address(route: str, callback: Any) -> None:
    """``If-Match`` compares with what a GET shows."""
    served = methods(callback)
    assert "get" in served or not served & EDITS


@pytest.mark.parametrize(("route", "callback"), ROUTES, ids=[route for route, _ in ROUTES])
def test_what_is_edited_says_which_rows_are_locked(route: str, callback: Any) -> None:
    if methods(callback) & EDITS:
        assert callback.cls.held is not Asked.held


def test_what_is_shown_once_is_marked() -> None:
    """Found by the names of what the answers of POSTs hold."""
    generator = SchemaGenerator()
    with GENERATOR_STATS.silence():
        document = generator.get_schema(request=None, public=True)
    views = {
        (path, method.lower()): view
        for path, _, method, view in generator._get_paths_and_endpoints()
    }
    schemas = document["components"]["schemas"]
    showing = {
        (path, "post")
        for path, calls in document["paths"].items()
        if "post" in calls and SHOWN_ONCE & set(shown(calls["post"], schemas))
    }
    assert len(showing) >= 4
    unmarked = [call for call in showing if action(views[call]) not in views[call].shown_once]
    assert unmarked == []


def shown(call: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    for status, response in call["responses"].items():
        for content in response.get("content", {}).values():
            reference = content["schema"].get("$ref", "")
            if status.startswith("2") and reference:
                yield from schemas[reference.rsplit("/", 1)[1]].get("properties", {})


def action(view: Any) -> str:
    return getattr(view, "action", None) or "post"
